"""``ivr callbacks``: who waits to be called back, and taking one out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.cli.engine import ask
from ivr.cli.people import site_and_zone, table
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.models import Callback

app = typer.Typer(help="Callbacks that keep their place. / 保留排队位置的回电", no_args_is_help=True)

_STATES = {
    "waiting": Text("waiting", "等候"),
    "calling": Text("calling", "呼叫中"),
    "queued": Text("in the queue", "排队中"),
    "connected": Text("connected", "已接通"),
    "done": Text("done", "完成"),
    "cancelled": Text("cancelled", "已取消"),
    "failed": Text("failed", "失败"),
    "expired": Text("too late", "过期"),
}


@app.command("list")
def list_(
    context: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Those that are over, too, the newest first. / 含已结束")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many. / 条数")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Callbacks that are not over, in the order of their places. / 未完成的回电"""
    settings = state(context).settings
    found = guarded(lambda: run(_list(settings, every=every, limit=limit)), as_json=as_json)
    if as_json:
        emit(found)
        return
    if not found:
        note("no callbacks", "没有回电")
        return
    _, zone = guarded(lambda: site_and_zone(settings))
    heads = (Text("id", "编号"), Text("queue", "队列"), Text("number", "号码"), Text("waits since", "等候自"),
             Text("state", "状态"), Text("tries", "次数"), Text("", ""))  # fmt: skip
    rows = [
        (
            one["id"],
            one["queue"],
            one["number"],
            f"{datetime.fromisoformat(one['since']).astimezone(zone):%Y-%m-%d %H:%M:%S}",
            _STATES.get(one["state"], one["state"]),
            one["tries"],
            one["why"],
        )
        for one in found
    ]
    table(heads, rows, right=(0, 5))


@app.command()
def cancel(
    context: typer.Context,
    callback: Annotated[int, typer.Argument(min=1, help="Id of the callback. / 编号")],
    as_json: JsonFlag = False,
) -> None:
    """Take a callback out; a try that is under way is hung up. / 取消回电"""
    settings = state(context).settings
    answer = guarded(lambda: _cancel(settings, callback), as_json=as_json)
    if as_json:
        emit(answer)
    else:
        done(f"callback {callback} is cancelled", f"回电 {callback} 已取消")


async def _list(settings: Settings, *, every: bool, limit: int) -> list[dict[str, Any]]:
    from ivr.cli.keeping import open_room
    from ivr.storage import callbacks

    async with open_room(settings, upgrade=False) as room, room.database.read() as session:
        rows = await (callbacks.newest(session, limit=limit) if every else callbacks.open_ones(session))
        return [_plain(row) for row in rows[:limit]]


def _cancel(settings: Settings, callback: int) -> dict[str, Any]:
    """By the engine, which knows of tries under way; without one, in the book."""
    import getpass

    try:
        ask(settings, f"/callbacks/{callback}/cancel", {"by": getpass.getuser()})
        alone = False
    except SetupError:
        alone = True
    return run(_cancelled(settings, callback, alone=alone))


async def _cancelled(settings: Settings, callback: int, *, alone: bool) -> dict[str, Any]:
    from ivr.cli.keeping import open_room
    from ivr.queues.callbacks.book import Book

    async with open_room(settings) as room:
        book = Book(room.database, room.clock)
        if alone:
            await book.cancel(callback, room.actor)
        row = await book.row(callback)
    return _plain(row) if row is not None else {}


def _plain(row: Callback) -> dict[str, Any]:
    from ivr.core.ids import mask_number

    return {
        "id": row.id,
        "queue": row.queue,
        "number": mask_number(row.number),
        "language": row.language,
        "priority": row.priority,
        "since": row.place_at.isoformat(),
        "state": row.state,
        "tries": row.tries,
        "not_before": row.not_before.isoformat(),
        "why": row.why,
        "call": row.first_linkedid,
        "last_try": row.attempt,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }
