"""Quality reports of a believable month: sums, corrections, sheets, and what leaves the house as HTML, CSV and JSON."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
from collections import Counter
from datetime import date, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from ivr.reports.quality.html import render_quality
from ivr.reports.quality.load import load_quality, month_bounds
from ivr.reports.quality.model import Mean, QualityReport, mean_of
from ivr.reports.quality.plain import cell, plain, to_csv
from ivr.reports.quality.risks import risks
from ivr.reports.quality.terminal import print_quality
from ivr.storage.database import Database
from ivr.storage.models import Score
from ivr.storage.people import Session
from recording.review import coaching, disputes, figures, reviews, spot
from recording.review.cards import standing
from recording.scorecards import Outcome
from tests.unit.reports.month import AFTER, AGENTS, MONTH, ZONE, Month, fill_month

LEE = "agent-lee"
HOSTILE = '=cmd|"/c calc"!A1<script>alert(1)</script>\u202e'


async def failing(session: Session, month: Month) -> tuple[int, datetime]:
    """A call of Lee's that nobody reviewed, on which the machine found ask-more failed; and when it was judged."""
    for call_id in month.of(LEE):
        found = await standing(session, call_id)
        line = found.card.line("ask-more")
        if found.review is None and line is not None and line.automatic is Outcome.FAIL:
            return call_id, found.score.created_at
    raise AssertionError("the month has none")


@pytest.fixture(scope="module")
def quality_month(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Month]:
    """A month with a few reviews, a won dispute, a note and an entered figure, made once."""
    folder = tmp_path_factory.mktemp("month")
    shutil.copy(migrated, folder / "ivr.db")
    url = f"sqlite+aiosqlite:///{folder}/ivr.db"

    async def make() -> Month:
        async with Database(url) as database:
            month = await fill_month(database)
            async with database.write() as session:
                for row in await spot.draw_month(session, MONTH, site="demo", zone=ZONE, by="lead", now=AFTER, quota=2):
                    for check in row.checks:
                        review = await reviews.open_review(session, check.call_id, by="qa-ann", now=AFTER)
                        await reviews.judge_item(session, review.id, "empathy", Outcome.FAIL, by="qa-ann", now=AFTER)
                        await reviews.submit(session, review.id, by="qa-ann", now=AFTER, leave_open=True)
                call_id, soon = await failing(session, month)
                dispute = await disputes.raise_dispute(session, call_id, "ask-more", by=LEE, now=soon, reason="I did")
                second = await disputes.take(session, dispute.id, by="qa-bob", now=soon)
                for item in second.items:
                    await reviews.judge_item(session, second.id, item.item, Outcome.PASS, by="qa-bob", now=soon)
                await reviews.submit(session, second.id, by="qa-bob", now=soon)
                await coaching.write(session, LEE, coaching.Kind.COMMENDATION, "thanks", by="lead", now=soon)
                await figures.enter(session, LEE, MONTH, "satisfaction", 92.5, by="lead", now=AFTER)
            return month

    return url, asyncio.run(make())


async def loaded(url: str, **only: str) -> QualityReport:
    async with Database(url) as database, database.read() as session:
        return await load_quality(session, MONTH, zone=ZONE, now=AFTER, site="demo", **only)  # type: ignore[arg-type]


async def test_the_sums_are_those_of_the_cards(quality_month: tuple[str, Month]) -> None:
    url, month = quality_month
    found = await loaded(url)
    finals: dict[str, list[float]] = {}
    failed = Counter[str]()
    async with Database(url) as database, database.read() as session:
        for call_id, agent in month.cards:
            card = (await standing(session, call_id, agent)).card
            assert card.final.percent is not None
            finals.setdefault(agent, []).append(card.final.percent)
            failed.update(line.item for line in card.lines if line.final is Outcome.FAIL)
    assert [one.name for one in found.agents] == list(AGENTS)
    for one in found.agents:
        assert one.final.value == pytest.approx(sum(finals[one.name]) / len(finals[one.name]))
        assert one.cards == one.final.n == 30
    assert sum(one.reviewed for one in found.agents) == found.whole.reviewed == 8
    assert {one.item: one.failed.count for one in found.items if one.failed} == {item: failed[item] for item in failed}
    assert {one.name: one.cards for one in found.teams} == {"sales": 60, "service": 60}
    assert len(found.days) == 30 and sum(one.final.n for one in found.days) == 120
    assert found.months[-1].final.value == pytest.approx(found.whole.final.value)
    assert [one.final.value for one in found.months[:-1]] == [None] * 5


async def test_people_change_the_final_score_and_never_the_automatic_one(quality_month: tuple[str, Month]) -> None:
    found = await loaded(quality_month[0])
    async with Database(quality_month[0]) as database, database.read() as session:
        from sqlalchemy import select

        scores = [100 * one.points / one.possible for one in await session.scalars(select(Score)) if one.possible]
    assert found.whole.automatic.value == pytest.approx(sum(scores) / len(scores))
    assert found.whole.final.value != found.whole.automatic.value
    assert (found.disputes.raised, found.disputes.changed, found.disputes.waiting) == (1, 1, 0)


async def test_a_rate_without_enough_reviews_is_raw_and_says_so(quality_month: tuple[str, Month]) -> None:
    found = await loaded(quality_month[0])
    row = next(one for one in found.items if one.item == "opening")
    assert row.rate.raw is not None and row.rate.corrected is None
    assert row.rate.why is not None and "not corrected" in row.rate.why.en
    assert found.rates_of == 8


async def test_what_was_not_measured_is_not_nought(quality_month: tuple[str, Month]) -> None:
    found = await loaded(quality_month[0])
    sheets = {one.agent: {figure.id: figure for figure in one.cells} for one in found.sheets}
    assert (sheets[LEE]["satisfaction"].value, sheets["agent-chen"]["satisfaction"].value) == (92.5, None)
    assert sheets[LEE]["commendation"].value == 1.0
    assert sheets[LEE]["disputes"].value == 1.0
    assert (sheets[LEE]["spot_checks"].value, sheets[LEE]["spot_checks"].n) == (2.0, 2)
    assert all(sheets[who]["complaint_rate"].value is None for who in AGENTS)
    handling = sheets[LEE]["handling"]
    assert handling.value is not None and 40 < handling.value < 400
    out = io.StringIO()
    print_quality(Console(file=out, width=160), found)
    assert "not measured" in out.getvalue() and "92.5 %" in out.getvalue()
    rows = list(csv.reader(io.StringIO(to_csv(found).lstrip("\ufeff"))))
    assert ["sheet", "agent-chen", "satisfaction %", "not measured", "", "", ""] in rows


async def test_a_report_can_be_narrowed(quality_month: tuple[str, Month]) -> None:
    lee = await loaded(quality_month[0], agent=LEE)
    assert [one.name for one in lee.agents] == [LEE] == [one.agent for one in lee.sheets]
    assert lee.whole.cards == 30
    assert lee.only is not None and lee.only.en == f"agent {LEE}"
    sales = await loaded(quality_month[0], team="sales")
    assert [one.name for one in sales.agents] == ["agent-wang", "agent-zhou"]
    assert sales.months[-1].final.n == 60
    opening = await loaded(quality_month[0], item="opening")
    assert [one.item for one in opening.items] == ["opening"]


async def test_a_month_of_nothing_is_told_as_that(database: Database) -> None:
    async with database.read() as session:
        found = await load_quality(session, "2026-02", zone=ZONE, now=AFTER, site="demo")
    assert (found.whole.cards, found.whole.final) == (0, Mean(0, None))
    page = render_quality(found, zone=ZONE, made_at=AFTER, language="en")
    assert "No call of this month has a scorecard." in page


class Page(HTMLParser):
    """Notes tags, and attributes that would load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.bad += [name for name, _ in attrs if name in {"src", "style"} or name.startswith("on")]
        self.bad += [value or "" for name, value in attrs if name == "href" and not (value or "").startswith("#")]


async def test_the_page_is_whole_and_asks_nobody(database: Database) -> None:
    month = await fill_month(database, days=3)
    async with database.write() as session:
        from sqlalchemy import update

        from ivr.storage.models import QueueVisit

        hostile = month.of(LEE)
        await session.execute(update(Score).where(Score.call_id.in_(hostile)).values(agent=HOSTILE[:64]))
        await session.execute(
            update(QueueVisit).where(QueueVisit.call_id.in_(hostile)).values(agent=HOSTILE[:64], queue=HOSTILE[:64])
        )
    async with database.read() as session:
        found = await load_quality(session, MONTH, zone=ZONE, now=AFTER, site="demo")
    text = render_quality(found, zone=ZONE, made_at=AFTER, language="zh")
    page = Page()
    page.feed(text)
    assert page.bad == []
    assert (page.tags["script"], page.tags["style"], page.tags["svg"] >= 6) == (1, 1, True)
    assert "<script>alert" not in text and "\u202e" not in text
    assert "未测量" in text and "not measured" in text
    assert "default-src 'none'" in unescape(text)
    rows = list(csv.reader(io.StringIO(to_csv(found).lstrip("\ufeff"))))
    assert any(row[1].startswith("'=cmd") for row in rows)
    assert not any(field.startswith(("=", "+", "@")) for row in rows for field in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u3000=1", "\ufeff=1"])
def test_formulas_are_made_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers_in_csv() -> None:
    assert (cell(-1.5), cell(3), cell(0.25), cell("agent-lee"), cell(-2)) == ("-1.5", "3", "0.25", "agent-lee", "-2")


async def test_json_is_plain(quality_month: tuple[str, Month]) -> None:
    found = await loaded(quality_month[0])
    data = json.loads(json.dumps(plain(found)))
    assert data["agents"][0]["name"] == AGENTS[0]
    assert data["days"][0]["day"] == "2026-11-01"
    assert data["items"][0]["title"]["zh"]


async def test_the_riskiest_calls_come_first_and_reviewed_ones_not_at_all(quality_month: tuple[str, Month]) -> None:
    url, _ = quality_month
    async with Database(url) as database, database.read() as session:
        since, until = month_bounds(MONTH, ZONE)
        found = await risks(session, since, until, most=200)
        from sqlalchemy import select

        from ivr.storage.models import Review, Verdict

        unsure = set(
            await session.scalars(select(Verdict.call_id).where(Verdict.forbidden, Verdict.value == "cannot_tell"))
        )
        reviewed = set(await session.scalars(select(Review.call_id).where(Review.kind == "first")))
    first = [one.call_id for one in found[: len(unsure - reviewed)]]
    assert set(first) == unsure - reviewed
    assert not reviewed & {one.call_id for one in found}
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)


def test_a_month_begins_and_ends_in_the_site_s_zone() -> None:
    since, until = month_bounds("2026-12", ZONE)
    assert (since.isoformat(), until.isoformat()) == ("2026-11-30T16:00:00+00:00", "2026-12-31T16:00:00+00:00")
    assert since.astimezone(ZONE).date() == date(2026, 12, 1)


def test_means_have_intervals_where_they_can() -> None:
    assert mean_of([]) == Mean(0, None)
    assert mean_of([None, 4.0]) == Mean(1, 4.0)
    found = mean_of([1.0, 2.0, 3.0])
    assert (found.value, found.n) == (2.0, 3)
    assert found.low == pytest.approx(2 - 1.959964 / 3**0.5)
