"""The made-up call centre: what is laid agrees with itself and with how the house concludes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from dialplan.loading import load_checked, load_site
from dialplan.model import Site
from dialplan.sites import example_site
from ivr.core.errors import UsageError
from ivr.demo.data.arrivals import arrivals
from ivr.demo.data.build import _book, judged_talk
from ivr.demo.data.chance import seeded
from ivr.demo.data.exemplar import Shelf, read, write
from ivr.demo.data.judged import moved
from ivr.demo.data.lay import Laid, lay
from ivr.demo.data.script import LANGUAGES, compose
from ivr.journal.ending import conclude
from ivr.storage import calls, facts
from ivr.storage import models as m
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.search.index import matching
from ivr.storage.search.words import parse

NOW = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
CALLS = 150
SOUND = 3


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(example_site("centre"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, site: Site) -> tuple[Path, Laid]:
    folder = tmp_path_factory.mktemp("centre")
    return folder, _laid(folder, site)


def _laid(folder: Path, site: Site, seed: int = 1) -> Laid:
    url = _url(folder)
    upgrade(url)

    async def work() -> Laid:
        async with Database(url) as database:
            return await lay(
                database, site, calls=CALLS, now=NOW, days=20, seed=seed, recordings=folder / "recordings", sound=SOUND
            )

    return asyncio.run(work())


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/ivr.db"


@pytest_asyncio.fixture
async def database(home: tuple[Path, Laid]) -> AsyncIterator[Database]:
    async with Database(_url(home[0])) as database:
        yield database


async def _calls(database: Database) -> Iterator[m.Call]:
    async with database.read() as session:
        numbers = list(await session.scalars(select(m.Call.id).order_by(m.Call.id)))
        return iter([call for number in numbers if (call := await calls.get(session, number)) is not None])


def test_the_site_of_the_made_up_centre_is_in_order() -> None:
    site, problems = load_checked(example_site("centre"))
    assert site is not None and len(site.agents) == 40
    assert problems == []


async def test_as_many_calls_as_were_asked_for_in_the_days_before(database: Database, home: tuple[Path, Laid]) -> None:
    async with database.read() as session:
        begun = list(await session.scalars(select(m.Call.started_at)))
        ended = await session.scalar(select(func.max(m.Call.ended_at)))
    assert len(begun) == CALLS == home[1].calls
    assert (NOW - min(begun)).days < 20
    assert ended is not None and ended < NOW


async def test_the_journal_concludes_what_was_laid(database: Database) -> None:
    seen = set()
    for call in await _calls(database):
        before = (call.ended_at, call.outcome, call.hung_up_by)
        talks = [_talk(row) for row in call.talks]
        answers = [(row.question, row.agent, row.queue) for row in call.answers]
        conclude(call)
        assert (call.ended_at, call.outcome, call.hung_up_by) == before, call.linkedid
        assert [_talk(row) for row in call.talks] == talks, call.linkedid
        assert [(row.question, row.agent, row.queue) for row in call.answers] == answers
        seen.add(call.outcome)
    assert {"answered", "abandoned", "voicemail", "closed", "self_service"} <= seen


def _talk(row: m.AgentTalk) -> tuple[Any, ...]:
    times = (row.connected_at, row.completed_at)
    rang = None if row.rang_s is None else round(row.rang_s, 3)
    return (row.agent, row.uniqueid, row.origin, row.queue, row.handed_by, *times, row.ended_by, rang)


async def test_facts_of_calls_are_those_the_house_concludes(database: Database) -> None:
    columns = list(m.CallFacts.__table__.columns)

    async def kept() -> list[tuple[Any, ...]]:
        async with database.read() as session:
            rows = await session.execute(select(*columns).order_by(m.CallFacts.call_id))
            return [tuple(round(one, 3) if isinstance(one, float) else one for one in row) for row in rows]

    before = await kept()
    async with database.write() as session:
        numbers = [row[0] for row in before]
        await (await session.connection()).run_sync(facts.refresh, numbers)
    assert await kept() == before
    assert len(before) == CALLS


async def test_no_agent_has_two_talks_at_a_time_and_all_are_logged_in(database: Database) -> None:
    async with database.read() as session:
        states = list(await session.scalars(select(m.AgentState).order_by(m.AgentState.began_at)))
    until: dict[str, datetime] = {}
    shifts = [one for one in states if one.state == "logged_in"]
    for one in states:
        if one.state != "talking":
            continue
        assert one.ended_at is not None
        assert until.get(one.agent, one.began_at) <= one.began_at
        until[one.agent] = one.ended_at
        mine = [two for two in shifts if two.agent == one.agent and two.queue == one.queue]
        assert any(two.began_at <= one.began_at < (two.ended_at or NOW) for two in mine)
    assert until


async def test_the_newest_talks_have_sound_and_the_others_say_why_not(
    database: Database, home: tuple[Path, Laid]
) -> None:
    async with database.read() as session:
        rows = list(await session.scalars(select(m.Recording)))
    closed = [row for row in rows if row.state == "closed"]
    assert len({row.call_id for row in closed if row.role == "agent"}) >= SOUND
    for row in closed:
        content = (home[0] / "recordings" / row.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.sha256
        assert len(content) == row.bytes == 44 + 2 * (row.frames or 0)
    assert {row.state for row in rows} == {"closed", "missing", "deleted"}
    assert all(row.accepted for row in rows if row.state == "missing")
    assert all(row.deleted_at and row.note for row in rows if row.state == "deleted")


async def test_words_of_deleted_recordings_are_gone_and_others_can_be_found(database: Database) -> None:
    async with database.read() as session:
        query = select(m.Transcript.text, m.Recording.state).join(m.Recording)
        found = [(text, state) for text, state in await session.execute(query)]
        wanted = matching(parse("宽带"), None, sqlite=True)
        hits = set(await session.scalars(wanted))
        said = select(m.Recording.call_id).join(m.Transcript).where(m.Transcript.text.contains("宽带"))
        expected = set(await session.scalars(said))
    assert all((text == "") == (state == "deleted") for text, state in found)
    assert hits == expected
    assert hits


async def test_people_have_worked(database: Database, home: tuple[Path, Laid]) -> None:
    async with database.read() as session:
        reviews = await session.scalar(select(func.count()).select_from(m.Review))
        notes = await session.scalar(select(func.count()).select_from(m.CallNote))
        audited = set(await session.scalars(select(m.Audit.action)))
    assert reviews and reviews >= home[1].reviews > 0
    assert notes
    assert "review.submit" in audited


async def test_real_calls_are_not_mixed_with_made_up_ones(database: Database, site: Site) -> None:
    with pytest.raises(UsageError, match="made-up calls already"):
        await lay(database, site, calls=1, now=NOW)


@pytest.mark.parametrize(("count", "days"), [(0, 5), (5, 0), (3_000_000, 5)])
async def test_numbers_that_make_no_sense_are_refused(database: Database, site: Site, count: int, days: int) -> None:
    with pytest.raises(UsageError, match="can be made"):
        await lay(database, site, calls=count, now=NOW, days=days)


def test_people_call_by_day_more_than_by_night_and_on_mondays_most() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Asia/Shanghai")
    found = arrivals(20_000, datetime(2026, 6, 29, tzinfo=zone), 28, zone, "CN", seeded("test"))
    hours = [one.at.astimezone(zone).hour for one in found]
    days = [one.at.astimezone(zone).weekday() for one in found]
    assert sum(9 <= hour < 12 for hour in hours) > 20 * sum(hour < 5 for hour in hours)
    assert days.count(0) > days.count(3) > days.count(6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_talks_are_put_together_the_same_from_the_same_chance(language: str) -> None:
    made = [compose(language, seeded("test"), quality=0.5, topic="bill", kind="complaint") for _ in range(2)]
    assert made[0] == made[1]
    assert {turn.role for turn in made[0].turns} == {"agent", "caller"}


def test_kept_talks_are_what_the_rulebook_says_today() -> None:
    """After a change of rulebook or judgement: ``python -m ivr.demo.data.build``."""
    kept = read()
    versions = {row["name"]: row["version"] for row in kept.judged_by if row["kind"] == "rulebook"}
    for language in LANGUAGES:
        book = _book(language)
        assert versions[book.name] == book.full_version
    first = next(one for one in kept.exemplars if one.language == "ko-KR")
    script = compose(
        "ko-KR", (chance := seeded(20_260_301, "ko-KR")), quality=chance.betavariate(2.2, 1.3), topic="bill"
    )
    again = judged_talk(script, seeded(20_260_301, "ko-KR", 0))
    assert [(one["rule"], one["value"]) for one in again.verdicts] == [
        (one["rule"], one["value"]) for one in first.verdicts
    ]
    assert again.percent == first.percent


def test_a_shelf_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = read()
    write(tmp_path / "shelf.gz", Shelf(kept.exemplars[:2], kept.judged_by))
    again = read(tmp_path / "shelf.gz")
    assert [one.agent for one in again.exemplars] == [one.agent for one in kept.exemplars[:2]]
    assert again.judged_by == kept.judged_by


def test_features_move_with_the_talk() -> None:
    one = read().exemplars[0]
    there = moved(one.features, 10.0)
    assert there["talk"] == [10.0, round(one.duration + 10.0, 3)]
    assert there["agent"]["speech_s"] == one.features["agent"]["speech_s"]
    assert moved(there, -10.0)["dead_air"] == [[round(a, 3), round(b, 3)] for a, b in one.features["dead_air"]]
