"""``ivr recordings delete``, ``hold`` and ``retention``: how long recordings are kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, site_folder, state
from ivr.cli.keeping import checked_reason, open_room, zone_of
from ivr.cli.progress import Tell, progress_bar
from ivr.core.language import Text
from ivr.core.settings import Settings

CallArgument = Annotated[str, typer.Argument(help="Id of the call, or Asterisk's linkedid. / 通话编号或 linkedid")]
ReasonOption = Annotated[str, typer.Option(help="Why; audited. / 原因（记入审计）")]

hold = typer.Typer(help="Legal holds: nothing of the call is deleted. / 法律保全", no_args_is_help=True)


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(delete)
    app.command()(retention)
    app.add_typer(hold, name="hold")


def delete(
    context: typer.Context,
    call: CallArgument,
    reason: ReasonOption,
    force: Annotated[bool, typer.Option("--force", help="Before its time, too; audited. / 未到期也删除")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a call's sound and words; the ledger keeps the rows. / 删除一通电话的录音与文字"""
    settings = state(context).settings
    files = guarded(lambda: run(_delete(settings, call, reason, force=force)), as_json=as_json)
    if as_json:
        emit({"call": call, "deleted": files})
    else:
        done(f"{len(files)} recordings deleted", f"已删除 {len(files)} 个录音")


def retention(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go. / 仅显示")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Show at most so many. / 最多显示条数")] = 200,
    as_json: JsonFlag = False,
) -> None:
    """Delete what is past the maximum of its rule in the site's retention.yaml. / 按规则清理到期录音"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(lambda: run(_retention(settings, tell, dry_run=dry_run, limit=limit)), as_json=as_json)
    if as_json:
        emit(found)
        return
    for one in found["recordings"]:
        console.print(escape(f"{one['file']}  {one['fate']}  {one['reason']}"), soft_wrap=True)
    if not found["rules"]:
        note("no retention.yaml in the site: nothing is deleted by itself", "站点没有 retention.yaml：不会自动删除")
        return
    counts = found["counts"]
    gone, kept = counts.get("delete", 0) + counts.get("deleted", 0), counts.get("held", 0)
    if dry_run:
        done(f"{gone} would be deleted, {kept} kept by a hold", f"将删除 {gone} 个，因保全保留 {kept} 个")
    else:
        done(f"{gone} deleted, {kept} kept by a hold", f"已删除 {gone} 个，因保全保留 {kept} 个")


@hold.command("add")
def hold_add(context: typer.Context, call: CallArgument, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """Put a hold on a call. / 设置法律保全"""
    settings = state(context).settings
    found = guarded(lambda: run(_hold(settings, call, reason, release=False)), as_json=as_json)
    if as_json:
        emit(found)
    else:
        done(f"call {found['call']}: on hold", f"通话 {found['call']}：已保全")


@hold.command("release")
def hold_release(context: typer.Context, call: CallArgument, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """Release the holds on a call. / 解除法律保全"""
    settings = state(context).settings
    found = guarded(lambda: run(_hold(settings, call, reason, release=True)), as_json=as_json)
    if as_json:
        emit(found)
    else:
        done(
            f"call {found['call']}: {found['holds']} holds released", f"通话 {found['call']}：解除 {found['holds']} 项"
        )
    raise typer.Exit(0 if found["holds"] else 1)


@hold.command("list")
def hold_list(
    context: typer.Context,
    released: Annotated[bool, typer.Option("--released", help="Released ones, too. / 包括已解除的")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Holds, the newest first. / 法律保全列表"""
    settings = state(context).settings
    rows = guarded(lambda: run(_holds(settings, released=released)), as_json=as_json)
    if as_json:
        emit(rows)
        return
    if not rows:
        note("no holds", "没有法律保全")
    for row in rows:
        until = row["released_at"] or "—"
        line = f"{row['call_id']}  {row['placed_at']}  {row['actor']}  {row['reason']}  → {until}"
        console.print(escape(line), soft_wrap=True)


async def _delete(settings: Settings, call: str, reason: str, *, force: bool) -> list[str]:
    from recording.keeping.retention import Keeper
    from recording.keeping.rules import load_retention

    why, rules, zone = checked_reason(reason), load_retention(site_folder(settings)), zone_of(settings)
    async with open_room(settings) as room:
        keeper = Keeper(room.database, settings.recordings, rules, zone, room.clock, room.actor)
        rows = await keeper.delete_call(await room.call_id(call), reason=why, force=force)
    return [row.file for row in rows]


async def _retention(settings: Settings, tell: Tell, *, dry_run: bool, limit: int) -> dict[str, Any]:
    from recording.keeping.deletion import finish_all
    from recording.keeping.retention import Keeper
    from recording.keeping.rules import load_retention

    rules, zone = load_retention(site_folder(settings)), zone_of(settings)
    counts: dict[str, int] = {}
    shown: list[dict[str, Any]] = []
    async with open_room(settings) as room:
        keeper = Keeper(room.database, settings.recordings, rules, zone, room.clock, room.actor)
        if dry_run:
            async for due in keeper.due():
                counts[due.fate] = counts.get(due.fate, 0) + 1
                if len(shown) < limit:
                    shown.append(due.as_dict())
        else:
            finished = await finish_all(room.database, settings.recordings, room.clock.now())
            counts = {"deleted": finished} if finished else {}
            async for due, fate in keeper.apply(lambda _, share: tell(str(Text("deleting", "删除中")), share)):
                counts[fate] = counts.get(fate, 0) + 1
                if len(shown) < limit:
                    shown.append({**due.as_dict(), "fate": fate})
    return {"dry_run": dry_run, "rules": len(rules.rules), "counts": counts, "recordings": shown}


async def _hold(settings: Settings, call: str, reason: str, *, release: bool) -> dict[str, Any]:
    from ivr.storage import audit, legal_holds

    why = checked_reason(reason)
    async with open_room(settings) as room:
        call_id, now = await room.call_id(call), room.clock.now()
        async with room.database.write() as session:
            if release:
                rows = await legal_holds.release(session, call_id, reason=why, actor=room.actor, at=now)
            else:
                rows = [await legal_holds.place(session, call_id, reason=why, actor=room.actor, at=now)]
            if rows:
                action = "release" if release else "hold"
                await audit.append(
                    session, actor=room.actor, action=action, object=f"call:{call_id}", at=now, detail={"reason": why}
                )
    return {"call": call_id, "holds": len(rows), "released": release}


async def _holds(settings: Settings, *, released: bool) -> list[dict[str, Any]]:
    from ivr.storage import ledger, legal_holds

    async with open_room(settings, upgrade=False) as room, room.database.read() as session:
        return [ledger.plain(row) for row in await legal_holds.list_holds(session, released=released)]
