"""``ivr recordings``: the ledger of sound files, checked and mended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli import recordings_keep, recordings_out
from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, run, state
from ivr.cli.keeping import checked_reason, open_room
from ivr.cli.progress import Tell, progress_bar
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.keeping.faults import Fault
    from recording.keeping.repair import Mended
    from recording.keeping.verify import Verification

app = typer.Typer(help="Recordings. / 录音", no_args_is_help=True)
recordings_out.add(app)
recordings_keep.add(app)

LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="Show at most so many. / 最多显示条数")]
_STAGES = {
    "recordings": Text("ledger and files", "台账与文件"),
    "files": Text("files without a row", "无台账记录的文件"),
}


@app.command("list")
def list_(
    context: typer.Context,
    state_: Annotated[str, typer.Option("--state", help="open, closed, missing, broken, deleted... / 状态")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent's. / 坐席")] = "",
    limit: LimitOption = 20,
    as_json: JsonFlag = False,
) -> None:
    """Files of the ledger, the newest first. / 录音台账"""
    settings = state(context).settings
    rows = guarded(lambda: run(_list(settings, state_, agent, limit)), as_json=as_json)
    if as_json:
        emit(rows)
        return
    if not rows:
        note("no recordings", "没有录音")
        return
    table = Table(box=None)
    for title in ("id", str(Text("call", "通话")), str(Text("file", "文件")), str(Text("agent", "坐席")), "s",
                  str(Text("state", "状态")), str(Text("notes", "备注"))):  # fmt: skip
        table.add_column(title, overflow="fold")
    for row in rows:
        seconds = f"{row['frames'] / row['rate']:.1f}" if row["frames"] and row["rate"] else ""
        remarks = " · ".join(text for text in (row["gap_cause"], row["note"], row["accepted"]) if text)
        cells = (row["id"], row["call_id"] or "", row["file"], row["agent"], seconds, row["state"], remarks)
        table.add_row(*(escape(str(cell)) for cell in cells))
    console.print(table)


@app.command()
def verify(
    context: typer.Context,
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte and compare. / 逐字节比对")] = False,
    repair_: Annotated[bool, typer.Option("--repair", help="Mend what can be mended. / 修复可修复的问题")] = False,
    limit: LimitOption = 200,
    as_json: JsonFlag = False,
) -> None:
    """Journal, ledger and files against each other; exit code 1 if anything is wrong. / 核对通话、台账与文件"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(lambda: run(_verify(settings, tell, deep=deep, repair=repair_, limit=limit)), as_json=as_json)
    _report(found, as_json=as_json)
    raise typer.Exit(1 if found["left"] else 0)


@app.command()
def repair(context: typer.Context, limit: LimitOption = 200, as_json: JsonFlag = False) -> None:
    """Mend broken headers, missing rows, deletions broken off; exit code 1 if something is left. / 修复"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(lambda: run(_verify(settings, tell, deep=False, repair=True, limit=limit)), as_json=as_json)
    _report(found, as_json=as_json)
    raise typer.Exit(1 if found["left"] else 0)


@app.command()
def accept(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="The file as the ledger names it. / 台账中的文件名")],
    reason: Annotated[str, typer.Option(help="Why it stays as it is. / 原因")],
    as_json: JsonFlag = False,
) -> None:
    """Accept a fault that cannot be mended; audited. / 接受无法修复的问题（记入审计）"""
    settings = state(context).settings
    guarded(lambda: run(_accept(settings, file, reason)), as_json=as_json)
    if as_json:
        emit({"file": file, "accepted": True})
    else:
        done(f"{file}: accepted as it is", f"{file}：已按现状接受")


async def _list(settings: Settings, state_: str, agent: str, limit: int) -> list[dict[str, Any]]:
    from ivr.storage import ledger

    async with open_room(settings, upgrade=False) as room, room.database.read() as session:
        rows = await ledger.list_recordings(session, state=state_ or None, agent=agent or None, limit=limit)
        return [ledger.plain(row) for row in rows]


async def _verify(settings: Settings, tell: Tell, *, deep: bool, repair: bool, limit: int) -> dict[str, Any]:
    from recording.keeping.repair import Repair
    from recording.keeping.verify import Verification

    async with open_room(settings, upgrade=repair) as room:
        check = Verification(room.database, settings.recordings, room.vault, room.clock, deep=deep)
        mender = Repair(room.database, settings.recordings, room.vault, room.clock, room.actor)
        shown: list[tuple[Fault, Mended | None]] = []
        counts: Counter[str] = Counter()
        left = 0
        async for fault in check.faults(lambda stage, share: tell(str(_STAGES[stage]), share)):
            counts[fault.code] += 1
            mended = await mender.mend(fault) if repair and fault.mendable else None
            left += mended is None or not mended.ok
            if len(shown) < limit:
                shown.append((fault, mended))
        return _found(check, shown, counts, left)


def _found(
    check: Verification, shown: list[tuple[Fault, Mended | None]], counts: Counter[str], left: int
) -> dict[str, Any]:
    return {
        "ok": left == 0,
        "recordings": check.recordings,
        "calls": check.calls,
        "unopened": check.unopened,
        "found": sum(counts.values()),
        "left": left,
        "counts": dict(sorted(counts.items())),
        "faults": [
            {
                **fault.as_dict(),
                **({"mended": mended.ok, "done": mended.text.en, "done_zh": mended.text.zh} if mended else {}),
            }
            for fault, mended in shown
        ],
    }


def _report(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    zh = "_zh" if str(Text("", "zh")) else ""
    if found["faults"]:
        table = Table(box=None)
        for title in (Text("where", "位置"), Text("what", "问题"), Text("figures", "数据"), Text("cure", "处理")):
            table.add_column(str(title), overflow="fold")
        for one in found["faults"]:
            cure = one[f"done{zh}"] if "done" in one else one[f"cure{zh}"]
            colour = "green" if one.get("mended") else "red"
            what = f"[{colour}]{one['code']}[/{colour}] {escape(one[f'text{zh}'])}"
            table.add_row(escape(one["where"]), what, escape(one["detail"]), escape(cure))
        console.print(table)
    hidden = found["found"] - len(found["faults"])
    if hidden:
        note(f"and {hidden} more: --limit", f"另有 {hidden} 项：--limit")
    if found["unopened"]:
        n = found["unopened"]
        note(f"{n} sealed files could not be opened here: names and sizes only", f"{n} 个加密文件无法在本机打开")
    looked = found["recordings"], found["calls"]
    if found["left"]:
        failed(
            str(
                Text(
                    f"{looked[0]} recordings, {looked[1]} calls with talk: {found['left']} faults",
                    f"{looked[0]} 个录音、{looked[1]} 通有坐席通话：{found['left']} 个问题",
                )
            )
        )
    else:
        done(
            f"{looked[0]} recordings, {looked[1]} calls with talk: in order, {found['found']} mended",
            f"{looked[0]} 个录音、{looked[1]} 通有坐席通话：正常，修复 {found['found']} 项",
        )


async def _accept(settings: Settings, file: str, reason: str) -> None:
    from recording.keeping.accepting import accept as write_down

    why = checked_reason(reason)
    async with open_room(settings) as room:
        await write_down(
            room.database, settings.recordings, room.vault, file, reason=why, actor=room.actor, at=room.clock.now()
        )
