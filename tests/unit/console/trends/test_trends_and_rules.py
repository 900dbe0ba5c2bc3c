"""Trends, rulebooks and tried phrases over a small made-up centre."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.sites import example_site
from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission, Role
from ivr.console.security.person import Person
from ivr.console.services.rules import books, testing, trying, workbench
from ivr.console.services.rules.tried import Tried
from ivr.console.services.trends import quality, sheets, surveys, traffic
from ivr.console.services.trends.period import Wanted
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.demo.data.lay import lay
from ivr.reports.trends.strictness import Seen, curve
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording, Transcript, Verdict

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
CENTRE = example_site("centre")
MONTH = Wanted(period="30d")


def person(role: Role, agent: str = "", scopes: frozenset[Permission] | None = None) -> Person:
    return Person(1, role.value, role.value, role, agent=agent, language="en", scopes=scopes)


QA, LEAD, AGENT = person(Role.QA), person(Role.SUPERVISOR), person(Role.AGENT, "li-wei")


@pytest.fixture(scope="module")
def centre(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("centre") / "ivr.db"
    shutil.copy(migrated, path)

    async def fill() -> None:
        async with Database(f"sqlite+aiosqlite:///{path}") as database:
            await lay(database, load_site(CENTRE), calls=60, now=NOW, days=6, recordings=path.parent, sound=0)

    asyncio.run(fill())
    return path


@pytest.fixture
async def console(centre: Path, tmp_path: Path) -> AsyncIterator[Console]:
    shutil.copy(centre, tmp_path / "ivr.db")
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    settings = Settings(home=tmp_path / "home", site=CENTRE, database_url=url)
    async with Database(url) as database:
        yield Console.of(settings, database, FixedClock(NOW))


async def test_the_parts_of_a_period_add_up_to_the_whole(console: Console) -> None:
    for by in ("day", "hour"):
        found = await traffic.traffic(console, LEAD, MONTH, by)  # type: ignore[arg-type]
        assert found.whole.asked > 30
        assert sum(row.asked for row in found.rows) == found.whole.asked
        assert sum(row.answered for row in found.rows) == found.whole.answered
    queues = await traffic.traffic(console, LEAD, MONTH, "queue")
    first = queues.rows[0]
    alone = await traffic.traffic(console, LEAD, MONTH.model_copy(update={"queue": first.name}), "day")
    assert (alone.whole.asked, alone.whole["answer_rate"].value) == (first.asked, first["answer_rate"].value)
    heat = await traffic.heat(console, LEAD, MONTH)
    assert heat.calls == found.whole.asked
    told = found.whole["answer_rate"]
    assert told.parts == f"{found.whole.answered} / {found.whole.asked}"
    assert "calls answered by an agent" in told.formula


async def test_scores_items_and_surveys(console: Console) -> None:
    agents = await quality.scores(console, QA, MONTH, "agent")
    assert sum(row.cards for row in agents.rows) == agents.whole.cards > 0
    one = agents.rows[0]
    alone = await quality.scores(console, QA, MONTH.model_copy(update={"agent": one.name}), "day")
    assert alone.whole.cards == one.cards
    assert alone.whole.final.value == pytest.approx(one.final.value)
    items = await quality.items(console, QA, MONTH)
    shares = [row.failed.value for row in items.rows if row.failed is not None]
    assert shares == sorted(shares, reverse=True)
    opening = next(row for row in items.rows if row.item == "opening")
    days = await quality.one_item(console, QA, MONTH, "opening")
    assert opening.failed is not None
    assert sum(day.failed.of for day in days.days if day.failed) == opening.failed.of
    assert opening.failed.low <= opening.failed.value <= opening.failed.high
    asked = await surveys.surveys(console, QA, MONTH, "queue")
    assert sum(row.asked for row in asked.rows) == sum(row.asked for row in asked.whole)
    with pytest.raises(NotFound):
        await quality.one_item(console, QA, MONTH, "no-such-item")


async def test_the_sheet_of_a_month_counts_as_its_scores_do(console: Console) -> None:
    month = Wanted(period="month")
    agents = await quality.scores(console, LEAD, month, "agent")
    one = max(agents.rows, key=lambda row: row.cards)
    sheet = await sheets.month_sheet(console, LEAD, one.name)
    cells = {cell.id: cell for cell in sheet.cells}
    assert (sheet.month, cells["quality"].n) == ("2026-03", one.final.n)
    assert cells["quality"].value == pytest.approx(one.final.value)
    assert cells["spot_checks"].value is None
    own = await sheets.month_sheet(console, AGENT, "li-wei")
    assert own.agent == "li-wei"
    for who, agent, refusal in ((AGENT, one.name, Forbidden), (LEAD, "nobody", NotFound)):
        if agent != "li-wei":
            with pytest.raises(refusal):
                await sheets.month_sheet(console, who, agent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "month", "month": "9999-12"},
        {"period": "month", "month": "2026-13"},
        {"period": "days"},
        {"period": "days", "since": "2026-02-30"},
        {"period": "days", "since": "2026-03-02", "until": "2026-03-01"},
        {"period": "days", "since": "2020-01-01", "until": "2026-01-01"},
        {"period": "days", "since": "0001-01-01"},
    ],
)
async def test_what_is_no_period_is_refused(console: Console, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        await traffic.heat(console, LEAD, Wanted.model_validate(wrong))


async def test_who_may_see_what(console: Console) -> None:
    for asked in (
        traffic.traffic(console, AGENT, MONTH, "day"),
        traffic.heat(console, AGENT, MONTH),
        traffic.names(console, AGENT, MONTH),
        quality.scores(console, AGENT, MONTH, "agent"),
        quality.items(console, AGENT, MONTH),
        surveys.surveys(console, AGENT, MONTH, "day"),
        books.editions(console, AGENT),
        books.book(console, AGENT, "zh-cn"),
        workbench.workbench(console, AGENT),
        workbench.strictness(console, AGENT),
        testing.run_tests(console, LEAD, "zh-cn"),
        trying.try_text(console, LEAD, Tried(phrases=("hello",)), "hello", "en-US"),
        trying.try_call(console, LEAD, Tried(phrases=("hello",)), 1),
    ):
        with pytest.raises(Forbidden):
            await asked


async def test_rulebooks_their_items_and_tests(console: Console) -> None:
    found = await books.editions(console, LEAD)
    assert {(one.name, one.in_force) for one in found} >= {("zh-cn", True), ("en-us", True), ("ko-kr", True)}
    book, item = await books.item(console, LEAD, "ko-kr", "hold-ask")
    assert (book.language, item.norm, item.kind, item.where) == ("ko-KR", "C7", "must", "before a hold, 30 s")
    assert item.phrases and item.must_match and item.must_not_match
    told = await testing.run_tests(console, QA, "ko-kr")
    assert (told.failed, told.lines) == (0, len(told.rows))
    assert told.lines > 50
    alone = await testing.run_tests(console, QA, "ko-kr", rule="hold-ask")
    assert {row.rule for row in alone.rows} == {"hold-ask"}
    for wrong in (
        books.book(console, QA, "no-such"),
        books.book(console, QA, "ko-kr", "99"),
        books.item(console, QA, "ko-kr", "x"),
        testing.run_tests(console, QA, "ko-kr", rule="x"),
    ):
        with pytest.raises(NotFound):
            await wrong


async def test_an_item_lately_is_what_the_machine_found(console: Console) -> None:
    _, item = await books.item(console, QA, "zh-cn", "closing")
    assert item.lately is not None
    async with console.database.read() as session:
        from sqlalchemy import func, select

        newest = select(func.max(Verdict.id)).group_by(Verdict.call_id, Verdict.agent, Verdict.rule)
        rows = await session.execute(
            select(Verdict.value, func.count())
            .where(Verdict.rule == "closing", Verdict.id.in_(newest))
            .group_by(Verdict.value)
        )
        counts = {row[0]: row[1] for row in rows}
    assert (item.lately.kept, item.lately.broken, item.lately.unsure) == (
        counts.get("said", 0), counts.get("not_said", 0), counts.get("cannot_tell", 0),
    )  # fmt: skip


async def test_the_workbench_tells_what_the_thresholds_came_to(console: Console) -> None:
    told = await workbench.workbench(console, QA)
    assert [one.level for one in told.levels][-1] == "all"
    assert all(one.precision is None or 0 <= one.precision.low <= one.precision.high <= 1 for one in told.levels)
    assert not told.own and told.values["accept"] > 0
    nothing = await workbench.strictness(console, QA, "no-such")
    assert (nothing.verdicts, nothing.points) == (0, [])


def test_the_curve_of_strictness() -> None:
    seen = [Seen(95, True), Seen(80, True), Seen(70, False), Seen(40, True), Seen(0, False)]
    points = {one.at: one for one in curve(seen, (50, 90, 100))}
    assert [(points[at].precision.count, points[at].precision.of) for at in (50, 90)] == [(2, 3), (1, 1)]  # type: ignore[union-attr]
    assert [(points[at].recall.count, points[at].recall.of) for at in (50, 90)] == [(2, 3), (1, 3)]  # type: ignore[union-attr]
    assert points[100].precision is None


async def test_a_phrase_tried_against_a_text(console: Console) -> None:
    tried = Tried(phrases=("请您稍等", "麻烦您稍等一下"), near_misses=("您等会儿再打来",))
    said = await trying.try_text(console, QA, tried, "我帮您查一下，请您稍等", "zh-CN")
    other = await trying.try_text(console, QA, tried, "今天天气不错，祝您愉快", "zh-CN")
    assert (said.found, other.found) == (True, False)
    assert next(row for row in said.rows if row.phrase == "请您稍等").score >= said.needed
    with pytest.raises(UsageError):
        await trying.try_text(console, QA, tried, " ", "zh-CN")


async def test_a_phrase_tried_against_a_call(console: Console) -> None:
    """What the call's own judging found of a rule, its phrases find as well: said, at the same place."""
    from sqlalchemy import select

    async with console.database.read() as session:
        verdict = (
            await session.scalars(
                select(Verdict)
                .join(Call, Call.id == Verdict.call_id)
                .join(Transcript, Transcript.recording_id == Verdict.recording_id)
                .where(Verdict.rule == "anything-else", Verdict.value == "said", Call.language == "zh-CN")
                .where(Transcript.text != "")
                .order_by(Verdict.id)
                .limit(1)
            )
        ).one()
    _, item = await books.item(console, QA, "zh-cn", "anything-else")
    phrases = tuple(item.phrases[:20])
    told = await trying.try_call(console, QA, Tried(phrases=phrases), verdict.call_id)
    part = next(one for one in told.parts if one.agent == verdict.agent)
    assert part.value == "said"
    async with console.database.read() as session:
        recording = await session.get_one(Recording, verdict.recording_id)
        call = await session.get_one(Call, verdict.call_id)
        rows = await audit.list_rows(session, objects=[f"call:{verdict.call_id}"])
    assert verdict.start_s is not None
    at = (recording.started_at - call.started_at).total_seconds() + verdict.start_s
    assert verdict.end_s is not None
    end = at + verdict.end_s - verdict.start_s
    assert any(hit.start < end and at < hit.end and hit.strong for hit in part.hits)
    assert [(row.actor, row.action, row.detail["phrases"]) for row in rows] == [("qa", "rules.try", list(phrases))]
    nothing = await trying.try_call(console, QA, Tried(phrases=("量子力学研究所的望远镜",)), verdict.call_id)
    assert {one.value for one in nothing.parts} <= {"not_said", "cannot_tell"}
    with pytest.raises(NotFound):
        await trying.try_call(console, QA, Tried(phrases=("x",)), 10**6)
    only = person(Role.QA, scopes=frozenset({Permission.RULES_TRY}))
    with pytest.raises(NotFound):  # a token for rules alone does not read calls
        await trying.try_call(console, only, Tried(phrases=("x",)), verdict.call_id)


