"""Who may listen to a talk, and what is written down about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from dialplan.model import Site
from dialplan.staffing import may_supervise
from ivr.agents.board import AgentBoard
from ivr.agi.fake import FakeAsterisk
from ivr.ami import events as ev
from ivr.ami.snapshot import ChannelState
from ivr.call.supervise import SuperviseDesk
from ivr.call.supervise_port import NoTalkError, NotAllowedError
from ivr.call.supervise_requests import supervise_routes
from ivr.core.errors import IvrError, UsageError
from ivr.storage import audit
from ivr.storage.database import Database
from tests.unit.agents.office import SITE, Exchange, at, called, channel, member

PLAIN = SITE.model_dump()
WATCHED = Site.model_validate(
    PLAIN | {"agents": PLAIN["agents"] | {"kim": PLAIN["agents"]["kim"] | {"supervises": True}}}
)


class Phones(Exchange):
    """An exchange that can ring phones."""

    def __init__(self) -> None:
        super().__init__()
        self.states = {"PJSIP/6002": "NOT_INUSE"}
        self.rung: list[tuple[str, str, str, str, list[str]]] = []
        self.hung_up: list[str] = []

    async def getvar(self, variable: str, channel: str = "") -> str:
        assert not channel
        return self.states.get(variable.removeprefix("DEVICE_STATE(").removesuffix(")"), "UNAVAILABLE")

    async def originate(
        self, channel: str, context: str, exten: str, *, within: int, uniqueid: str, caller: str = "",
        variables: Sequence[str] = (),
    ) -> None:  # fmt: skip
        assert (context, caller, 0 < within <= 30) == ("ivr-supervise", "<6001>", True)
        self.rung.append((channel, context, exten, uniqueid, list(variables)))

    async def hangup(self, channel: str, cause: int = 16) -> None:
        self.hung_up.append(channel)


@dataclass
class Office:
    """Lee talks with a caller; Kim supervises."""

    desk: SuperviseDesk
    board: AgentBoard
    database: Database
    phones: Phones

    async def audited(self) -> list[tuple[str, str, str, object]]:
        async with self.database.read() as session:
            rows = await audit.list_rows(session)
            return [(row.actor, row.action, row.object, row.detail.get("call")) for row in reversed(rows)]


@pytest.fixture
def office(database: Database) -> Office:
    exchange = Phones()
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
    desk = SuperviseDesk(lambda: WATCHED, board, exchange, database, exchange.clock)
    return Office(desk, board, database, exchange)


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
    ("code", "left", "staying", "ends"),
    [
        ("3", "a1", ["c1", "other"], True),  # the agent: he hands the caller on, say
        ("3", "c1", ["a1"], True),  # the caller
        ("3", "other", ["c1", "a1"], False),  # somebody else's leg of the call
        ("3", "other", ["c1"], False),  # the colleague whom the agent, who is away, has asked
        ("1", "a1", ["c1"], False),  # who only listens is ended by Asterisk
    ],
)
async def test_who_joined_a_talk_is_not_left_with_one_of_the_two(
    office: Office, code: str, left: str, staying: list[str], ends: bool
) -> None:
    await office.desk.begin("kim", code, "lee", "s1")
    office.phones.channels = [
        ChannelState(channel=f"PJSIP/{one}", uniqueid=one, linkedid="c1", bridge="b") for one in ("s1", *staying)
    ] + [ChannelState(channel="PJSIP/else", uniqueid="else", linkedid="e", bridge="")]
    office.desk.tell(ev.ChannelEnded(at=at(60), uniqueid=left, linkedid="c1", cause=16))
    office.desk.tell(ev.ChannelEnded(at=at(60), uniqueid="else", linkedid="e", cause=16))
    office.desk.tell(ev.ChannelEnded(at=at(61), uniqueid="s1", linkedid="s1", cause=16))
    working = asyncio.create_task(office.desk.run())
    async with asyncio.timeout(5):
        while len(await office.audited()) < 2:
            await asyncio.sleep(0.01)
    working.cancel()
    assert office.phones.hung_up == (["s1"] if ends else [])


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
    with pytest.raises(NotAllowedError):
        await office.desk.begin(who, code, agent, "s1")
    assert await office.audited() == []


async def test_without_a_talk_there_is_nothing_to_hear(office: Office) -> None:
    office.board.tell(channel(ev.ChannelEnded, 9, "a1", cause=16))
    with pytest.raises(NoTalkError):
        await office.desk.begin("kim", "1", "lee", "s1")
    with pytest.raises(NoTalkError):
        await office.desk.order("kim", "listen", "lee")
    assert office.phones.rung == []


@pytest.mark.parametrize(
    ("who", "in_talk", "said"), [("lee", True, "agent-not-allowed"), ("kim", False, "agent-not-in-talk")]
)
async def test_the_line_is_told_why_not(office: Office, who: str, in_talk: bool, said: str) -> None:
    if not in_talk:
        office.board.tell(channel(ev.ChannelEnded, 9, "a1", cause=16))
    asterisk = FakeAsterisk("supervise", (who, "1", "lee"))
    await asterisk.run(office.desk.handle)
    assert asterisk.fault is None
    assert (asterisk.variables["IVR_SAY"], asterisk.variables["IVR_DONE"]) == (said, "1")
    assert "IVR_BARGE" not in asterisk.variables


async def test_by_command_his_phone_rings_and_the_audit_has_who_asked(office: Office) -> None:
    answer = await supervise_routes(office.desk)["POST agents barge"]("lee", {"by": "kim", "user": "wang"})
    assert answer == {
        "supervisor": "kim",
        "act": "barge",
        "agent": "lee",
        "phone": "6002",
        "call": "c1",
        "by": "wang",
        "state": "ringing",
    }
    ((phone, _, code, uniqueid, variables),) = office.phones.rung
    assert (phone, code, variables) == ("PJSIP/6002", "3", ["IVR_OF=lee"])
    assert await office.audited() == []  # nobody hears anything yet
    asterisk = FakeAsterisk("supervise", ("kim", "3", "lee"), header={"uniqueid": uniqueid})
    await asterisk.run(office.desk.handle)
    assert asterisk.variables["IVR_BARGE"] == "PJSIP/6001-01"
    async with office.database.read() as session:
        (row,) = await audit.list_rows(session)
    assert (row.actor, row.action) == ("kim", "supervise.barge")
    assert row.detail == {"call": "c1", "phone": "6002", "by": "wang"}


async def test_on_another_phone_he_is_still_himself_and_the_phone_gains_no_right(office: Office) -> None:
    office.phones.states["PJSIP/6001"] = "NOT_INUSE"
    await office.desk.order("kim", "listen", "lee", phone="6001")
    ((phone, _, _, uniqueid, _),) = office.phones.rung
    assert phone == "PJSIP/6001"
    for channel_id, allowed in ((uniqueid, True), (uniqueid, False), ("other", False)):  # what was ordered, and once
        asterisk = FakeAsterisk("supervise", ("lee", "1", "lee"), header={"uniqueid": channel_id})
        await asterisk.run(office.desk.handle)
        assert ("IVR_BARGE" in asterisk.variables) is allowed
    assert [who for who, *_ in await office.audited()] == ["kim"]


@pytest.mark.parametrize(
    ("state", "says"), [("UNAVAILABLE", "not there"), ("INVALID", "not there"), ("INUSE", "busy"), ("RINGING", "busy")]
)
async def test_a_phone_that_cannot_ring(office: Office, state: str, says: str) -> None:
    office.phones.states["PJSIP/6002"] = state
    with pytest.raises(IvrError, match=says) as caught:
        await office.desk.order("kim", "listen", "lee")
    assert not isinstance(caught.value, UsageError)
    assert office.phones.rung == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "which supervisor"),
        ({"by": 7}, "text"),
        ({"by": "lee"}, "may not"),
        ({"by": "nobody"}, "may not"),
        ({"by": "kim", "phone": "6009"}, "no phone"),
        ({"by": "kim", "phone": "6001/x"}, "no phone"),
    ],
)
async def test_what_cannot_be_asked(office: Office, body: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        await supervise_routes(office.desk)["POST agents listen"]("lee", body)
    assert office.phones.rung == []


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ({"supervises": True}, True),
        ({"supervises_queues": ["sales"]}, True),  # Lee is in both
        ({"supervises_queues": ["other"]}, False),
        ({}, False),
    ],
)
def test_who_supervises_whom(role: dict[str, object], may: bool) -> None:
    agents = PLAIN["agents"]
    queues = {"queues": PLAIN["queues"] | {"other": {}}}
    site = Site.model_validate(PLAIN | queues | {"agents": agents | {"kim": agents["kim"] | role}})
    assert may_supervise(site.agents["kim"], site.agents["lee"]) is may
