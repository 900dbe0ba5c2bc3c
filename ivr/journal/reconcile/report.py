"""What a comparison found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ivr.journal.reconcile.drift import Drift
from ivr.journal.sources.skipped import Skipped

MOST_SHOWN = 1000


@dataclass(slots=True)
class Report:
    """Counters and drift; at most 1,000 of each kind of drift are kept, all are counted.

    Args:
        since, until: calls begun in between were compared (UTC).
        compared: calls whose end is known, in the journal and in the sources.
        agreeing: of these, with nothing to mend.
        mended: fields and rows put in.
        left: drift that is left; 0 is what it should be.
        under_way: calls that are not over, left alone.
        strangers: calls of others in the sources, and calls whose beginning they do not hold.
        missing: sources that are not there: cel, queue_log.
    """

    since: datetime
    until: datetime
    compared: int = 0
    agreeing: int = 0
    mended: int = 0
    left: int = 0
    under_way: dict[str, datetime] = field(default_factory=dict)
    strangers: int = 0
    missing: tuple[str, ...] = ()
    cel: Skipped = field(default_factory=Skipped)
    queue_log: Skipped = field(default_factory=Skipped)
    put_in: list[Drift] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)

    def remains(self, drifts: list[Drift]) -> None:
        """Count drift that is left."""
        self.left += len(drifts)
        self.drift += drifts[: max(0, MOST_SHOWN - len(self.drift))]

    def was_mended(self, drifts: list[Drift]) -> None:
        """Count what was put in."""
        self.mended += len(drifts)
        self.put_in += drifts[: max(0, MOST_SHOWN - len(self.put_in))]

    def as_dict(self) -> dict[str, object]:
        """As plain data."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "compared": self.compared,
            "agreeing": self.agreeing,
            "mended": self.mended,
            "left": self.left,
            "under_way": len(self.under_way),
            "strangers": self.strangers,
            "missing": list(self.missing),
            "cel": self.cel.as_dict(),
            "queue_log": self.queue_log.as_dict(),
            "put_in": [one.as_dict() for one in self.put_in],
            "drift": [one.as_dict() for one in self.drift],
        }


__all__ = ["Report"]
