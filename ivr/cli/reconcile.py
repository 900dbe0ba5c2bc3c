"""``ivr calls reconcile``: the journal beside what Asterisk wrote down by itself."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, run, running_site, state
from ivr.cli.skipped import not_understood, out_of_order
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.journal.reconcile import Report
    from ivr.journal.reconcile.drift import Drift

_AGO = re.compile(r"\A([0-9]{1,5})([mhd])\Z", re.ASCII)
_TIME = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00\Z", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_KINDS = {
    "no-call": Text("not in the journal", "日志中没有"),
    "missing": Text("missing", "缺失"),
    "guess": Text("was a guess", "原为推测"),
    "contradiction": Text("contradicts", "不一致"),
    "extra": Text("in the journal only", "仅日志中有"),
    "sources": Text("CEL against queue_log", "CEL 与 queue_log 不一致"),
}


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reconcile)


def reconcile(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(
            help="Calls begun since: 2h, 3d, 2026-10-01 or 2026-10-01T09:00 in the site's zone; else where the last "
            "run ended. / 起始时间"
        ),
    ] = "",
    cel: Annotated[
        Path | None, typer.Option(help="Another CEL file, JSON or CSV. / 指定 CEL 文件", dir_okay=False)
    ] = None,
    queue_log: Annotated[
        Path | None, typer.Option(help="Another queue_log. / 指定 queue_log 文件", dir_okay=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing. / 只检查，不修改")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most so many. / 最多显示条数")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Compare journal, CEL and queue_log, put in what was missed; exit code 1 if drift is left. / 对账"""
    settings = state(context).settings
    report = guarded(lambda: run(_run(settings, since, cel, queue_log, check=check)), as_json=as_json)
    if as_json:
        emit({"ok": report.left == 0, **report.as_dict()})
    else:
        _show(report, limit, check=check)
    raise typer.Exit(1 if report.left else 0)


async def _run(settings: Settings, since: str, cel: Path | None, queue_log: Path | None, *, check: bool) -> Report:
    from dataclasses import replace

    from ivr.core.clock import SystemClock
    from ivr.journal.reconcile import Reconciler, Sources
    from ivr.storage.migrations import upgrade
    from recording.vault.database import open_database

    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    begin = begin_of(since, zone, datetime.now(UTC)) if since else None
    sources = replace(Sources.of(settings), zone=zone)
    for path in (cel, queue_log):
        if path is not None and not path.is_file():
            raise UsageError(
                Text(f"no file {str(path)[:200]}", f"没有文件 {str(path)[:200]}"),
                cure=Text("name a file that is there", "请指定存在的文件"),
            )
    own = cel is None and queue_log is None
    sources = replace(sources, cel=cel or sources.cel, queue_log=queue_log or sources.queue_log, own=own)
    if not sources.cel.exists() and not sources.queue_log.exists():
        raise SetupError(
            Text(f"neither {sources.cel} nor {sources.queue_log} is there",
                 f"{sources.cel} 与 {sources.queue_log} 均不存在"),
            cure=Text("start Asterisk once, or name files with --cel, --queue-log",
                      "请先启动 Asterisk，或用 --cel、--queue-log 指定文件"),
        )  # fmt: skip
    agents = {agent.extension: name for name, agent in site.agents.items()}
    if not check:
        await asyncio.to_thread(upgrade, settings.database)
    async with open_database(settings) as database:
        return await Reconciler(database, SystemClock(), sources, lambda: agents).run(since=begin, check=check)


def begin_of(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A time in UTC: so long ago (``90m``, ``2h``, ``3d``), a day, or a day and time in ``zone``.

    Raises:
        UsageError: if it is none of these.
    """
    ago = _AGO.match(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            Text(f"not a time: {text!r:.40}", f"不是时间：{text!r:.40}"),
            cure=Text(
                "write it as 2h, 3d, 2026-10-01 or 2026-10-01T09:00", "请写成 2h、3d、2026-10-01 或 2026-10-01T09:00"
            ),
        ) from None


def _show(report: Report, limit: int, *, check: bool) -> None:
    for name in report.missing:
        note(f"{name}: no such file; compared without it", f"{name}：文件不存在，未参与对账")
    for name, source in (("CEL", report.cel), ("queue_log", report.queue_log)):
        if told := [one for one in (not_understood(source), out_of_order(source)) if one]:
            note(f"{name}: {source.rows} rows read; {'; '.join(one.en for one in told)}",
                 f"{name}：读取 {source.rows} 行；{'；'.join(one.zh for one in told)}")  # fmt: skip
    if report.strangers:
        note(f"{report.strangers} calls in the files are not ours, or began before them: left alone",
             f"文件中另有 {report.strangers} 通不属于本系统或缺少开头，未参与对账")  # fmt: skip
    _put_in(report, limit)
    _table(Text("drift", "差异"), report.drift, report.left, limit)
    calls = f"{report.compared} calls compared, {report.agreeing} agreed, {report.mended} fields put in"
    rest = f"{len(report.under_way)} under way left alone, {report.left} differences left"
    calls_zh = f"核对 {report.compared} 通，一致 {report.agreeing} 通，补入 {report.mended} 项"
    rest_zh = f"{len(report.under_way)} 通进行中未处理，剩余差异 {report.left} 项"
    if not report.left:
        done(f"{calls}; {rest}", f"{calls_zh}；{rest_zh}")
        return
    failed(str(Text(f"{calls}; {rest}", f"{calls_zh}；{rest_zh}")))
    if check:
        note("nothing was changed (--check)", "未作修改（--check）")


def _put_in(report: Report, limit: int) -> None:
    fields: dict[str, list[str]] = {}
    for one in report.put_in:
        fields.setdefault(one.linkedid, []).append(f"{one.place} {one.field}".strip())
    for linkedid, names in list(fields.items())[:limit]:
        told = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        note(f"{linkedid}: {len(names)} put in: {told}", f"{linkedid}：补入 {len(names)} 项：{told}")
    if len(fields) > limit:
        note(f"… and {len(fields) - limit} more calls: --json has them", f"… 另有 {len(fields) - limit} 通：见 --json")


def _table(title: Text, drifts: list[Drift], count: int, limit: int) -> None:
    if not drifts:
        return
    table = Table(box=None, title=f"{title} ({count})", title_justify="left")
    for name in (Text("call", "通话"), Text("where", "位置"), Text("what", "情况"), Text("journal", "日志"),
                 Text("source", "来源")):  # fmt: skip
        table.add_column(str(name), overflow="fold")
    for one in drifts[:limit]:
        where = f"{one.place} {one.field}".strip()
        said = f"{_short(one.source)} ({one.by})" if one.source else f"({one.by})"
        cells = (one.linkedid, where, str(_KINDS[one.kind.value]), _short(one.journal), said)
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
    for cure in dict.fromkeys(str(one.cure) for one in drifts[:limit]):
        note(f"→ {cure}", f"→ {cure}")
    if count > limit:
        note(f"… and {count - limit} more: --json has them", f"… 另有 {count - limit} 项：见 --json")


def _short(value: str) -> str:
    """A time without its year and zone, to the millisecond, UTC; anything else as it is."""
    return f"{value[5:10]} {value[11:23]}" if _TIME.match(value) else value
