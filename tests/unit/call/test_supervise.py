"""Who may listen to a talk, and what is written down about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agi.fake import FakeAsterisk
from ivr.ami import events as ev
from ivr.ami.snapshot import ChannelState
from ivr.call.supervise import SuperviseDesk
from ivr.core.errors import UsageError
from ivr.storage import audit
from ivr.storage.database import Database
from tests.unit.agents.office import SITE, Exchange, at, called, channel, member

PLAIN = SITE.model_dump()
WATCHED = Site.model_validate(
    PLAIN | {"agents": PLAIN["agents"] | {"kim": PLAIN["agents"]["kim"] | {"supervises": True}}}
)


@dataclass
class Office:
    """Lee talks with a caller; Kim supervises."""

    desk: SuperviseDesk
    board: AgentBoard
    database: Database

    async def audited(self) -> list[tuple[str, str, str, object]]:
        async with self.database.read() as session:
            rows = await audit.list_rows(session)
            return [(row.actor, row.action, row.object, row.detail.get("call")) for row in reversed(rows)]


@pytest.fixture
def office(database: Database) -> Office:
    exchange = Exchange()
    exchange.channels = [
        ChannelState(channel="PJSIP/6001-02", uniqueid="b1", linkedid="x"),
        ChannelState(channel="PJSIP/6001-01", uniqueid="a1", linkedid="c1"),
    ]
    board = AgentBoard(lambda: WATCHED)
    for event in (
        member(0), channel(ev.ChannelCreated, 1, "a1"), called(1),
        ev.AgentConnected(
            at=at(5), linkedid="c1", uniqueid="c1", queue="service", interface="PJSIP/6001", member="lee",
            dest_uniqueid="a1",
        ),
    ):  # fmt: skip
        board.tell(event)
    return Office(SuperviseDesk(lambda: WATCHED, board, exchange, database, exchange.clock), board, database)


async def test_a_supervisor_is_told_the_channel_and_the_audit_has_it(office: Office) -> None:
    asterisk = FakeAsterisk("supervise", ("kim", "2", "lee"))
    await asterisk.run(office.desk.handle)
    assert asterisk.fault is None
    assert (asterisk.variables["IVR_BARGE"], asterisk.variables["IVR_DONE"]) == ("PJSIP/6001-01", "1")
    assert await office.audited() == [("kim", "supervise.whisper", "agent:lee", "c1")]


async def test_the_end_is_written_once(office: Office) -> None:
    await office.desk.begin("kim", "1", "lee", "s1")
    writing = asyncio.create_task(office.desk.run())
    for _ in range(2):
        office.desk.tell(ev.ChannelEnded(at=at(60), uniqueid="s1", cause=16))
    office.desk.tell(ev.ChannelEnded(at=at(60), uniqueid="other", cause=16))
    async with asyncio.timeout(5):
        while len(await office.audited()) < 2:
            await asyncio.sleep(0.01)
    writing.cancel()
    assert await office.audited() == [
        ("kim", "supervise.listen", "agent:lee", "c1"),
        ("kim", "supervise.listen.ended", "agent:lee", "c1"),
    ]


@pytest.mark.parametrize(
    ("who", "code", "agent"),
    [
        ("lee", "1", "kim"),  # a plain agent
        ("", "1", "lee"),  # no agent's phone
        ("kim", "9", "lee"),
        ("kim", "1", "kim"),  # himself
        ("kim", "1", "nobody"),
    ],
)
async def test_nobody_else_hears_anything_and_nothing_is_written(
    office: Office, who: str, code: str, agent: str
) -> None:
    with pytest.raises(UsageError):
        await office.desk.begin(who, code, agent, "s1")
    assert await office.audited() == []


async def test_without_a_talk_there_is_nothing_to_hear(office: Office) -> None:
    office.board.tell(channel(ev.ChannelEnded, 9, "a1", cause=16))
    with pytest.raises(UsageError):
        await office.desk.begin("kim", "1", "lee", "s1")
