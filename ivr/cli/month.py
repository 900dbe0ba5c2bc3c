"""A month's quality report: what ``ivr qa report --month`` shows and writes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ivr.cli.common import console, done, emit, note
from ivr.cli.people import site_and_zone
from ivr.core.settings import Settings


async def month_report(
    settings: Settings,
    month: str,
    *,
    agent: str,
    team: str,
    item: str,
    html: Path | None,
    csv: Path | None,
    as_json: bool,
) -> None:
    """Print a month's scores, items, trend and evaluation sheets, and write the HTML report.

    Args:
        agent, team, item: restrict it; "" does not.
        html: where the HTML report goes; into the reports folder when None.
        csv: where a CSV of all tables goes; None: nowhere.

    Raises:
        UsageError: if ``month`` is not a month, or a file cannot be written.
    """
    from ivr.reports.page import write_whole
    from ivr.reports.quality.html import write_quality
    from ivr.reports.quality.load import load_quality
    from ivr.reports.quality.plain import plain, to_csv
    from ivr.reports.quality.terminal import print_quality
    from recording.vault.database import open_database

    site, zone = site_and_zone(settings)
    now = datetime.now(UTC)
    async with open_database(settings) as database, database.read() as session:
        report = await load_quality(
            session, month, zone=zone, now=now, site=site, agent=agent or None, team=team or None, item=item or None
        )
    narrowed = "-part" if report.only is not None else ""
    path = html or settings.reports / f"quality-{month}{narrowed}.html"
    if html is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_quality(path, report, zone=zone, made_at=now)
    if csv is not None:
        write_whole(csv, to_csv(report).encode("utf-8"))
    if as_json:
        emit({**plain(report), "report": str(path), "csv": None if csv is None else str(csv)})
        return
    if report.whole.cards or report.sheets:
        print_quality(console, report)
    else:
        note("no call of that month has a scorecard", "该月没有评分表")
    if csv is not None:
        done(f"CSV: {csv}", f"CSV：{csv}")
    done(f"HTML report: {path}", f"HTML 报告：{path}")
