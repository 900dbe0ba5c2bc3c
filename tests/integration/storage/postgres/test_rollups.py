"""Days added up on PostgreSQL say what all calls say; articles and their openings are kept there, too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.console.knowledge.exchange import STARTER, lay_in, read_articles
from ivr.core.clock import FixedClock
from ivr.reports.quality.load import load_quality
from ivr.reports.traffic.build import build
from ivr.reports.trends import figures, read
from ivr.reports.trends.book import DayBook
from ivr.storage.database import Database
from ivr.storage.knowledge import articles
from tests.unit.reports.month import AFTER, MONTH, ZONE
from tests.unit.reports.trends.test_rollups import FIRST, LAST, RULES, fill, raw

pytestmark = pytest.mark.integration


async def test_days_added_up_on_postgresql(database: Database) -> None:
    await fill(database)
    book = DayBook(database, FixedClock(AFTER))
    assert await book.catch_up(ZONE, RULES) >= 30
    span = await book.span(FIRST, LAST, ZONE, RULES)
    wanted = build(await raw(database), RULES, "day", ZONE).whole
    async with database.read() as session:
        (sums,) = (await read.traffic(session, span, "whole")).values()
        heat = await read.traffic(session, span, "weekday")
        (cards,) = (await read.scores(session, span, "whole")).values()
        items = await read.items(session, span)
        of_lee = await read.items(session, span, agent="agent-lee")
        answers = await read.surveys(session, span, "agent")
        report = await load_quality(session, MONTH, zone=ZONE, now=AFTER, site="demo")
    found = figures.of_calls(sums, RULES, queues=("sales", "service"), states=True)
    assert found.counts == wanted.counts
    assert found["occupancy"].value == pytest.approx(wanted["occupancy"].value)
    assert sum(one.asked for one in heat.values()) == wanted.counts.asked
    assert cards.final.value == pytest.approx(report.whole.final.value)
    assert {one.item: (one.failed.count, one.failed.of) for one in report.items if one.failed} == {
        item: (one.failed, one.counted) for item, one in items.items() if one.counted
    }
    assert sum(one.counted for one in of_lee.values()) < sum(one.counted for one in items.values())
    assert sum(sum(one["satisfaction"].values()) for one in answers.values()) > 100
    assert await book.catch_up(ZONE, RULES) == 0


async def test_articles_on_postgresql(database: Database) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    async with database.write() as session:
        laid = await lay_in(session, read_articles(STARTER), by="x", at=now)
        found = await articles.find(session, "hold", lock=True)
        assert found is not None
        for _ in range(2):
            await articles.opened(session, found.id, "2026-03-01")
    async with database.read() as session:
        assert await articles.openings(session, "2026-03-01") == {found.id: 2}
        assert (await articles.state_of_shelf(session))[:2] == (len(laid.added), len(laid.added))
