"""What an item of a scorecard can come to."""

from __future__ import annotations

from enum import StrEnum

from ivr.core.language import Text


class Outcome(StrEnum):
    """The state of one item; only the first two count in the score."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNDECIDED = "undecided"
    """Nobody could tell yet: a verdict of cannot tell, or a manual item nobody has judged."""

    @property
    def counts(self) -> bool:
        """Whether the item is in the denominator."""
        return self is Outcome.PASS or self is Outcome.FAIL


REVIEWED = (Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE)
"""What a reviewer can say of an item."""

_NAMES = {
    Outcome.PASS: Text("pass", "合格"),
    Outcome.FAIL: Text("fail", "不合格"),
    Outcome.NOT_APPLICABLE: Text("not applicable", "不适用"),
    Outcome.UNDECIDED: Text("undecided", "未决"),
}


def name_of(outcome: Outcome) -> Text:
    """An outcome for people."""
    return _NAMES[outcome]
