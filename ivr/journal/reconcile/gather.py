"""Rows of CEL and queue_log sorted out by the call they belong to, whatever their order was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ivr.journal.sources.cel import CelRow
from ivr.journal.sources.queue_log import CALLER_EVENTS, QueueRow
from ivr.journal.story import INCOMING

# Contexts that only a caller's own channel passes through.
ENTERED = (
    "ivr-call", "ivr-ask", "ivr-queue", "ivr-left", "ivr-connect", "ivr-voicemail", "ivr-statement", "ivr-bye",
    "ivr-emergency", "ivr-callback",
)  # fmt: skip
BOOT = "QUEUESTART"


@dataclass(slots=True)
class Told:
    """What both sources say about one call, each in the order of time; ``ours`` if it is a caller's."""

    linkedid: str
    ours: bool = False
    cel: list[CelRow] = field(default_factory=list)
    queue: list[QueueRow] = field(default_factory=list)

    def of(self, uniqueid: str, event: str) -> list[CelRow]:
        """The channel events of one kind about one channel."""
        return [row for row in self.cel if row.uniqueid == uniqueid and row.event == event]


@dataclass(slots=True)
class Gathered:
    """All calls by linkedid, when Asterisk was started (UTC, in order), and from when on each source is complete."""

    calls: dict[str, Told] = field(default_factory=dict)
    boots: list[datetime] = field(default_factory=list)
    cel_from: datetime | None = None
    queue_from: datetime | None = None


def opens_call(row: CelRow) -> bool:
    """Whether this row shows a caller's call."""
    if row.uniqueid != row.linkedid:
        return False
    return row.context.startswith(INCOMING) or row.context in ENTERED


def gather(cel: Iterable[CelRow], queue: Iterable[QueueRow]) -> Gathered:
    """Sort rows out.

    A channel belongs to the call it began in, or else to the first caller's call it came to: Asterisk can give it
    another linkedid in mid-call.
    """
    events = sorted(cel, key=lambda row: row.at)
    rows = sorted(queue, key=lambda row: row.at)
    found = Gathered(
        cel_from=events[0].at if events else None,
        queue_from=rows[0].at if rows else None,
        boots=[row.at for row in rows if row.event == BOOT],
    )
    ours = {row.linkedid for row in events if opens_call(row)}
    homes: dict[str, str] = {}
    for event in events:
        if event.linkedid in ours:
            homes.setdefault(event.uniqueid, event.linkedid)
    for event in events:
        home = homes.setdefault(event.uniqueid, event.linkedid)
        found.calls.setdefault(home, Told(home, home in ours)).cel.append(event)
    for row in rows:
        if row.event in CALLER_EVENTS and row.callid:
            home = homes.get(row.callid, row.callid)
            found.calls.setdefault(home, Told(home, home in ours)).queue.append(row)
    return found


__all__ = ["ENTERED", "Gathered", "Told", "gather", "opens_call"]
