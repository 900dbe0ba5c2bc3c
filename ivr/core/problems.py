"""One shape for whatever is shown to a person as wrong: where, code, what, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr.core.language import Text


class Severity(StrEnum):
    """How much a problem matters: an error stops, a warning is told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem found in something a person wrote or set up.

    Args:
        where: ``file:line:column`` (1-based), or the name of the part.
        code: stable id, e.g. ``DP104``.
        text: what is wrong.
        cure: how to mend it.
        severity: error or warning.
    """

    where: str
    code: str
    text: Text
    cure: Text
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where} {self.code} {self.text} — {self.cure}"

    def as_dict(self) -> dict[str, str]:
        """The problem as plain data for ``--json``."""
        return {
            "where": self.where,
            "code": self.code,
            "severity": self.severity.value,
            "text": self.text.en,
            "text_zh": self.text.zh,
            "cure": self.cure.en,
            "cure_zh": self.cure.zh,
        }
