"""``ivr qa thresholds``: the numbers verdicts rest on."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, emit, guarded, run, state
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings


def thresholds(
    context: typer.Context,
    digest: Annotated[str, typer.Option(help="Earlier ones that have judged, by their hash. / 历史阈值哈希")] = "",
    as_json: JsonFlag = False,
) -> None:
    """The thresholds in force, or earlier ones that have judged calls. / 查看判定阈值"""
    settings = state(context).settings
    found = guarded(lambda: run(_kept(settings, digest)) if digest else _in_force(settings), as_json=as_json)
    if as_json:
        emit(found)
        return
    console.print(f"[bold]{Text('thresholds', '判定阈值')}[/bold] {escape(found['full_version'])}")
    for name, value in found["values"].items():
        console.print(f"  {escape(name)}: {value:g}")


def _in_force(settings: Settings) -> dict[str, Any]:
    from recording.compliance.thresholds import site_thresholds, thresholds_file

    limits = site_thresholds(settings.site)
    return {**json.loads(thresholds_file(limits, {})), "full_version": limits.full_version}


async def _kept(settings: Settings, digest: str) -> dict[str, Any]:
    from ivr.storage import judged_by
    from ivr.storage.database import Database

    async with Database(settings.database) as database, database.read() as session:
        row = await judged_by.find(session, "thresholds", "thresholds", digest.rpartition("+")[2])
    if row is None:
        raise UsageError(
            Text(f"no thresholds with hash {digest!r:.80} have judged here", f"没有使用过哈希为 {digest!r:.80} 的阈值"),
            cure=Text(
                "take the hash from a verdict: ivr calls show CALL --json", "哈希见判定结果：ivr calls show CALL --json"
            ),
        )
    return {**json.loads(row.content), "full_version": row.version}
