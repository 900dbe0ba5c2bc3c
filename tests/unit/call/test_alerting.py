"""Alerts by the site's rules: from queues, agents and recordings to log and webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from dialplan.model import Site
from dialplan.schedule import Position
from ivr.agents.board import AgentBoard
from ivr.agents.keeper import AgentNotice
from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot
from ivr.call.live import alert_book
from ivr.call.live.alert_book import MOST, AlertBook
from ivr.call.live.alerting import Alerting
from ivr.core.clock import FixedClock
from ivr.core.errors import StorageError
from ivr.queues import LiveQueues
from ivr.queues.alerts.engine import Alert
from ivr.queues.served import Outcome, Served
from ivr.storage import alerts
from ivr.storage.database import Database
from ivr.storage.models import AlertRow, Recording
from tests.unit.agents.office import SITE, START, at, member

CALLER = "13800138000"
RULES = {
    "slow": {"kind": "longest-wait", "queues": ["service"], "limit": 60, "lasts": 0},
    "level": {"kind": "service-level", "lasts": 0, "least": 3},
    "empty": {"kind": "no-agent", "queues": ["sales"], "lasts": 0, "hours": "day"},
    "misses": {"kind": "agent-paused"},
    "gone": {"kind": "agent-gone", "queues": ["sales"]},
    "lost": {"kind": "recording-missing"},
}
WATCHED = Site.model_validate(
    SITE.model_dump() | {"alerts": RULES, "hours": {"day": {"openings": [
        {"days": ["mon"], "start": "09:00", "end": "18:00"}]}}}
)  # fmt: skip


class Kept:
    """A webhook that keeps what it is told."""

    name = "webhook there"

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.heard: list[Callable[[str], None]] = []

    def put(self, alert: dict[str, Any], heard: Callable[[str], None]) -> None:
        self.told.append(alert)
        self.heard.append(heard)

    def brief(self) -> list[tuple[str, str, str]]:
        found = [(one["rule"], one["state"], one["subject"]) for one in self.told]
        self.told.clear()
        return found


class Office:
    """A line with rules."""

    def __init__(self, database: Database) -> None:
        self.switched: dict[str, Position] = {}
        self.clock, self.live, self.kept = FixedClock(START), LiveQueues(), Kept()
        self.served = Served(lambda: WATCHED)
        board, self.book = AgentBoard(lambda: WATCHED), AlertBook(database, pauses=(0.0,))
        self.alerting = Alerting(
            lambda: WATCHED, self.live, board, self.served, database, self.clock, self.kept,  # type: ignore[arg-type]
            self.book, hours=self.switched.get,
        )  # fmt: skip
        self.live.begin(QueueSnapshot(at=START))


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_a_wait_and_nobody_there(office: Office) -> None:
    office.live.tell(
        ev.QueueJoined(
            at=at(0), uniqueid="c1", channel=f"PJSIP/{CALLER}-1", queue="service", position=1, count=1
        )
    )  # fmt: skip
    office.clock.advance(61)
    office.alerting.look()
    found = office.kept.told[:]
    assert set(office.kept.brief()) == {("slow", "raised", "service"), ("empty", "raised", "sales")}
    assert CALLER not in repr(found)
    assert (await office.alerting.routes["GET alerts"]("", {}))["alerts"][0]["state"] == "raised"
    office.live.tell(ev.QueueLeft(at=at(62), uniqueid="c1", queue="service"))
    office.live.tell(member(62, queue="sales"))
    office.alerting.look()
    assert set(office.kept.brief()) == {("slow", "cleared", "service"), ("empty", "cleared", "sales")}


async def test_hours_closed_by_hand_are_not_attended(office: Office) -> None:
    office.switched["day"] = "closed"
    office.alerting.look()
    assert office.kept.brief() == []
    office.switched.clear()
    office.alerting.look()
    assert office.kept.brief() == [("empty", "raised", "sales")]


@pytest.mark.parametrize(("empty", "told"), [("nobody", []), ("unreachable", [("empty", "raised", "sales")])])
async def test_who_is_there_is_as_the_queue_means_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, empty: str, told: list[tuple[str, str, str]]
) -> None:
    plain = WATCHED.model_dump()
    plain["queues"]["sales"]["empty"] = empty
    monkeypatch.setattr(f"{__name__}.WATCHED", Site.model_validate(plain))
    office = Office(database)
    for one in (
        member(0, queue="sales", paused=True),
        member(0, queue="sales", interface="PJSIP/6002", member="kim", status=5),
    ):
        office.live.tell(one)
    office.alerting.look()
    assert office.kept.brief() == told
    office.live.tell(member(1, queue="sales"))
    office.alerting.look()
    assert office.kept.brief() == [("empty", "cleared", subject) for _, _, subject in told]


async def test_out_of_sight_of_asterisk_nothing_is_judged(office: Office) -> None:
    office.live.tell(ev.ConnectionLost(at=at(1), reason="cut"))
    assert office.alerting.look() == []


async def test_a_falling_service_level(office: Office) -> None:
    office.live.tell(member(0, queue="sales"))
    for wait in (5, 99):
        office.served.note("service", Outcome(START, answered=True, wait_s=wait))
    office.alerting.look()
    assert office.kept.brief() == []  # two callers are too few
    office.served.note("service", Outcome(START, answered=False, gave_up=True, wait_s=30))
    office.alerting.look()
    assert office.kept.told[0]["value"] == pytest.approx(33.3)
    assert office.kept.brief() == [("level", "raised", "service")]


async def test_agents(office: Office) -> None:
    office.alerting.notice(AgentNotice("misses", "lee", START, 3))
    office.alerting.notice(AgentNotice("gone", "lee", START, 31))
    office.alerting.notice(AgentNotice("gone", "kim", START, 31))  # she is not of sales
    assert office.kept.brief() == [("misses", "event", "lee"), ("gone", "event", "lee")]


async def test_a_recording_that_is_missing_is_told_once(office: Office, database: Database) -> None:
    async def lose(name: str) -> None:
        async with database.write() as session:
            session.add(Recording(linkedid="1.1", uniqueid=name, role="caller", file=f"{name}.wav", state="missing"))

    await lose("old")
    await office.alerting.look_at_recordings()
    assert office.kept.brief() == []  # those of yesterday are known
    await lose("new")
    for _ in range(2):
        await office.alerting.look_at_recordings()
    assert office.kept.brief() == [("lost", "event", "recording:2")]


async def rows(database: Database) -> list[AlertRow]:
    async with database.read() as session:
        return list(reversed(await alerts.newest(session)))


async def test_it_is_written_down_when_it_began_and_ended_and_who_was_told(office: Office, database: Database) -> None:
    def waits(uniqueid: str) -> ev.QueueJoined:
        channel = f"PJSIP/{CALLER}-1"
        return ev.QueueJoined(at=at(0), uniqueid=uniqueid, channel=channel, queue="service", position=1, count=1)

    office.live.tell(member(0, queue="sales"))
    office.live.tell(waits("c1"))
    office.clock.advance(61)
    begun = office.clock.now()
    office.alerting.look()
    await office.book.flush()
    (slow,) = await rows(database)
    assert (slow.rule, slow.kind, slow.subject, slow.began_at, slow.ended_at, slow.value, slow.threshold) == (
        "slow", "longest-wait", "service", begun, None, 61.0, 60.0
    )  # fmt: skip
    assert slow.told == {"raised": {"log": "told", "webhook there": "waiting"}}
    office.kept.heard[0]("told")
    office.live.tell(ev.QueueLeft(at=at(62), uniqueid="c1", queue="service"))
    office.clock.advance(1)
    office.alerting.look()
    office.kept.heard[1]("failed")
    office.alerting.notice(AgentNotice("misses", "lee", START, 3))
    await office.book.flush()
    slow, missed = await rows(database)
    assert (slow.ended_at, slow.end_value) == (office.clock.now(), 0.0)
    assert slow.told == {
        "raised": {"log": "told", "webhook there": "told"},
        "cleared": {"log": "told", "webhook there": "failed"},
    }
    assert (missed.rule, missed.subject, missed.value) == ("misses", "lee", 3.0)
    assert missed.began_at == missed.ended_at == office.clock.now()
    assert missed.told == {"event": {"log": "told", "webhook there": "waiting"}}
    assert CALLER not in repr([vars(row) for row in (slow, missed)])


async def test_what_is_raised_outlives_the_engine(office: Office, database: Database) -> None:
    office.live.tell(member(0, queue="service"))
    office.alerting.look()  # nobody is in sales
    await office.book.flush()
    assert office.kept.brief() == [("empty", "raised", "sales")]
    after = Office(database)
    await after.alerting.begin()
    after.clock.advance(600)
    after.alerting.look()
    assert after.kept.brief() == []  # it goes on, so it is not told again
    after.live.tell(member(0, queue="sales"))
    after.alerting.look()
    assert after.kept.brief() == [("empty", "cleared", "sales")]
    await after.book.flush()
    (row,) = await rows(database)
    assert (row.began_at, row.ended_at) == (START, after.clock.now())


async def test_a_rule_that_is_raised_twice_has_one_row_that_goes_on(office: Office, database: Database) -> None:
    office.live.tell(member(0, queue="service"))
    office.alerting.look()
    await office.book.flush()
    after = Office(database)  # and does not know of it
    after.clock.advance(600)
    after.alerting.look()
    await after.book.flush()
    first, second = await rows(database)
    assert (first.ended_at, second.ended_at) == (second.began_at, None)


async def test_a_book_that_cannot_be_written_keeps_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    book = AlertBook(database, pauses=(0.0,))
    alert = Alert("misses", "agent-paused", "event", "lee", START, 3.0)
    refusals = [StorageError("away"), StorageError("away")]
    refusals[0].retryable = refusals[1].retryable = True
    real = database.write

    def refuses() -> Any:
        if refusals:
            raise refusals.pop()
        return real()

    monkeypatch.setattr(database, "write", refuses)
    book.note(alert, {"log": "told"})
    await book.flush()
    assert (book.dropped, await rows(database)) == (1, [])
    for _ in range(MOST + 5):
        book.note(alert, {"log": "told"})
    assert book.dropped == 6
    await book.flush()
    async with database.read() as session:
        assert len(await alerts.newest(session, limit=5000)) == MOST


async def test_what_waits_when_the_engine_stops_is_written_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_book, "LAST_WORDS", 60.0)
    book = AlertBook(database)
    for number in range(3):
        book.note(Alert("misses", "agent-paused", "event", f"agent-{number}", START, 3.0), {"log": "told"})
    task = asyncio.create_task(book.run())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(await rows(database)) == 3
    monkeypatch.setattr(alert_book, "LAST_WORDS", 0.0)
    book.note(Alert("misses", "agent-paused", "event", "late", START, 3.0), {"log": "told"})
    task = asyncio.create_task(book.run())
    await asyncio.sleep(0)
    book.note(Alert("misses", "agent-paused", "event", "later", START, 3.0), {"log": "told"})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert book.dropped >= 1  # there was no time, and that is told
