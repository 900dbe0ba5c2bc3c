"""Days added up say what all calls together say, on a month with every kind of call; and notice when a day changes."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.core.clock import FixedClock
from ivr.reports.indicators.facts import Facts
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.model import Indicator, Rules
from ivr.reports.quality.load import load_quality
from ivr.reports.quality.model import Group
from ivr.reports.surveys.load import load_asked
from ivr.reports.traffic.build import build
from ivr.reports.traffic.periods import midnight
from ivr.reports.trends import figures, read
from ivr.reports.trends.book import DayBook, Span, open_book
from ivr.reports.trends.day import load_day
from ivr.reports.trends.keep import counted_by, save_day
from ivr.storage.database import Database
from ivr.storage.models import (
    AgentState,
    AgentTalk,
    Call,
    Dispute,
    QueueVisit,
    Review,
    ReviewItem,
    Ring,
    RollupDay,
    Score,
    SurveyAnswer,
)
from recording.review.agreement import machine_errors
from tests.unit.reports.month import AFTER, MONTH, ZONE, fill_month
from tests.unit.reports.month import RULES as MONTHS_RULES

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
RULES = Rules(
    levels={"service": 15.0, "sales": 30.0}, targets={"service": 80.0}, short_abandon_s=8.0, count_short=False
)


async def fill(database: Database, *, seed: int = 3) -> None:
    """The month's scored calls, and beside them calls of every kind, states of agents and answers to surveys."""
    month = await fill_month(database)
    chance = random.Random(seed)
    calls: list[Call] = []
    states: list[AgentState] = []
    for number in range(400):
        begun = midnight(FIRST, ZONE) + timedelta(seconds=chance.uniform(0, 30 * 86400 - 7200))
        calls.append(_call(chance, begun, number, states))
    for agent in ("agent-lee", "agent-zhou"):
        for day in range(0, 30, 2):
            begin = midnight(FIRST, ZONE) + timedelta(days=day, hours=8, minutes=chance.randrange(50))
            states.append(AgentState(agent=agent, state="logged_in", queue="service", began_at=begin, uniqueid="",
                                     ended_at=begin + timedelta(hours=chance.choice([4, 9, 20]))))  # fmt: skip
            states.append(AgentState(agent=agent, state="paused", began_at=begin + timedelta(hours=2), uniqueid="",
                                     ended_at=begin + timedelta(hours=2, minutes=40)))  # fmt: skip
    cards = list(month.cards)
    async with database.write() as session:
        session.add_all(calls)
        session.add_all(states)
        await session.flush()
        for visit in await session.scalars(select(QueueVisit).where(QueueVisit.outcome == "answered")):
            session.add(
                AgentState(
                    agent=visit.agent,
                    state="talking",
                    queue=visit.queue,
                    uniqueid=f"t{visit.id}",
                    began_at=visit.connected_at,
                    ended_at=visit.completed_at,
                )
            )
        for talk in await session.scalars(select(AgentTalk).where(AgentTalk.origin == "transfer")):
            session.add(
                AgentState(
                    agent=talk.agent,
                    state="talking",
                    uniqueid=f"h{talk.id}",
                    began_at=talk.connected_at,
                    ended_at=talk.completed_at,
                )
            )
        for call_id, agent in cards[::9]:
            session.add(_review(chance, call_id, agent, source="spot" if chance.random() < 0.8 else "chosen"))
        for call_id, agent in cards[::13]:
            session.add(_dispute(call_id, agent))
        for call in calls[::3]:
            session.add(SurveyAnswer(call_id=call.id, question="satisfaction", asked_at=call.started_at,
                                     answer=chance.choice(["", "1", "3", "4", "5", "5"]), queue="service",
                                     agent=chance.choice(["agent-lee", ""])))  # fmt: skip


