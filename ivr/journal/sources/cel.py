"""Channel events as cel_custom writes them: a JSON object a line, or CSV by the usual mappings.

Keys that callers press are not read, even where somebody has them written.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from ivr.journal.sources.skipped import Skipped
from ivr.journal.sources.times import is_channel_id, parse_time

EVENTS = frozenset(
    """CHAN_START CHAN_END ANSWER HANGUP APP_START APP_END BRIDGE_ENTER BRIDGE_EXIT BLINDTRANSFER ATTENDEDTRANSFER
    PICKUP FORWARD LINKEDID_END USER_DEFINED PARK_START PARK_END LOCAL_OPTIMIZE LOCAL_OPTIMIZE_BEGIN STREAM_BEGIN
    STREAM_END""".split()  # noqa: SIM905  a word list reads better in columns
)
SECRET = frozenset({"DTMF"})
LONGEST = 65_536  # characters of a line

# Our own mapping for an Asterisk without JSON, and the one in Asterisk's sample of cel_custom.conf.
_OWN = ("eventtype", "eventtime", "userdeftype", "uniqueid", "linkedid", "channame", "peer", "name", "num", "dnid",
        "exten", "context", "appname", "eventextra")  # fmt: skip
_SAMPLE = ("eventtype", "eventtime", "name", "num", "ani", "rdnis", "dnid", "exten", "context", "channame", "appname",
           "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield", "userdeftype",
           "eventextra")  # fmt: skip
_BY_LENGTH: Mapping[int, Sequence[str]] = {len(_OWN): _OWN, len(_SAMPLE): _SAMPLE}
_ALSO = {
    "channel": "channame",
    "cid_name": "name",
    "cid_num": "num",
    "cid_dnid": "dnid",
    "cid_ani": "ani",
    "extension": "exten",
    "application": "appname",
    "bridgepeer": "peer",
    "extra": "eventextra",
    "type": "eventtype",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CelRow:
    """One channel event. ``at`` is UTC; ``number``, ``dnid`` and ``exten`` are text that a stranger may have chosen.

    Args:
        event: its type, e.g. ``CHAN_START``.
        peer: the channel it is joined with.
        dnid: the number called.
        extra: what the event itself adds: ``hangupcause``, ``hangupsource``, ``bridge_id``, ``extension``...
    """

    at: datetime
    event: str
    uniqueid: str
    linkedid: str
    channel: str = ""
    peer: str = ""
    number: str = ""
    dnid: str = ""
    exten: str = ""
    context: str = ""
    app: str = ""
    user_event: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class CelReader:
    """Reads lines of one source; learns the columns from a header, or by their number."""

    def __init__(self, skipped: Skipped | None = None, *, zone: tzinfo = UTC) -> None:
        self.skipped = skipped if skipped is not None else Skipped()
        self._zone = zone
        self._columns: Sequence[str] | None = None

    def read(self, lines: Iterable[str], *, since: datetime | None = None) -> Iterator[CelRow]:
        """The rows in the order of the lines; what cannot be used is counted.

        Args:
            since: rows before this are passed over uncounted.
        """
        for line in lines:
            if not line.strip():
                continue
            found = self._fields(line)
            if found is None:
                continue
            row = cel_row(found, self._zone)
            if row is None:
                self.skipped.malformed += 1
            elif since is not None and row.at < since:
                continue
            elif row.event in SECRET:
                self.skipped.secret += 1
            elif row.event not in EVENTS:
                self.skipped.name("".join(char for char in row.event if char.isprintable())[:40])
            else:
                self.skipped.row(row.at)
                yield row

    def _fields(self, line: str) -> Mapping[str, Any] | None:
        if len(line) > LONGEST:
            self.skipped.malformed += 1
            return None
        if line.lstrip().startswith("{"):
            data = _json(line)
            if data is None:
                self.skipped.malformed += 1
                return None
            return {_named(key): value for key, value in data.items()}
        try:
            values = next(csv.reader([line.rstrip("\r\n")], strict=True), [])
        except csv.Error:
            values = []
        names = [_named(value) for value in values]
        if "eventtype" in names and "eventtime" in names:
            self._columns = names
            return None
        columns = self._columns if self._columns and len(self._columns) == len(values) else _BY_LENGTH.get(len(values))
        if columns is None:
            self.skipped.malformed += 1
            return None
        return dict(zip(columns, values, strict=True))


def read_cel(
    lines: Iterable[str], skipped: Skipped | None = None, *, zone: tzinfo = UTC, since: datetime | None = None
) -> Iterator[CelRow]:
    """The rows of a CEL file, JSON or CSV, in the order of the file; what cannot be used is counted in ``skipped``."""
    return CelReader(skipped, zone=zone).read(lines, since=since)


def cel_row(found: Mapping[str, Any], zone: tzinfo = UTC) -> CelRow | None:
    """A row from named fields; None if it lacks event or time, or its channel's id is none."""

    def text(name: str) -> str:
        value = found.get(name, "")
        return value if isinstance(value, str) else "" if value is None else str(value)

    at = parse_time(text("eventtime"), zone)
    event, uniqueid = text("eventtype").strip().upper(), text("uniqueid")
    linkedid = text("linkedid") or uniqueid
    if at is None or not event or not is_channel_id(uniqueid) or not is_channel_id(linkedid):
        return None
    extra = found.get("eventextra", "")
    if isinstance(extra, str):
        extra = _json(extra) if extra.startswith("{") else None
    return CelRow(
        at=at,
        event=event,
        uniqueid=uniqueid,
        linkedid=linkedid,
        channel=text("channame"),
        peer=text("peer"),
        number=text("num"),
        dnid=text("dnid"),
        exten=text("exten"),
        context=text("context"),
        app=text("appname"),
        user_event=text("userdeftype"),
        extra=extra if isinstance(extra, dict) else {},
    )


def _named(key: str) -> str:
    name = key.strip().lower()
    return _ALSO.get(name, name)


def _json(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


__all__ = ["CelReader", "CelRow", "cel_row", "read_cel"]