async def test_what_was_dictated_is_masked(console: Console) -> None:
    from sqlalchemy import select

    async with console.database.write() as session:
        found = await session.execute(
            select(Transcript, Recording)
            .join(Recording, Recording.id == Transcript.recording_id)
            .join(Call, Call.id == Recording.call_id)
            .where(Recording.role == "agent", Call.language == "zh-CN")
        )
        row, recording = next(one for one in found if len(one[0].words) > 2)
        words = [dict(word) for word in row.words]
        words[0]["word"], words[1]["word"] = "6222020200112233445", "请您稍等"
        row.words = words
        call_id = recording.call_id
    tried = Tried(phrases=("6222020200112233445 请您稍等", "请您稍等"))
    told = await trying.try_call(console, QA, tried, call_id)
    assert any(part.hits for part in told.parts)
    heard = "".join(hit.heard for part in told.parts for hit in part.hits)
    assert "6222020200112233445" not in heard


async def test_few_try_at_once(console: Console) -> None:
    from ivr.console.errors import TooMany

    tried = Tried(phrases=("请您稍等",))
    running = [trying.try_text(console, QA, tried, "请您稍等", "zh-CN") for _ in range(trying.AT_ONCE + 1)]
    found = await asyncio.gather(*running, return_exceptions=True)
    assert sum(isinstance(one, TooMany) for one in found) == 1
    assert (await trying.try_text(console, QA, tried, "请您稍等", "zh-CN")).found


async def test_a_day_that_is_over_is_kept_for_the_next_question(console: Console) -> None:
    first = await traffic.traffic(console, LEAD, MONTH, "day")
    again = await traffic.traffic(console, LEAD, MONTH, "day")
    assert first == again
    assert first.period.live
    assert first.period.last - first.period.first == timedelta(days=29)