def _call(chance: random.Random, begun: datetime, number: int, states: list[AgentState]) -> Call:
    kind = chance.choice(["answered", "answered", "answered", "second", "abandoned", "timeout", "handed", "nobody"])
    queue, other = chance.sample(["service", "sales"], 2)
    agent = chance.choice(["agent-lee", "agent-zhou", "agent-kim"])
    wait, talk = chance.uniform(1, 60), chance.uniform(5, 900)
    joined = begun + timedelta(seconds=4)
    left = joined + timedelta(seconds=wait)
    end = left + timedelta(seconds=talk) if kind in {"answered", "second", "handed"} else left
    visits: list[QueueVisit] = []
    talks: list[AgentTalk] = []

    def rang(result: str, seconds: float) -> Ring:
        return Ring(agent=agent, result=result, started_at=left - timedelta(seconds=seconds), ended_at=left)

    def visit(name: str, outcome: str, since: datetime, until: datetime, *, rings: list[Ring]) -> QueueVisit:
        answered = outcome == "answered"
        return QueueVisit(queue=name, joined_at=since, left_at=until, outcome=outcome, agent=agent if answered else "",
                          connected_at=until if answered else None, completed_at=end if answered else None,
                          rings=rings)  # fmt: skip

    if kind == "second":
        visits.append(visit(other, "timeout", joined - timedelta(seconds=3), joined, rings=[rang("no_answer", 20)]))
    if kind in {"answered", "second", "handed"}:
        visits.append(visit(queue, "answered", joined, left, rings=[rang("answered", chance.uniform(1, 25))]))
        talks.append(AgentTalk(agent=agent, origin="queue", queue=queue, connected_at=left, completed_at=end))
        if chance.random() < 0.6:
            states.append(AgentState(agent=agent, state="wrapup", queue=queue, uniqueid=f"c{number}", began_at=end,
                                     ended_at=end + timedelta(seconds=chance.uniform(5, 90))))  # fmt: skip
    elif kind != "nobody":
        visits.append(visit(queue, kind, joined, left, rings=[rang("cancelled", 18), rang("refused", 3)]))
    if kind == "handed":
        talks.append(AgentTalk(agent="agent-wang", origin="transfer", handed_by=agent, queue="", connected_at=end,
                               completed_at=end + timedelta(seconds=60)))  # fmt: skip
        end += timedelta(seconds=60)
    return Call(linkedid=f"more-{number}", started_at=begun, ended_at=end, outcome="", visits=visits, talks=talks)


def _review(chance: random.Random, call_id: int, agent: str, *, source: str) -> Review:
    def item(name: str, value: str) -> ReviewItem:
        rule = next(one for one in MONTHS_RULES if one.id == name)
        title = {"en": rule.title, "zh": rule.title_zh}
        return ReviewItem(item=name, norm=rule.norm, section=rule.section, title=title, weight=10.0,
                          automatic=chance.choice(["pass", "fail", "undecided"]), value=value)  # fmt: skip

    at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    return Review(slot=f"first:{call_id}:{agent}", call_id=call_id, agent=agent, kind="first", source=source,
                  reviewer="qa", state="submitted", opened_at=at, submitted_at=at, points=1, possible=2,
                  items=[item("opening", chance.choice(["pass", "fail", ""])), item("closing", "fail")])  # fmt: skip


def _dispute(call_id: int, agent: str) -> Dispute:
    at = datetime(2026, 11, 30, 13, tzinfo=UTC)
    return Dispute(call_id=call_id, agent=agent, item="opening", state="changed", reason="r", disputed="fail",
                   opened_at=at, due_at=at, decided_at=at, decided_by="chief", value="pass")  # fmt: skip


@pytest.fixture(scope="module")
def filled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month's database, made once."""
    return _made(migrated, tmp_path_factory.mktemp("filled") / "ivr.db", fill)


