"""``ivr report``: the figures of a period by queue, agent, hour, day or month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import console, done, emit, guarded, note, run, running_site, state
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.reports.traffic.model import Traffic


class By(StrEnum):
    """What a report has one row for."""

    QUEUE = "queue"
    AGENT = "agent"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Format(StrEnum):
    """How a report is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Since = Annotated[
    str, typer.Option("--from", help="First day, or YYYY-MM-DDTHH:MM, in the site's zone; today by default. / 起")
]
Until = Annotated[
    str, typer.Option("--to", help="Last day, included, or YYYY-MM-DDTHH:MM; like --from by default. / 止")
]


app = typer.Typer()


@app.callback(invoke_without_command=True)
def report(
    context: typer.Context,
    since: Since = "",
    until: Until = "",
    by: Annotated[By, typer.Option(help="One row for each of these. / 分组")] = By.QUEUE,
    queue: Annotated[str, typer.Option(help="Only this queue. / 队列")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent's rings and talks. / 坐席")] = "",
    format_: Annotated[Format, typer.Option("--format", help="How it is printed. / 输出格式")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write CSV or JSON to this file. / 输出文件")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json. / 以 JSON 输出")] = False,
) -> None:
    """Answer rate, service level, handling time and more, with formula and denominator. / 话务报表"""
    if context.invoked_subcommand is not None:
        return
    wanted = Format.JSON if as_json else format_
    settings = state(context).settings
    guarded(lambda: _report(settings, since, until, by, queue, agent, wanted, output), as_json=wanted is Format.JSON)


def _report(
    settings: Settings, since: str, until: str, by: By, queue: str, agent: str, wanted: Format, output: Path | None
) -> None:
    wanted_format(wanted, output)
    found = run(_built(settings, since, until, by, queue, agent))
    if wanted is Format.TABLE:
        from ivr.reports.traffic.terminal import print_traffic

        print_traffic(console, found)
        if not found.whole.counts.asked and not found.rows:
            note("no call asked for an agent in this time", "该时段没有来电请求人工")
        return
    from ivr.reports.traffic.plain import plain, to_csv

    deliver(to_csv(found) if wanted is Format.CSV else plain(found), output)


def wanted_format(wanted: Format, output: Path | None) -> None:
    """Refuse to write a table to a file."""
    if output is not None and wanted is Format.TABLE:
        raise UsageError(
            Text("--output goes with --format csv or json", "--output 须与 --format csv 或 json 同用"),
            cure=Text("add --format csv", "请加上 --format csv"),
        )


def deliver(report: str | dict[str, Any], output: Path | None) -> None:
    """Write CSV, or plain data as JSON, to a file or the terminal."""
    import json

    from ivr.reports.page import write_whole

    if output is None and isinstance(report, str):
        typer.echo(report.encode("utf-8"), nl=False)
    elif output is None:
        emit(report)
    else:
        text = report if isinstance(report, str) else json.dumps(report, ensure_ascii=False, indent=2)
        write_whole(output, text.encode("utf-8"))
        done(f"written: {output}", f"已写入：{output}")


async def _built(settings: Settings, since: str, until: str, by: By, queue: str, agent: str) -> Traffic:
    from zoneinfo import ZoneInfo

    from ivr.reports.indicators import rules_of
    from ivr.reports.indicators.load import load_facts
    from ivr.reports.traffic.build import build
    from recording.vault.database import open_database

    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    now = datetime.now(UTC)
    begin, end = bounds(since, until, zone, now)
    async with open_database(settings) as database, database.read() as session:
        facts = await load_facts(session, begin, end, now=now)
    known("queue", "队列", queue, {*site.queues, *facts.queues})
    known("agent", "坐席", agent, {*site.agents, *facts.agents})
    return build(facts, rules_of(site), by.value, zone, queue=queue, agent=agent)


def known(en: str, zh: str, name: str, names: set[str]) -> None:
    """Refuse a name that neither the site nor the time knows: an empty report would hide the slip."""
    if name and name not in names:
        there = ", ".join(sorted(names))[:200]
        raise UsageError(
            Text(f"no {en} {name!r:.60}", f"没有{zh} {name!r:.60}"), cure=Text(f"there are: {there}", f"已有：{there}")
        )


def bounds(since: str, until: str, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end in UTC of what ``--from`` and ``--to`` say; a day of ``--to`` is included.

    Raises:
        UsageError: if one is no time, or the end is not after the begin.
    """
    first = since or f"{now.astimezone(zone):%Y-%m-%d}"
    begin = _moment(first, zone, end=False)
    finish = _moment(until or first[:10], zone, end=True)
    if finish <= begin:
        raise UsageError(
            Text("--to is not after --from", "--to 不晚于 --from"),
            cure=Text("--from 2026-11-01 --to 2026-11-30", "--from 2026-11-01 --to 2026-11-30"),
        )
    return begin, finish


def _moment(text: str, zone: tzinfo, *, end: bool) -> datetime:
    from ivr.reports.traffic.periods import midnight

    for form in ("%Y-%m-%d", "%Y-%m", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"):
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            continue
        if form == "%Y-%m":
            day = at.date().replace(day=1)
            return midnight((day + timedelta(days=32)).replace(day=1) if end else day, zone)
        if form == "%Y-%m-%d":
            return midnight(at.date() + timedelta(days=1) if end else at.date(), zone)
        return at.replace(tzinfo=zone).astimezone(UTC)
    raise UsageError(
        Text(f"not a day or time: {text!r:.40}", f"不是日期或时间：{text!r:.40}"),
        cure=Text("write 2026-11-22, 2026-11 or 2026-11-22T09:30", "请写成 2026-11-22、2026-11 或 2026-11-22T09:30"),
    )
