"""What a reader met, and what of it told nothing: counted, because a figure without its losses is a guess."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MAX_NAMES = 50
OTHER = "(other)"
# Rows of two threads may change places by this much without anybody calling that unsorted.
NEAR = timedelta(seconds=1)


@dataclass(slots=True)
class Skipped:
    """Counters of one source.

    Args:
        rows: rows that were read and handed on.
        malformed: lines that are no row: too few fields, no time, not the format.
        truncated: last lines without an end: still being written, or cut off.
        unsorted: rows handed on whose time is more than 1 s before that of a row above them.
        secret: rows about keys that were pressed; nothing of them is kept.
        unread_bytes: what was left out at the beginning, because there was too much to read.
        unknown: rows with an event nobody here knows, by its name (at most 50 names).
    """

    rows: int = 0
    malformed: int = 0
    truncated: int = 0
    unsorted: int = 0
    secret: int = 0
    unread_bytes: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    _newest: datetime | None = None

    def name(self, event: str) -> None:
        """Count a row with an unknown event."""
        known = event if event in self.unknown or len(self.unknown) < MAX_NAMES else OTHER
        self.unknown[known] = self.unknown.get(known, 0) + 1

    def row(self, at: datetime) -> None:
        """Count a row that is handed on."""
        self.rows += 1
        if self._newest is not None and at < self._newest - NEAR:
            self.unsorted += 1
        elif self._newest is None or at > self._newest:
            self._newest = at

    def as_dict(self) -> dict[str, object]:
        """The counters as plain data."""
        return {
            "rows": self.rows,
            "malformed": self.malformed,
            "truncated": self.truncated,
            "unsorted": self.unsorted,
            "secret": self.secret,
            "unread_bytes": self.unread_bytes,
            "unknown": dict(self.unknown),
        }


__all__ = ["Skipped"]
