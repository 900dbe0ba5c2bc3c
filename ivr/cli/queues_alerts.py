"""``ivr queues alerts``: what was told of queues, agents and recordings, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, console, emit, guarded, note, run, state
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.queues.alerts.names import KINDS

if TYPE_CHECKING:
    from ivr.storage.models import AlertRow

STATES = {"raised": Text("raised", "触发"), "cleared": Text("cleared", "解除"), "event": Text("event", "事件")}
RESULTS = {
    "waiting": Text("not yet", "待发送"),
    "failed": Text("failed", "失败"),
    "dropped": Text("dropped", "已丢弃"),
}


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr queues``."""
    app.command()(alerts)


def alerts(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(help="Those that went on then or began later: 2h, 3d, 2026-10-01 or 2026-10-01T09:00. / 起始时间"),
    ] = "7d",
    only_open: Annotated[bool, typer.Option("--open", help="Only those that go on. / 仅未解除")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many. / 条数")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Alerts by the site's rules, the newest first. / 告警记录"""
    settings = state(context).settings
    found = guarded(lambda: run(_listed(settings, since, only_open=only_open, limit=limit)), as_json=as_json)
    if as_json:
        emit({"alerts": found})
    elif not found:
        note("no alerts", "没有告警")
    else:
        for line in guarded(lambda: [*_lines(settings, found)]):
            console.print(line, soft_wrap=True)


async def _listed(settings: Settings, since: str, *, only_open: bool, limit: int) -> list[dict[str, Any]]:
    from ivr.cli.keeping import open_room, zone_of
    from ivr.cli.reconcile import begin_of
    from ivr.storage import alerts as book

    begin = None if only_open else begin_of(since, zone_of(settings), datetime.now(UTC))
    async with open_room(settings) as room, room.database.read() as session:
        return [_plain(row) for row in await book.newest(session, since=begin, only_open=only_open, limit=limit)]


def _plain(row: AlertRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "rule": row.rule,
        "kind": row.kind,
        "subject": row.subject,
        "began_at": row.began_at.isoformat(),
        "ended_at": None if row.ended_at is None else row.ended_at.isoformat(),
        "limit": row.threshold,
        "value": row.value,
        "end_value": row.end_value,
        "told": row.told,
    }


def _lines(settings: Settings, found: list[dict[str, Any]]) -> Iterator[str]:
    """One alert a line: when, until when, what about whom, measured and allowed, told to whom."""
    from rich.markup import escape

    from ivr.cli.keeping import zone_of
    from ivr.reports.clean import clean

    zone = zone_of(settings)
    for one in found:
        began = datetime.fromisoformat(one["began_at"]).astimezone(zone)
        when = f"{began:%Y-%m-%d %H:%M:%S}"
        if one["ended_at"] is None:
            when += f" – [red]{Text('goes on', '未解除')}[/red]"
        elif one["ended_at"] != one["began_at"]:
            ended = datetime.fromisoformat(one["ended_at"]).astimezone(zone)
            when += f" – {ended:%H:%M:%S}" if ended.date() == began.date() else f" – {ended:%Y-%m-%d %H:%M:%S}"
        figures = [f"{one[name]:.4g}" for name in ("value", "limit") if one[name] is not None]
        words = [one["rule"], f"({KINDS.get(one['kind'], one['kind'])})", one["subject"], " / ".join(figures)]
        told = str(Text("told: ", "已通知：")) + (_told(one["told"]) or "–")
        yield f"{when}  {escape(clean(' '.join(word for word in words if word)))}  [dim]{escape(clean(told))}[/dim]"


def _told(told: dict[str, dict[str, str]]) -> str:
    """Whom, and where it went wrong what came of it."""
    parts: list[str] = []
    for when, whom in told.items():
        for name, how in whom.items():
            what = name if how == "told" else f"{name} ({STATES.get(when, when)}: {RESULTS.get(how, how)})"
            if what not in parts:
                parts.append(what)
    return ", ".join(parts)
