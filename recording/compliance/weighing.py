"""What the evidence at one place is worth. All numbers it is compared with are in ``thresholds``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from recording.compliance.thresholds import Thresholds


class Weight(Enum):
    """Enough on its own; something a person must listen to; nothing."""

    STRONG = "strong"
    WEAK = "weak"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One phrase at one place.

    Args:
        text: 0..100, likeness of the free decode.
        heard: 0..100, likeness of the grammar pass that heard most of it.
        whole: grammar passes that heard all of it.
        lost: share of the phrase, 0..1, in words the free decode did not hear at all.
        unheard: share of the phrase, 0..1, in words that neither it nor any grammar pass heard: another word was said.
        said: whether the odds of the free decode are for the phrase; None in a language without odds.
    """

    text: float
    heard: float
    whole: int
    lost: float
    unheard: float = 0.0
    said: bool | None = None

    @property
    def together(self) -> float:
        """Mean of both likenesses, 0..100."""
        return (self.text + self.heard) / 2


def weigh(evidence: Evidence, *, forbidden: bool, noisy: bool, limits: Thresholds) -> Weight:
    """The weight of one phrase at one place.

    Args:
        evidence: what was heard there.
        forbidden: the phrase must not be said; to accuse somebody takes more.
        noisy: the sound is noisy: absence is harder to prove, and text alone proves less.
        limits: the thresholds.
    """
    told = evidence.said and not forbidden and not noisy  # the odds know what else it may have been
    able = evidence.said is not False or bool(evidence.whole)
    if told or (able and _enough(evidence, forbidden=forbidden, noisy=noisy, limits=limits)):
        return Weight.STRONG
    if noisy:
        weak = max(evidence.text, evidence.heard) >= limits.near_noisy
    else:
        alone = evidence.text >= limits.near and evidence.lost <= limits.most_lost
        weak = bool(evidence.whole or evidence.said) or alone or evidence.together >= limits.near_together
    return Weight.WEAK if weak else Weight.NOTHING


def _enough(evidence: Evidence, *, forbidden: bool, noisy: bool, limits: Thresholds) -> bool:
    if evidence.text >= limits.sure:
        return True
    if forbidden:
        return not noisy and bool(evidence.whole) and evidence.text >= limits.accuse
    if noisy:
        return bool(evidence.whole) and evidence.text >= limits.support_noisy
    if evidence.whole and evidence.text >= limits.support:
        return True
    alike = evidence.text >= limits.accept or evidence.together >= limits.together
    return alike and evidence.unheard <= limits.most_unheard
