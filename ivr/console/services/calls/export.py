"""Calls taken out of the house: rows of a list as CSV or JSON, noted in the audit before the first is sent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.calls.listing import CallLine, asker_of, blind_for, line_of
from ivr.core.language import Text
from ivr.reports import calls as found
from ivr.storage import audit

MOST = 10_000  # calls of one export
_AT_ONCE = 200  # lines that are sent together

Format = Literal["csv", "json"]

_COLUMNS: tuple[tuple[str, Text], ...] = (
    ("id", Text("Call", "通话")),
    ("started_at", Text("Began", "开始时间")),
    ("caller", Text("Caller", "来电号码")),
    ("number", Text("Number called", "被叫号码")),
    ("language", Text("Language", "语言")),
    ("queue", Text("Queue", "队列")),
    ("agent", Text("Agent", "坐席")),
    ("outcome", Text("Outcome", "结果")),
    ("hung_up_by", Text("Hung up by", "挂断方")),
    ("wait_s", Text("Wait, s", "等待（秒）")),
    ("talk_s", Text("Talk, s", "通话（秒）")),
    ("score", Text("Score", "得分")),
    ("failed", Text("Rules not kept", "未达标项")),
    ("unsure", Text("Cannot tell", "无法判断项")),
    ("recording", Text("Recording", "录音")),
)


@dataclass(frozen=True, slots=True)
class Export:
    """What is sent: noted in the audit already.

    Args:
        count: calls in it.
        cut: whether there are more than that.
        name: of the file.
    """

    count: int
    cut: bool
    name: str
    calls: list[int]
    blind: frozenset[int]


async def begin(console: Console, who: Person, query: found.CallQuery, kind: Format) -> Export:
    """Find the calls of a query, at most 10,000 in its order, and note in the audit that they are taken.

    Raises:
        Forbidden: if he may not take calls out of the house.
        UsageError: if the query cannot be asked.
    """
    who.must(Permission.EXPORT)
    asker = asker_of(console, who, query)
    now = console.clock.now()
    calls: list[int] = []
    blind: frozenset[int] = frozenset()
    if asker is not None:
        async with console.database.read() as session:
            calls = await found.every(session, query, asker, most=MOST + 1)
            blind = await blind_for(session, who)
    cut, calls = len(calls) > MOST, calls[:MOST]
    detail = {"filters": query.masked(), "count": len(calls), "cut": cut, "format": kind,
              "numbers": who.may(Permission.NUMBERS)}  # fmt: skip
    async with console.database.write() as session:
        await audit.append(session, actor=who.login, action="calls.export", object="calls", at=now, detail=detail)
    name = f"calls-{now.astimezone(console.zone):%Y%m%d-%H%M%S}.{kind}"
    return Export(len(calls), cut, name, calls, blind)


async def lines(console: Console, who: Person, export: Export, kind: Format) -> AsyncIterator[bytes]:
    """The bytes of an export, as they are read."""
    write, end = _csv(console, who) if kind == "csv" else _json(console)
    kept = io.StringIO(newline="")
    waiting = 0
    kept.write(_head(who) if kind == "csv" else "[")
    for at in range(0, len(export.calls), _AT_ONCE):
        async with console.database.read() as session:
            async for row in found.these(session, export.calls[at : at + _AT_ONCE]):
                kept.write(write(line_of(row, who, export.blind)))
                waiting += 1
        yield kept.getvalue().encode()
        kept.seek(0)
        kept.truncate()
    kept.write(end)
    yield kept.getvalue().encode()


def _head(who: Person) -> str:
    """A mark that it is UTF-8, which spreadsheets want, and the titles."""
    return "\ufeff" + _line([title.within(who.language) for _, title in _COLUMNS])


def _csv(console: Console, who: Person) -> tuple[Callable[[CallLine], str], str]:
    def write(line: CallLine) -> str:
        values = line.model_dump()
        values["started_at"] = line.started_at.astimezone(console.zone).strftime("%Y-%m-%d %H:%M:%S")
        return _line([_shown(values[name]) for name, _ in _COLUMNS])

    return write, ""


def _json(console: Console) -> tuple[Callable[[CallLine], str], str]:
    began = False

    def write(line: CallLine) -> str:
        nonlocal began
        before, began = (",\n" if began else "\n"), True
        values = line.model_dump()
        values["started_at"] = line.started_at.astimezone(console.zone).isoformat()
        return before + json.dumps({name: values[name] for name, _ in _COLUMNS}, ensure_ascii=False)

    return write, "\n]\n"


def _line(cells: list[str]) -> str:
    kept = io.StringIO(newline="")
    csv.writer(kept).writerow([defused(cell) for cell in cells])
    return kept.getvalue()


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: numbers may begin with ``+``, and names with anything."""
    risky = cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"}
    return f"'{cell}" if risky else cell


__all__ = ["MOST", "Export", "Format", "begin", "defused", "lines"]
