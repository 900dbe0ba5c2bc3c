"""``ivr audit``: who did what to which record, and whether those rows are still what was written."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, run, state
from ivr.cli.keeping import checked_reason, open_room, zone_of
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.storage.audit_faults import explained

app = typer.Typer(help="The audit chain. / 审计链", no_args_is_help=True)


@app.command("list")
def list_(
    context: typer.Context,
    call: Annotated[str, typer.Option(help="Only about this call. / 通话")] = "",
    actor: Annotated[str, typer.Option(help="Only by this actor. / 操作者")] = "",
    action: Annotated[str, typer.Option(help="Only this action: listen, export, delete... / 操作")] = "",
    since: Annotated[str, typer.Option(help="Only from this day on, YYYY-MM-DD. / 起始日期")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest. / 条数")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Rows, the newest first. / 审计记录"""
    settings = state(context).settings
    rows = guarded(lambda: run(_list(settings, call, actor, action, since, limit)), as_json=as_json)
    if as_json:
        emit(rows)
        return
    if not rows:
        note("no rows", "没有记录")
    for row in rows:
        detail = json.dumps(row["detail"], ensure_ascii=False)
        line = f"{row['id']}  {row['at']}  {row['actor']}  {row['action']}  {row['object']}  {detail}"
        console.print(escape("".join(char if char.isprintable() else "?" for char in line)), soft_wrap=True)


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[str, typer.Option(help="A hash kept elsewhere, too. / 另存的哈希")] = "",
    after: Annotated[int, typer.Option(min=0, help="Only rows after this one. / 仅校验该行之后")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Whether a row was changed, inserted or removed; exit code 1 if so. / 校验审计链"""
    settings = state(context).settings
    found = guarded(lambda: run(_verify(settings, head, after)), as_json=as_json)
    if as_json:
        emit(found)
    elif found["ok"]:
        done(
            f"{found['rows']} rows in order; newest {found['hash']}",
            f"{found['rows']} 条记录完整；最新 {found['hash']}",
        )
    else:
        told, cure = explained(found["fault"], found["row"])
        failed(f"{told} — {cure}")
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def anchor(
    context: typer.Context,
    renew: Annotated[bool, typer.Option("--renew", help="Trust the table as it is now. / 重新锚定")] = False,
    reason: Annotated[str, typer.Option(help="Why; audited. / 原因")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Print the newest row's hash, to be kept elsewhere; --renew after a restored backup. / 显示或重设锚点"""
    settings = state(context).settings
    found = guarded(lambda: run(_anchor(settings, renew=renew, reason=reason)), as_json=as_json)
    if as_json:
        emit(found)
    else:
        done(f"{found['row']} {found['hash']}", f"{found['row']} {found['hash']}")


async def _list(settings: Settings, call: str, actor: str, action: str, since: str, limit: int) -> list[dict[str, Any]]:
    from ivr.storage import audit, calls, ledger
    from recording.keeping.export import objects_of

    begin = None
    if since:
        try:
            begin = datetime.fromisoformat(since).replace(tzinfo=zone_of(settings))
        except ValueError as error:
            raise UsageError(
                Text(f"not a day: {since[:40]!r}", f"不是日期：{since[:40]!r}"), cure="YYYY-MM-DD"
            ) from error
    async with open_room(settings, upgrade=False) as room:
        call_id = await room.call_id(call) if call else None
        async with room.database.read() as session:
            found = await calls.get(session, call_id) if call_id is not None else None
            rows = await audit.list_rows(
                session,
                objects=objects_of(found) if found is not None else (),
                actor=actor or None,
                action=action or None,
                since=begin,
                limit=limit,
            )
            return [ledger.plain(row) for row in rows]


async def _verify(settings: Settings, head: str, after: int) -> dict[str, Any]:
    from ivr.storage import audit

    async with open_room(settings, upgrade=False) as room, room.database.read() as session:
        found = await audit.examine(session, head.strip().lower(), after=after)
    return {
        "ok": not found.fault,
        "rows": found.rows,
        "newest": found.last,
        "hash": found.hash,
        "fault": found.fault,
        "row": found.row,
    }


async def _anchor(settings: Settings, *, renew: bool, reason: str) -> dict[str, Any]:
    from ivr.storage import audit

    async with open_room(settings, upgrade=False) as room:
        if renew:
            why = checked_reason(reason)
            async with room.database.read() as session:
                fault = await audit.examine(session)
            async with room.database.write() as session:
                await audit.renew(session)
                await audit.append(
                    session,
                    actor=room.actor,
                    action="anchor",
                    object="audit",
                    at=room.clock.now(),
                    detail={"reason": why, "fault": fault.fault, "row": fault.row},
                )
        async with room.database.read() as session:
            row, digest = await audit.newest(session)
    return {"row": row, "hash": digest}
