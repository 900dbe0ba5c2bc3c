"""Looking for a rule's phrases in a transcript, within a stretch of time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from recording.compliance.thresholds import Thresholds
from recording.compliance.verdict import Hit, Span
from recording.compliance.weighing import Evidence, Weight, weigh
from recording.matching import Candidate, Matcher, candidates
from recording.matching.matcher import HEARD_SHARE, Match, split_placeholders
from recording.matching.near_misses import near_misses
from recording.rulebooks.grammar import plain
from recording.rulebooks.model import Kind, Moment, Part, Rule, Rulebook
from recording.rulebooks.test import split_line
from recording.transcription.transcript import PartyTranscript, Word

REACH_S = 3.0  # seconds around a place in which the rest of its phrase may lie
_BEATEN = 2.0  # log-odds of a near miss against the phrase from which it is the near miss that was said
_NOTHING = Match(0.0, 0, 0, lost=1.0)


@dataclass(frozen=True, slots=True)
class _Passes:
    """What the grammar passes heard of a phrase at one place.

    Args:
        whole: how many heard all of it; a long phrase without its first syllable is all of it, when no near miss is
            as like and nobody is accused.
        favour: how many heard much of it, and more than of any near miss.
        best: 0..100, the best likeness in any of them.
        heard: share of each word of the phrase heard by the pass that heard most of it, 0..1.
    """

    whole: int
    favour: int
    best: float
    heard: tuple[float, ...]


class Listener:
    """Finds evidence in one party's transcript.

    Args:
        transcript: what was heard.
        rulebook: whose phrases may be heard.
        thresholds: what counts as evidence.
    """

    def __init__(self, transcript: PartyTranscript, rulebook: Rulebook, thresholds: Thresholds) -> None:
        self.transcript = transcript
        self._language = rulebook.language
        self._limits = thresholds
        self._matcher = Matcher(rulebook.language)
        self._phrases = {variant for rule in rulebook.rules for part in rule.all_parts for variant in part.variants}
        self._spelt = {_joined(plain(phrase, rulebook.language)) for phrase in self._phrases}
        self._passes = (transcript.grammar_words or (), *transcript.again)
        snr = transcript.snr_db
        self._noisy = snr is not None and snr < thresholds.noisy_db
        self._known: dict[Hashable, list[Hit]] = {}

    def hits(self, rule: Rule, part: Part, window: Span) -> list[Hit]:
        """Evidence for any variant of ``part`` within ``window`` (seconds in the file), best first."""
        told = tuple(rule.near_misses), part.name, tuple(part.variants)
        key = (rule.id, rule.kind, rule.window.moment, told, window)
        if key not in self._known:  # a rule's window is often the whole talk, where it is looked for again
            self._known[key] = self._hits(rule, part, window)
        return list(self._known[key])

    def _hits(self, rule: Rule, part: Part, window: Span) -> list[Hit]:
        found: list[Hit] = []
        free = list(utterances(within(self.transcript.words, window), self._limits.pause))
        for phrase in part.variants:
            rivals = self._rivals(rule, phrase)
            for words in free:
                for candidate in candidates(self._matcher, [phrase], rivals, [word.word for word in words]):
                    hit = self._heard_freely(rule, part, candidate, rivals, words)
                    if hit is not None:
                        found.append(hit)
            found += self._grammar_only(rule, part, phrase, rivals, window, found)
        late = -1 if rule.window.moment is Moment.CLOSING else 1
        return sorted(found, key=lambda hit: (not hit.strong, -hit.score, late * hit.span[0]))

    def _rivals(self, rule: Rule, phrase: str) -> list[str]:
        """What may be mistaken for the phrase: the rule's near misses, and its own negations and opposites."""
        made = near_misses(self._language, plain(phrase, self._language))
        return [*rule.near_misses, *(near for near in made if _joined(near) not in self._spelt)]

    def _heard_freely(
        self, rule: Rule, part: Part, candidate: Candidate, rivals: Sequence[str], words: Sequence[Word]
    ) -> Hit | None:
        """What the free decode heard of the phrase as a hit; None when it is no evidence at all."""
        match = candidate.match
        if match.score < self._limits.least:
            return None
        place = words[match.start : match.end]
        span = (place[0].start, place[-1].end)
        passes = self._passes_at(rule, candidate.phrase, rivals, span)
        by = "grammar" if passes.whole else "text"
        return self._hit(
            rule, part, candidate.phrase, candidate, passes, span, place, by=by, likeness=match.score, around=words
        )

    def _hit(
        self,
        rule: Rule,
        part: Part,
        phrase: str,
        candidate: Candidate | None,
        passes: _Passes,
        span: Span,
        place: Sequence[Word],
        *,
        by: str,
        likeness: float,
        around: Sequence[Word],
    ) -> Hit | None:
        """The evidence at one place as a hit; None when it is none.

        Args:
            candidate: the phrase in what the free decode heard there; None when it heard nothing of it.
            passes: what the grammar passes heard there.
            place: what the free decode heard there.
            by: who heard the phrase.
            likeness: 0..100, which another phrase must surpass.
            around: words in which another phrase is looked for.
        """
        agreed = candidate is None or self._agreed(rule, candidate, passes)
        beaten = candidate is not None and self._beaten(candidate) and not agreed
        if beaten and not (candidate is not None and passes.whole and self._close(rule, candidate)):
            return None
        match = _NOTHING if candidate is None else candidate.match
        unheard = self._unheard(phrase, match, passes)
        if not passes.whole and self._other_phrase(part, phrase, likeness, unheard, around, span):
            return None
        weight = weigh(
            Evidence(match.score, passes.best, passes.whole, match.lost, unheard, _said(candidate)),
            forbidden=rule.kind is Kind.MUST_NOT,
            noisy=self._noisy,
            limits=self._limits,
        )
        if weight is Weight.NOTHING:
            return None
        sure = candidate is None or agreed or not (beaten or self._doubtful(candidate))
        return Hit(
            part=part.name,
            phrase=phrase,
            score=match.score,
            span=span,
            heard=" ".join(word.word for word in place),
            missing=match.missing,
            by=by,
            strong=weight is Weight.STRONG and sure,
            rival="" if candidate is None else candidate.rival,
        )

    def _beaten(self, candidate: Candidate) -> bool:
        """Whether a near miss explains the place better, and well."""
        if candidate.odds is not None:
            return candidate.odds.rival >= _BEATEN
        lead = candidate.match.score - candidate.rival_score
        return bool(candidate.rival) and lead <= -self._limits.edge and candidate.rival_score >= self._limits.near

    def _doubtful(self, candidate: Candidate) -> bool:
        """Whether the place may as well be a near miss, or part of a longer one that the rule names."""
        if candidate.odds is not None:
            return candidate.beaten
        if candidate.beaten and candidate.rival_score >= self._limits.near:
            return True
        inside = _spelt(candidate.phrase, self._language) in _spelt(candidate.rival, self._language)
        if not inside or candidate.rival_score < self._limits.near:
            return False
        # The phrase is itself a part of that sentence: only what was heard beyond it speaks for the sentence.
        return candidate.rival_score > self._matcher.find(candidate.rival, split_line(candidate.phrase)).score

    def _agreed(self, rule: Rule, candidate: Candidate, passes: _Passes) -> bool:
        """Whether the grammar passes settle it between the phrase and a near miss the free decode holds for likely.

        They had both to choose from, the free decode a hundred thousand words. Not so for an accusation, or where
        the near miss is much more like what was heard.
        """
        return passes.favour >= self._limits.agree and self._close(rule, candidate)

    def _close(self, rule: Rule, candidate: Candidate) -> bool:
        """Whether what the free decode heard may still be the phrase, though more like a near miss."""
        lead = candidate.rival_score - candidate.match.score
        return rule.kind is Kind.MUST and lead <= self._limits.outvoted

    def _unheard(self, phrase: str, match: Match, passes: _Passes) -> float:
        """The share of the phrase in words that no pass heard, 0..1."""
        sizes = self._matcher.sizes(phrase)
        nothing = (0.0,) * len(sizes)
        heard = map(max, match.heard or nothing, passes.heard or nothing)
        lost = sum(size for size, share in zip(sizes, heard, strict=True) if share < HEARD_SHARE)
        return lost / max(1, sum(sizes))

    def _other_phrase(
        self, part: Part, phrase: str, score: float, unheard: float, words: Sequence[Word], span: Span
    ) -> bool:
        """Whether another phrase of the rulebook explains the place better.

        One that is a part of the phrase explains only itself: not the place when the rest was heard, too.
        """
        texts = [word.word for word in within(words, (span[0] - REACH_S, span[1] + REACH_S))]
        before = len(within(words, (span[0] - REACH_S, span[0])))
        place = before, before + len(within(words, span))
        rest = _spelt(phrase, self._language) if unheard <= self._limits.most_unheard else ""
        others = (
            self._matcher.find(other, texts)
            for other in self._phrases.difference(part.variants)
            if _spelt(other, self._language) not in rest
        )
        return any(one.score > score and one.start < place[1] and one.end > place[0] for one in others)

    def _passes_at(self, rule: Rule, phrase: str, rivals: Sequence[str], span: Span) -> _Passes:
        """What the grammar passes heard of the phrase at that place."""
        reach = (span[0] - REACH_S, span[1] + REACH_S)  # the free decode may have heard a fragment only
        whole, favour, best = 0, 0, 0.0
        heard = [0.0] * self._matcher.words(phrase)
        for words in self._passes:
            near = within(words, reach)
            found = next(iter(candidates(self._matcher, [phrase], rivals, [word.word for word in near])), None)
            if self._whole(words, phrase, span):
                whole += 1
                best = 100.0
                heard = [1.0] * len(heard)
                favour += found is not None and found.rival_score < found.match.score
            elif found is not None and not self._beaten(found):
                if _apart(span, (near[found.match.start].start, near[found.match.end - 1].end)) > self._limits.overlap:
                    continue
                best = max(best, found.match.score)
                heard = list(map(max, heard, found.match.heard))
                if found.rival_score < found.match.score:
                    whole += rule.kind is Kind.MUST and found.match.score >= self._limits.almost
                    favour += found.match.score >= self._limits.favour
        return _Passes(whole, favour, best, tuple(heard))

    def _grammar_only(
        self, rule: Rule, part: Part, phrase: str, rivals: Sequence[str], window: Span, found: Sequence[Hit]
    ) -> list[Hit]:
        """What the grammar passes heard of the phrase where the free decode heard something else."""
        hits: list[Hit] = []
        for span in self._heard_by_grammar(phrase, rivals, window):
            if any(_apart(span, hit.span) <= self._limits.overlap for hit in (*found, *hits)):
                continue
            place = within(self.transcript.words, span)
            texts = [word.word for word in place]
            best = next(iter(candidates(self._matcher, [phrase], rivals, texts)), None)
            passes = self._passes_at(rule, phrase, rivals, span)
            hit = self._hit(
                rule, part, phrase, best, passes, span, place,
                by="grammar_only", likeness=passes.best, around=self._passes[0],
            )  # fmt: skip
            if hit is not None:
                hits.append(hit)
        return hits

    def _heard_by_grammar(self, phrase: str, rivals: Sequence[str], window: Span) -> Iterator[Span]:
        """Where a grammar pass heard all of the phrase, or much of it."""
        pieces = split_placeholders(phrase)
        if len(pieces) != 1 or pieces[0] != phrase:
            return  # the grammar passes heard a part at most
        for heard in self._passes:
            yield from self._sequences(heard, phrase, window)
        for heard in self._passes:
            for words in utterances(within(heard, window), self._limits.pause):
                for found in candidates(self._matcher, [phrase], rivals, [word.word for word in words]):
                    if not self._beaten(found) and found.match.score >= self._limits.least:
                        yield words[found.match.start].start, words[found.match.end - 1].end

    def _whole(self, heard: Sequence[Word], phrase: str, span: Span) -> bool:
        """Whether a grammar pass heard every spoken part of ``phrase`` at that place."""
        reach = (span[0] - REACH_S, span[1] + REACH_S)
        pieces = split_placeholders(phrase)
        return bool(pieces) and all(
            any(_apart(span, place) <= self._limits.overlap for place in self._sequences(heard, piece, reach))
            for piece in pieces
        )

    def _sequences(self, heard: Sequence[Word], phrase: str, window: Span) -> Iterator[Span]:
        """Where a grammar pass heard the whole word sequence of ``phrase``."""
        wanted = _spelt(phrase, self._language)
        words = within(heard, window)
        if wanted not in "".join(_joined(word.word) for word in words):
            return
        for first in range(len(words)):
            text = ""
            for last in range(first, len(words)):
                text += _joined(words[last].word)
                if text == wanted:
                    yield words[first].start, words[last].end
                if len(text) >= len(wanted):
                    break


def _said(candidate: Candidate | None) -> bool | None:
    """Whether the odds are for a phrase; None in a language without odds."""
    return None if candidate is None or candidate.odds is None else candidate.odds.said >= 0


def within(words: Sequence[Word], window: Span) -> list[Word]:
    """Words whose middle lies in the window."""
    return [word for word in words if window[0] <= (word.start + word.end) / 2 <= window[1]]


def utterances(words: Sequence[Word], pause: float) -> Iterator[list[Word]]:
    """Words in groups without a longer pause than ``pause`` seconds."""
    group: list[Word] = []
    for word in words:
        if group and word.start - group[-1].end > pause:
            yield group
            group = []
        group.append(word)
    if group:
        yield group


@lru_cache(maxsize=16384)
def _joined(text: str) -> str:
    return "".join(text.casefold().split())


@lru_cache(maxsize=4096)
def _spelt(phrase: str, language: str) -> str:
    return _joined(plain(phrase, language))


def _apart(one: Span, other: Span) -> float:
    """Seconds between two spans, 0 when they meet."""
    return max(0.0, max(one[0], other[0]) - min(one[1], other[1]))
