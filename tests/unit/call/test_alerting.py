"""Alerts by the site's rules: from queues, agents and recordings to log and webhook."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agents.keeper import AgentNotice
from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot
from ivr.call.live.alerting import Alerting
from ivr.core.clock import FixedClock
from ivr.queues import LiveQueues
from ivr.queues.served import Outcome, Served
from ivr.storage.database import Database
from ivr.storage.models import Recording
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

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def put(self, alert: dict[str, Any]) -> None:
        self.told.append(alert)

    def brief(self) -> list[tuple[str, str, str]]:
        found = [(one["rule"], one["state"], one["subject"]) for one in self.told]
        self.told.clear()
        return found


class Office:
    """A line with rules."""

    def __init__(self, database: Database) -> None:
        self.clock, self.live, self.kept = FixedClock(START), LiveQueues(), Kept()
        self.served = Served(lambda: WATCHED)
        board = AgentBoard(lambda: WATCHED)
        self.alerting = Alerting(
            lambda: WATCHED, self.live, board, self.served, database, self.clock, self.kept  # type: ignore[arg-type]
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
