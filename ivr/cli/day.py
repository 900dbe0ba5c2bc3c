"""Days as people name them, and a day's report: what ``ivr qa report`` shows and writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ivr.cli.common import console, done, emit, note, running_site
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings


def day_bounds(day: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end of a day in ``zone``, in UTC; today when ``day`` is empty.

    Raises:
        UsageError: if ``day`` is not YYYY-MM-DD.
    """
    from ivr.reports.traffic.periods import midnight

    found = _date(day) if day else datetime.now(zone).date()
    return midnight(found, zone), midnight(found + timedelta(days=1), zone)


def end_of_day(day: str, zone: tzinfo) -> datetime:
    """The last second of a day in ``zone``, in UTC.

    Raises:
        UsageError: if ``day`` is not YYYY-MM-DD.
    """
    return datetime.combine(_date(day), time(23, 59, 59), zone).astimezone(UTC)


def _date(day: str) -> date:
    try:
        return datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a date
    except ValueError:
        raise UsageError(
            Text(f"not a day: {day!r:.40}", f"不是日期：{day!r:.40}"),
            cure=Text("write it as 2026-10-01", "请写成 2026-10-01 的形式"),
        ) from None


async def day_report(settings: Settings, day: str, *, as_json: bool) -> None:
    """Print the day's calls and indicators, and write the HTML report."""
    from ivr.reports.html import write_html
    from ivr.reports.indicators import indicators, rules_of
    from ivr.reports.load import load_day
    from ivr.reports.terminal import print_calls, print_indicators
    from ivr.reports.traffic.plain import plain_indicator
    from recording.vault.database import open_database
    from recording.vault.sound import reader_for

    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    since, until = day_bounds(day, zone)
    async with open_database(settings) as database, database.read() as session:
        stories = await load_day(
            session, since, until, settings.recordings, zone=zone, mask=True, read=reader_for(settings)
        )
        figures = await indicators(session, since, until, rules=rules_of(site))
    name = since.astimezone(zone).date().isoformat()
    path = settings.reports / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    title = Text(f"Calls of {name}", f"{name} 通话")
    write_html(path, stories, figures, title=title, zone=zone, made_at=datetime.now(UTC))
    if as_json:
        emit(
            {
                "day": name,
                "calls": len(stories),
                "report": str(path),
                "indicators": [plain_indicator(one) for one in figures.whole],
            }
        )
        return
    if stories:
        print_calls(console, stories)
        print_indicators(console, figures)
    else:
        note("no calls on that day", "当日没有通话")
    done(f"HTML report: {path}", f"HTML 报告：{path}")
