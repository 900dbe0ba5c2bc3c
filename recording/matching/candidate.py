"""The best phrase of several at one place, and the harmless phrase that may explain it better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recording.matching.channel import channel
from recording.matching.matcher import Match, Matcher
from recording.matching.odds import Odds, odds

WORTH = 35.0  # likeness below which a phrase was not said, whatever else was
_HOPELESS = Odds(-30.0, 0.0)
_MARGIN = 1  # words on both sides of the place in which a near miss is looked for, if it is no longer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase at its best place.

    Args:
        phrase: as the rulebook writes it.
        match: where, and how alike.
        rival: the near miss most alike at that place, empty without near misses.
        rival_score: 0..100.
        fuller: whether the phrase has more sounds than the rival.
        odds: that it was said there; None in a language without a noisy channel.
    """

    phrase: str
    match: Match
    rival: str = ""
    rival_score: float = 0.0
    fuller: bool = False
    odds: Odds | None = None

    @property
    def score(self) -> float:
        """0..100, what the text is worth as evidence: the odds as a share where there are any, else the likeness."""
        return self.match.score if self.odds is None else round(100 * self.odds.probability, 1)

    @property
    def beaten(self) -> bool:
        """Whether a near miss explains the place at least as well; of two alike the fuller one explains more of it."""
        if self.odds is not None:
            return self.odds.rival >= 0
        if not self.rival or self.rival_score < self.match.score:
            return False
        return self.rival_score > self.match.score or not self.fuller


def candidates(
    matcher: Matcher, phrases: Sequence[str], near_misses: Sequence[str], words: Sequence[str]
) -> list[Candidate]:
    """Every phrase at its best place in ``words``, best first; those that a near miss beats come last."""
    found = []
    for phrase in phrases:
        match = matcher.find(phrase, words)
        if match.end <= match.start:
            continue
        chance = None
        if channel(matcher.language) is not None:
            if match.score < WORTH:
                found.append(Candidate(phrase, match, odds=_HOPELESS))
                continue
            chance = odds(matcher.language, phrase, near_misses, words, match.start, match.end)
        rivals = [(_score_around(matcher, near, match, words), matcher.length(near), near) for near in near_misses]
        score, length, rival = max(rivals, default=(0.0, 0, ""))
        found.append(Candidate(phrase, match, rival, score, matcher.length(phrase) > length, chance))
    return sorted(found, key=lambda item: (item.beaten, -item.score))


def _score_around(matcher: Matcher, near: str, match: Match, words: Sequence[str]) -> float:
    """How alike a near miss is at the place of a match; a longer one may reach further."""
    margin = max(_MARGIN, matcher.words(near) - (match.end - match.start) + _MARGIN)
    return matcher.find(near, words[max(0, match.start - margin) : match.end + margin]).score
