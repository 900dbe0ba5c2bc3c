"""``ivr report survey``: what callers answered after the service."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import console, guarded, note, run, running_site, state
from ivr.cli.report import Format, Since, Until, app, bounds, deliver, wanted_format
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.reports.surveys.model import SurveyReport


class By(StrEnum):
    """What the report has one row for."""

    AGENT = "agent"
    QUEUE = "queue"
    DAY = "day"


@app.command()
def survey(
    context: typer.Context,
    since: Since = "",
    until: Until = "",
    by: Annotated[By, typer.Option(help="One row for each of these. / 分组")] = By.AGENT,
    format_: Annotated[Format, typer.Option("--format", help="How it is printed. / 输出格式")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write CSV or JSON to this file. / 输出文件")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json. / 以 JSON 输出")] = False,
) -> None:
    """Satisfaction after the service: asked, answered, mean, share of 4 and 5. / 满意度调查报表"""
    wanted = Format.JSON if as_json else format_
    settings = state(context).settings
    guarded(lambda: _survey(settings, since, until, by, wanted, output), as_json=wanted is Format.JSON)


def _survey(settings: Settings, since: str, until: str, by: By, wanted: Format, output: Path | None) -> None:
    wanted_format(wanted, output)
    found = run(_built(settings, since, until, by))
    if wanted is Format.TABLE:
        from ivr.reports.surveys.terminal import print_surveys

        print_surveys(console, found)
        if not found.whole:
            note("nobody was asked in this time", "该时段没有进行满意度调查")
        return
    from ivr.reports.surveys.plain import plain, to_csv

    deliver(to_csv(found) if wanted is Format.CSV else plain(found), output)


async def _built(settings: Settings, since: str, until: str, by: By) -> SurveyReport:
    from zoneinfo import ZoneInfo

    from ivr.reports.surveys import build, load_asked, scales_of
    from recording.vault.database import open_database

    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    begin, end = bounds(since, until, zone, datetime.now(UTC))
    async with open_database(settings) as database, database.read() as session:
        asked = await load_asked(session, begin, end)
    return build(asked, begin, end, by.value, zone, scales_of(site))


__all__ = ["app"]
