"""Exact times for the whole seconds of queue_log: each of its rows has a channel event beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.journal.reconcile.gather import Told
from ivr.journal.sources.cel import CelRow
from ivr.journal.sources.queue_log import QueueRow

# A row is written up to this long before or after its channel event; its time is rounded down to a second.
BESIDE = timedelta(seconds=1)
SECOND = timedelta(seconds=1)
LEAVING = frozenset({"ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY", "SYSCOMPAT"})
COMPLETING = {
    "COMPLETECALLER": "caller",
    "COMPLETEAGENT": "agent",
    "TRANSFER": "transfer",
    "BLINDTRANSFER": "transfer",
    "ATTENDEDTRANSFER": "transfer",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """CEL and queue_log have other times for the same thing (UTC)."""

    row: QueueRow
    cel: datetime
    queue_log: datetime


class Exact:
    """Looks for the channel event beside a row of queue_log, and notes where there is none near."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.disagreements: list[Disagreement] = []

    def joined(self, row: QueueRow) -> datetime:
        """When he joined: Queue() began on his channel."""
        begun = [one for one in self._told.of(row.callid, "APP_START") if one.app.lower() == "queue"]
        return self._near(row, begun, say=True)

    def connected(self, row: QueueRow) -> datetime:
        """When he and the agent were joined."""
        return self._near(row, self._told.of(row.text("channel"), "BRIDGE_ENTER")[:1], say=False)

    def completed(self, row: QueueRow) -> datetime:
        """When the talk ended."""
        return self._near(row, self._told.of(row.callid, "BRIDGE_EXIT"), say=False)

    def left(self, row: QueueRow) -> datetime:
        """When he no longer waited."""
        ended = [*self._told.of(row.callid, "APP_END"), *self._told.of(row.callid, "HANGUP")]
        return self._near(row, [one for one in ended if one.event == "HANGUP" or one.app.lower() == "queue"], say=False)

    def _near(self, row: QueueRow, beside: Sequence[CelRow], *, say: bool) -> datetime:
        if not beside or row.at.microsecond:
            return row.at
        # Whichever fraction was cut off, the event lies in this second or just beside it.
        nearest = min(beside, key=lambda one: max(row.at - one.at, one.at - row.at - SECOND, timedelta()))
        if row.at - BESIDE <= nearest.at <= row.at + SECOND + BESIDE:
            return nearest.at
        if say:
            self.disagreements.append(Disagreement(row, nearest.at, row.at))
        return row.at


__all__ = ["COMPLETING", "LEAVING", "Disagreement", "Exact"]
