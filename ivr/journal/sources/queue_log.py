"""Asterisk's queue_log: ``time|callid|queue|agent|event|data...``, ours or anybody's.

Times are whole seconds, rounded down. ``callid`` is the caller's uniqueid; ``agent`` the member's name where
``log_membername_as_agent`` is on, else his interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from ivr.journal.sources.skipped import Skipped
from ivr.journal.sources.times import is_channel_id, parse_time

# What happens to a caller, and the meaning of its data.
CALLER_EVENTS = {
    "ENTERQUEUE": ("url", "caller", "position"),
    "ABANDON": ("position", "joined_position", "wait_s"),
    "CONNECT": ("wait_s", "channel", "ring_s"),
    "COMPLETECALLER": ("wait_s", "talk_s", "joined_position"),
    "COMPLETEAGENT": ("wait_s", "talk_s", "joined_position"),
    "TRANSFER": ("extension", "context", "wait_s", "talk_s", "joined_position"),
    "BLINDTRANSFER": ("extension", "context", "wait_s", "talk_s", "joined_position"),
    "ATTENDEDTRANSFER": ("method", "to", "wait_s", "talk_s", "joined_position"),
    "EXITWITHTIMEOUT": ("position", "joined_position", "wait_s"),
    "EXITWITHKEY": ("key", "position", "joined_position", "wait_s"),
    "EXITEMPTY": ("position", "joined_position", "wait_s"),
    "WITHDRAW": ("position", "joined_position", "wait_s", "info"),
    "AGENTDUMP": (),
    "SYSCOMPAT": (),
    "RINGNOANSWER": ("ring_ms",),
    "RINGCANCELED": ("ring_ms",),
}
# What happens to agents and to Asterisk.
OTHER_EVENTS = {
    "QUEUESTART": (),
    "CONFIGRELOAD": (),
    "ADDMEMBER": ("paused",),
    "REMOVEMEMBER": (),
    "PAUSE": ("reason",),
    "UNPAUSE": ("reason",),
    "PAUSEALL": ("reason",),
    "UNPAUSEALL": ("reason",),
    "PAUSEREASON": ("reason",),
    "PENALTY": ("penalty",),
    "AGENTLOGIN": ("channel",),
    "AGENTLOGOFF": ("channel", "logged_in_s"),
    "AGENTCALLBACKLOGIN": ("channel",),
    "AGENTCALLBACKLOGOFF": ("channel", "logged_in_s", "reason"),
    "DID": ("did",),
    "INFO": (),
}
EVENTS = CALLER_EVENTS | OTHER_EVENTS
FIELDS = 5
LONGEST = 65_536  # characters of a line
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row. ``callid``, ``queue`` and ``agent`` are empty where Asterisk writes NONE.

    ``at`` is UTC. Numbers, names and reasons in ``data`` are text that strangers may have chosen.
    """

    at: datetime
    callid: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """The datum of this name; empty if the event has none, or the row was cut off."""
        names = EVENTS.get(self.event, ())
        if name not in names:
            return ""
        place = names.index(name)
        if self.event == "ENTERQUEUE" and name == "position":
            place = max(place, len(self.data) - 1)  # a caller's name may hold the sign between two fields
        return self.data[place] if place < len(self.data) else ""

    def number(self, name: str) -> float | None:
        """The datum of this name as a number, in the unit its name says (``_s``, ``_ms``)."""
        text = self.text(name)
        return float(text) if _NUMBER.fullmatch(text) else None


def parse_row(line: str, zone: tzinfo = UTC) -> QueueRow | None:
    """One line as a row, of a known event or not; None if it is no row."""
    parts = line.rstrip("\r\n").split("|")
    if len(parts) < FIELDS or len(line) > LONGEST:
        return None
    at = parse_time(parts[0], zone)
    if at is None or not parts[4] or not is_channel_id(parts[1]):
        return None
    data = parts[FIELDS:]
    while data and not data[-1]:
        data.pop()
    callid, queue, agent = ("" if part == "NONE" else part for part in parts[1:4])
    return QueueRow(at, callid, queue, agent, parts[4].upper(), tuple(data))


def read_queue_log(
    lines: Iterable[str], skipped: Skipped | None = None, *, zone: tzinfo = UTC, since: datetime | None = None
) -> Iterator[QueueRow]:
    """The rows of a queue_log in the order of the file; what cannot be used is counted in ``skipped``.

    Args:
        zone: of times written as dates without one.
        since: rows before this are passed over uncounted.
    """
    skipped = skipped if skipped is not None else Skipped()
    for line in lines:
        if not line.strip():
            continue
        row = parse_row(line, zone)
        if row is None:
            skipped.malformed += 1
        elif since is not None and row.at < since:
            continue
        elif row.event not in EVENTS:
            skipped.name("".join(char for char in row.event if char.isprintable())[:40])
        else:
            skipped.row(row.at)
            yield row


__all__ = ["CALLER_EVENTS", "EVENTS", "OTHER_EVENTS", "QueueRow", "parse_row", "read_queue_log"]
