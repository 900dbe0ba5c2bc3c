"""``ivr report rollup``: days that are over, added up for the console's trends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, run, running_site, state
from ivr.cli.progress import Tell, progress_bar
from ivr.cli.report_survey import app
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from datetime import date


@app.command()
def rollup(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Add up the days that are over and not added up yet, or have changed since. / 汇总已结束的日期"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        made = guarded(lambda: run(_rollup(settings, tell)), as_json=as_json)
    if as_json:
        emit(made)
        return
    done(f"{made['days']} days added up", f"已汇总 {made['days']} 天")


async def _rollup(settings: Settings, tell: Tell) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from ivr.core.clock import SystemClock
    from ivr.reports.indicators import rules_of
    from ivr.reports.trends.book import open_book
    from recording.vault.database import open_database

    site = running_site(settings)

    def told(day: date, number: int, of: int) -> None:
        tell(str(Text("adding up days", "汇总日期")), number / of)

    async with open_database(settings) as database, open_book(database, SystemClock()) as book:
        return {"days": await book.catch_up(ZoneInfo(site.zone), rules_of(site), told)}


__all__ = ["app"]
