"""Looking for a rule's phrases in a transcript, within a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recording.compliance.thresholds import Thresholds
from recording.compliance.verdict import Hit, Span
from recording.matching import Candidate, Matcher, candidates
from recording.matching.matcher import split_placeholders
from recording.rulebooks.grammar import plain
from recording.rulebooks.model import Kind, Moment, Part, Rule, Rulebook
from recording.transcription.transcript import PartyTranscript, Word


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

    def hits(self, rule: Rule, part: Part, window: Span) -> list[Hit]:
        """Evidence for any variant of ``part`` within ``window`` (seconds in the file), best first."""
        found: list[Hit] = []
        for words in utterances(within(self.transcript.words, window), self._limits.pause):
            texts = [word.word for word in words]
            for candidate in candidates(self._matcher, part.variants, rule.near_misses, texts):
                hit = self._weigh(rule, part, candidate, words)
                if hit is not None:
                    found.append(hit)
        found += self._grammar_only(rule, part, window, found)
        late = -1 if rule.window.moment is Moment.CLOSING else 1
        return sorted(found, key=lambda hit: (not hit.strong, -hit.score, late * hit.span[0]))

    def _weigh(self, rule: Rule, part: Part, candidate: Candidate, words: Sequence[Word]) -> Hit | None:
        """The candidate as a hit; None when it is no evidence at all."""
        limits = self._limits
        match = candidate.match
        if candidate.beaten or match.score < limits.support:
            return None
        place = words[match.start : match.end]
        span = (place[0].start, place[-1].end)
        backed = self._grammar_heard(candidate.phrase, span)
        strong = self._strong(rule, match.score, backed=backed)
        if not backed:
            faint = match.score < limits.near or match.lost > limits.most_lost
            around = [word.word for word in words[max(0, match.start - 1) : match.end + 1]]
            if (faint and not strong) or self._other_phrase(part, match.score, around):
                return None
        return Hit(
            part=part.name,
            phrase=candidate.phrase,
            score=match.score,
            span=span,
            heard=" ".join(word.word for word in place),
            missing=match.missing,
            by="grammar" if backed else "text",
            strong=strong,
            rival=candidate.rival,
        )

    def _other_phrase(self, part: Part, score: float, around: list[str]) -> bool:
        """Whether another phrase of the rulebook explains the place better."""
        others = self._phrases.difference(part.variants)
        return any(self._matcher.find(other, around).score > score for other in others)

    def _strong(self, rule: Rule, score: float, *, backed: bool) -> bool:
        """Whether a score is enough without a person."""
        limits = self._limits
        snr = self.transcript.snr_db
        if score >= limits.sure:
            return True
        if snr is not None and snr < limits.snr_floor_db:
            return False
        if rule.kind is Kind.MUST_NOT:
            return backed and score >= limits.accuse
        return backed or score >= limits.accept

    def _grammar_only(self, rule: Rule, part: Part, window: Span, found: list[Hit]) -> list[Hit]:
        """Whole phrases the grammar pass heard where the free decode heard something else."""
        hits: list[Hit] = []
        for phrase in part.variants:
            pieces = split_placeholders(phrase)
            if len(pieces) != 1 or pieces[0] != phrase:
                continue  # the grammar pass heard a part at most
            for span in self._sequences(phrase, window):
                if any(_apart(span, hit.span) <= self._limits.overlap for hit in found):
                    continue
                place = within(self.transcript.words, span)
                texts = [word.word for word in place]
                best = next(iter(candidates(self._matcher, [phrase], rule.near_misses, texts)), None)
                if best is not None and best.beaten and best.rival_score >= self._limits.support:
                    continue
                hits.append(
                    Hit(
                        part=part.name,
                        phrase=phrase,
                        score=best.match.score if best else 0.0,
                        span=span,
                        heard=" ".join(texts),
                        missing=best.match.missing if best else (),
                        by="grammar_only",
                        rival=best.rival if best else "",
                    )
                )
        return hits

    def _grammar_heard(self, phrase: str, span: Span) -> bool:
        """Whether the grammar pass heard every spoken part of ``phrase`` at that place."""
        reach = (span[0] - self._limits.overlap, span[1] + self._limits.overlap)
        pieces = split_placeholders(phrase)
        return bool(pieces) and all(
            any(_apart(span, heard) <= self._limits.overlap for heard in self._sequences(piece, reach))
            for piece in pieces
        )

    def _sequences(self, phrase: str, window: Span) -> Iterator[Span]:
        """Where the grammar pass heard the whole word sequence of ``phrase``."""
        wanted = _joined(plain(phrase, self._language))
        words = within(self.transcript.grammar_words or (), window)
        for first in range(len(words)):
            heard = ""
            for last in range(first, len(words)):
                heard += _joined(words[last].word)
                if heard == wanted:
                    yield words[first].start, words[last].end
                if len(heard) >= len(wanted):
                    break


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


def _joined(text: str) -> str:
    return "".join(text.casefold().split())


def _apart(one: Span, other: Span) -> float:
    """Seconds between two spans, 0 when they meet."""
    return max(0.0, max(one[0], other[0]) - min(one[1], other[1]))