@pytest.fixture(scope="module")
def added_up(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all its days added up."""

    async def add_up(database: Database) -> None:
        assert await DayBook(database, FixedClock(AFTER)).catch_up(ZONE, RULES) >= 30

    return _made(filled, tmp_path_factory.mktemp("added-up") / "ivr.db", add_up)


def _made(source: Path, target: Path, work: Callable[[Database], Awaitable[None]]) -> Path:
    shutil.copy(source, target)

    async def make() -> None:
        async with Database(f"sqlite+aiosqlite:///{target}") as opened:
            await work(opened)

    asyncio.run(make())
    return target


@pytest.fixture
def source(request: pytest.FixtureRequest) -> Path:
    """The database a test begins with; another one by indirect parameter."""
    found: Path = request.getfixturevalue(getattr(request, "param", "added_up"))
    return found


@pytest.fixture
async def database(source: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(source, tmp_path / "ivr.db")
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/ivr.db") as opened:
        yield opened


@pytest.fixture
def book(database: Database) -> DayBook:
    return DayBook(database, FixedClock(AFTER))


empty_one = pytest.mark.parametrize("source", ["migrated"], indirect=True)
filled_one = pytest.mark.parametrize("source", ["filled"], indirect=True)


async def whole(book: DayBook) -> Span:
    """All days of the month, kept."""
    span = await book.span(FIRST, LAST, ZONE, RULES)
    assert not span.missing
    assert not span.live
    return span


def same(found: Indicator, wanted: Indicator) -> None:
    assert found.denominator == pytest.approx(wanted.denominator), found.id
    assert found.numerator == pytest.approx(wanted.numerator, abs=1e-6), found.id
    assert found.value == (None if wanted.value is None else pytest.approx(wanted.value))
    assert (found.formula, found.name, found.unit, found.target) == (
        wanted.formula, wanted.name, wanted.unit, wanted.target,
    )  # fmt: skip
    assert (found.variant is None) == (wanted.variant is None)
    if found.variant is not None and wanted.variant is not None:
        assert found.variant.numerator == wanted.variant.numerator
        assert found.variant.denominator == wanted.variant.denominator
        assert found.variant.formula == wanted.variant.formula


async def raw(database: Database) -> Facts:
    async with database.read() as session:
        begin, end = midnight(FIRST, ZONE), midnight(LAST + timedelta(days=1), ZONE)
        return await load_facts(session, begin, end, now=AFTER)


async def test_traffic_added_up_by_days_is_that_of_all_calls(database: Database, book: DayBook) -> None:
    span = await whole(book)
    facts = await raw(database)
    wanted = build(facts, RULES, "day", ZONE)
    assert wanted.whole.counts.asked > 300
    assert wanted.whole.counts.short
    async with database.read() as session:
        (sums,) = (await read.traffic(session, span, "whole")).values()
        days = await read.traffic(session, span, "day")
        queues = await read.traffic(session, span, "queue")
        agents = await read.traffic(session, span, "agent")
        sales = (await read.traffic(session, span, "agent", queue="sales"))["agent-lee",]
    found = figures.of_calls(sums, RULES, queues=facts.queues, states=span.states)
    assert found.counts == wanted.whole.counts
    for one in wanted.whole.indicators:
        same(found[one.id], one)
    assert {row.name for row in wanted.rows if row.figures.counts.asked} <= {str(key[0]) for key in days}
    for row in wanted.rows:
        if (row.name,) in days:
            queued = {visit.queue for call in facts.calls for visit in call.visits}
            day = figures.of_calls(days[row.name,], RULES, queues=queued, states=True)
            assert day.counts == row.figures.counts
            assert day["occupancy"].value == pytest.approx(row.figures["occupancy"].value)
            assert day["handling_time"].numerator == pytest.approx(row.figures["handling_time"].numerator)
    for row in build(facts, RULES, "queue", ZONE).rows:
        queue = figures.of_calls(queues[row.name,], RULES, queues=(), queue=row.name, states=True)
        assert queue.counts == row.figures.counts
        for one in row.figures.indicators:
            same(queue[one.id], one)
    rows = build(facts, RULES, "agent", ZONE).rows
    assert {(row.name,) for row in rows} == set(agents)
    for row in rows:
        agent = figures.of_agent(agents[row.name,], RULES, states=True)
        assert agent.counts == row.figures.counts
        for one in row.figures.indicators:
            if (one.id, row.name) != ("handling_time", "agent-wang"):  # an agent of no states has another formula
                same(agent[one.id], one)
    both = build(facts, RULES, "agent", ZONE, queue="sales", agent="agent-lee").whole
    assert sales.asked == both.counts.asked
    assert sales.owed == both["pickup_rate"].denominator


async def test_the_heat_map_has_every_call_in_its_hour(database: Database, book: DayBook) -> None:
    span = await whole(book)
    facts = await raw(database)
    local = [call.started.astimezone(ZONE) for call in facts.calls]
    async with database.read() as session:
        heat = await read.traffic(session, span, "weekday")
        hours = await read.traffic(session, span, "hour")
    assert {key: sums.asked for key, sums in heat.items() if sums.asked} == Counter(
        (at.weekday(), at.hour) for at in local
    )
    assert sum(sums.asked for sums in hours.values()) == len(local)


async def test_scores_and_items_added_up_are_those_of_the_month(database: Database, book: DayBook) -> None:
    span = await whole(book)
    async with database.read() as session:
        wanted = await load_quality(session, MONTH, zone=ZONE, now=AFTER, site="demo")
        (sums,) = (await read.scores(session, span, "whole")).values()
        teams = await read.scores(session, span, "team")
        agents = await read.scores(session, span, "agent")
        days = await read.scores(session, span, "day")
        hours = await read.scores(session, span, "hour")
        items = await read.items(session, span)
        of_lee = await read.items(session, span, agent="agent-lee")
        names = await read.item_names(session, span)
        since = midnight(LAST + timedelta(days=1), ZONE) - timedelta(days=184)
        errors = await read.machine_errors(session, since, midnight(LAST + timedelta(days=1), ZONE))
    assert wanted.whole.reviewed
    assert _group(figures.group("", sums)) == _group(wanted.whole)
    assert [_group(figures.group(one.name, teams[one.name,])) for one in wanted.teams] == list(
        map(_group, wanted.teams)
    )
    assert [_group(figures.group(one.name, agents[one.name,])) for one in wanted.agents] == list(
        map(_group, wanted.agents)
    )
    assert {one.day.isoformat(): pytest.approx(one.final.value) for one in wanted.days} == {
        str(day): sums.final.value for (day,), sums in days.items()
    }
    assert sum(one.cards for one in hours.values()) == wanted.whole.cards
    assert set(items) == {one.item for one in wanted.items}
    assert errors
    for one in wanted.items:
        found = figures.item_row(one.item, items[one.item], names, errors)
        assert (found.failed, found.rate, found.undecided) == (one.failed, one.rate, one.undecided)
        assert (found.title, found.norm, found.section) == (one.title, one.norm, one.section)
        assert (found.not_applicable, found.reviewed) == (one.not_applicable, one.reviewed)
        lee = one.by_agent.get("agent-lee")
        assert lee is None or (of_lee[one.item].failed, of_lee[one.item].counted) == (lee.count, lee.of)


def _group(one: Group) -> object:
    final, machine = pytest.approx(one.final.value), pytest.approx(one.automatic.value)
    counts = (one.name, one.cards, one.final.n, one.reviewed, one.failed_all, one.undecided)
    return counts, final, pytest.approx(one.final.low), machine


async def test_errors_of_the_machine_are_those_of_the_reviews(database: Database, book: DayBook) -> None:
    from ivr.storage.people import reviews

    async with database.read() as session:
        submitted = await reviews.submitted(session, source="spot")
        found = await read.machine_errors(session, midnight(FIRST, ZONE), midnight(LAST, ZONE) + timedelta(days=1))
    assert found == machine_errors(submitted)
    assert found


async def test_answers_added_up_are_those_given(database: Database, book: DayBook) -> None:
    span = await whole(book)
    async with database.read() as session:
        asked = await load_asked(session, midnight(FIRST, ZONE), AFTER)
        found = await read.surveys(session, span, "whole")
        by_agent = await read.surveys(session, span, "agent", queue="service")
    assert found == {"": {"satisfaction": Counter(one.answer for one in asked)}}
    assert sum(sum(counts["satisfaction"].values()) for counts in by_agent.values()) == len(asked)


async def test_a_day_that_changed_is_added_up_again(database: Database, book: DayBook) -> None:
    await whole(book)
    async with database.read() as session:
        one = (await session.get_one(Score, 1), await session.get_one(Call, 1))
    day = one[1].started_at.astimezone(ZONE).date()
    # The machine judges once more and finds everything broken; a late call is put in on another day.
    other = day + timedelta(days=5)
    async with database.write() as session:
        items = [{**item, "outcome": "fail", "points": 0.0} for item in one[0].items]
        session.add(Score(call_id=1, agent=one[0].agent, run="again", points=0, possible=90, items=items,
                          rulebook="r", rulebook_version="2", created_at=AFTER))  # fmt: skip
        begun = midnight(other, ZONE) + timedelta(hours=15)
        session.add(Call(linkedid="late", started_at=begun, ended_at=begun + timedelta(minutes=1), visits=[
            QueueVisit(queue="service", joined_at=begun, left_at=begun, outcome="abandoned")]))  # fmt: skip
    later = DayBook(database, FixedClock(AFTER + timedelta(minutes=5)))
    assert await later.catch_up(ZONE, RULES) == 2
    span = await later.span(FIRST, LAST, ZONE, RULES)
    async with database.read() as session:
        wanted = await load_quality(session, MONTH, zone=ZONE, now=AFTER, site="demo")
        (sums,) = (await read.scores(session, span, "whole")).values()
        (calls,) = (await read.traffic(session, span, "whole")).values()
    assert sums.final.value == pytest.approx(wanted.whole.final.value)
    assert calls.asked == build(await raw(database), RULES, "day", ZONE).whole.counts.asked
    assert await later.catch_up(ZONE, RULES) == 0


async def test_a_review_and_a_dispute_change_their_day(database: Database, book: DayBook) -> None:
    await whole(book)
    async with database.write() as session:
        review = _review(random.Random(1), 2, "agent-lee", source="spot")
        review.submitted_at = AFTER + timedelta(minutes=3)
        session.add(review)
        dispute = _dispute(3, "agent-wang")
        dispute.decided_at = AFTER + timedelta(minutes=3)
        session.add(dispute)
    later = DayBook(database, FixedClock(AFTER + timedelta(minutes=5)))
    # Calls 2 and 3 are of the first day.
    assert await later.catch_up(ZONE, RULES) == 1


async def test_other_rules_count_the_days_anew(database: Database, book: DayBook) -> None:
    await whole(book)
    strict = Rules(levels={"service": 1.0, "sales": 1.0})
    assert counted_by(strict, ZONE) != counted_by(RULES, ZONE)
    assert await book.catch_up(ZONE, strict) >= 30
    span = await book.span(FIRST, LAST, ZONE, strict)
    async with database.read() as session:
        (sums,) = (await read.traffic(session, span, "whole")).values()
    found = figures.of_calls(sums, strict, queues=("sales", "service"), states=True)
    same(found["service_level"], build(await raw(database), strict, "day", ZONE).whole["service_level"])


@filled_one
async def test_a_day_that_goes_on_is_counted_afresh_and_not_kept(database: Database) -> None:
    noon = midnight(LAST, ZONE) + timedelta(hours=12)
    async with open_book(database, FixedClock(noon)) as book:
        await book.catch_up(ZONE, RULES)
        span = await book.span(FIRST, LAST + timedelta(days=3), ZONE, RULES)
        assert [one.day for one in span.live] == [LAST]
        assert span.last == LAST
        async with database.read() as session:
            assert await session.get(RollupDay, LAST.isoformat()) is None
            (sums,) = (await read.traffic(session, span, "whole")).values()
            days = await read.scores(session, span, "day")
            facts = await load_facts(session, midnight(FIRST, ZONE), midnight(LAST, ZONE) + timedelta(days=1), now=noon)
        wanted = build(facts, RULES, "day", ZONE).whole
        assert sums.asked == wanted.counts.asked
        assert sums.ready_s == pytest.approx(wanted["occupancy"].denominator)
        assert (LAST.isoformat(),) in days


@filled_one
async def test_only_a_little_is_added_up_while_somebody_waits(
    database: Database, book: DayBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.reports.trends.book.AT_ONCE", 40)
    span = await book.span(FIRST, LAST, ZONE, RULES)
    assert span.missing
    assert span.missing[0] == FIRST  # the newest come first
    assert set(span.out) == {day.isoformat() for day in span.missing}
    assert book._behind is not None
    await book._behind
    assert not (await book.span(FIRST, LAST, ZONE, RULES)).missing
    await book.close()


@empty_one
async def test_clocks_that_are_set_back_give_an_hour_twice(database: Database) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day = date(2026, 10, 25)
    begins = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    async with database.write() as session:
        for number, begun in enumerate(begins):
            session.add(Call(linkedid=f"d{number}", started_at=begun, ended_at=begun + timedelta(minutes=1), visits=[
                QueueVisit(queue="q", joined_at=begun, left_at=begun, outcome="abandoned")]))  # fmt: skip
    now = datetime(2026, 10, 27, tzinfo=UTC)
    async with database.read() as session:
        found = await load_day(session, day, berlin, RULES, now)
    assert {key: sums.asked for key, sums in found.traffic.items()} == {(2, "", ""): 2, (2, "q", ""): 2}
    async with database.write() as session:
        assert await save_day(session, found, "x", now)
        assert await save_day(session, found, "x", now)
