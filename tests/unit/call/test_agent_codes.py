"""The codes of an agent's phone: what the line says to each."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk
from ivr.agi.fake import FakeAsterisk, HangUp
from ivr.ami import events as ev
from ivr.ami.errors import AmiNotConnected
from ivr.call.agent_codes import AgentCodes
from ivr.call.hours_desk import HoursDesk
from ivr.core.errors import UsageError
from ivr.storage import agents as rows
from ivr.storage.database import Database
from ivr.storage.models import AgentState
from tests.unit.agents.office import Exchange, agent_event, at, member, site, waiting


@dataclass
class Phone:
    """An agent's phone that dials codes."""

    exchange: Exchange
    desk: AgentDesk
    board: AgentBoard
    codes: AgentCodes
    hours: HoursDesk

    async def dial(self, code: str, digits: str = "", *, agent: str = "lee") -> list[str]:
        """What is said to a code, without the folder."""
        asterisk = FakeAsterisk("agent", (agent, code, digits))
        await asterisk.run(self.codes.handle)
        assert asterisk.fault is None
        assert asterisk.variables["IVR_DONE"] == "1"
        return [name.removeprefix("ivr/") for name in asterisk.played]


@pytest.fixture
def phone(database: Database) -> Phone:
    exchange = Exchange()
    board = AgentBoard(site)
    desk = AgentDesk(site, exchange, database, exchange.clock)
    hours = HoursDesk(site, database, exchange.clock)
    return Phone(exchange, desk, board, AgentCodes(site, desk, board, exchange.clock, hours), hours)


async def test_log_in_and_out(phone: Phone) -> None:
    assert await phone.dial("45") == ["agent-logged-in"]
    assert await phone.dial("45", "6200") == ["agent-logged-off"]
    assert await phone.dial("45", "6200") == ["agent-logged-in"]
    assert await phone.dial("45", "7777") == ["agent-no-such-code"]
    assert await phone.dial("45", "6200", agent="kim") == ["agent-no-such-code"]  # not a queue of hers
    assert await phone.dial("45") == ["agent-logged-off"]


async def test_pause_and_back(phone: Phone) -> None:
    assert await phone.dial("46", "2") == ["agent-not-logged-in"]
    assert await phone.dial("46") == ["agent-not-logged-in"]
    await phone.dial("45", "6100")
    assert await phone.dial("46", "2") == ["agent-paused"]
    assert await phone.dial("46", "99") == ["agent-no-such-code"]
    assert (await phone.desk.standing("lee")).reason == "lunch"  # as before
    assert await phone.dial("45", "6200") == ["agent-logged-in", "agent-paused"]
    assert await phone.dial("46") == ["agent-available"]


async def test_own_state_and_callers_waiting(phone: Phone) -> None:
    assert await phone.dial("47") == ["agent-not-logged-in", "agent-nobody-waiting"]
    await phone.dial("45")
    phone.exchange.waiting = waiting("service", 105)
    said = await phone.dial("47")
    assert said == ["agent-available", "agent-callers-waiting", "digits/1", "digits/hundred", "digits/0", "digits/5"]
    await phone.desk.pause_for("lee", "no-answer", by="misses")
    assert (await phone.dial("47"))[0] == "agent-paused-no-answer"


async def test_wrap_up_is_told(phone: Phone) -> None:
    await phone.dial("45")
    for event in (member(0), agent_event(ev.AgentConnected, 5), agent_event(ev.AgentCompleted, 20)):
        phone.board.tell(event)
    phone.exchange.clock.advance(25)
    assert (await phone.dial("47"))[0] == "agent-in-wrapup"
    phone.exchange.clock.advance(10)
    assert (await phone.dial("47"))[0] == "agent-available"


async def test_outcomes(phone: Phone, database: Database) -> None:
    assert await phone.dial("48", "1") == ["agent-no-talk"]
    async with database.write() as session:
        talk = AgentState(agent="lee", state="talking", queue="service", uniqueid="a1", linkedid="c1", began_at=at(-60))
        await rows.begin(session, talk)
    assert await phone.dial("48", "1") == ["agent-outcome-kept"]
    assert await phone.dial("48", "99") == ["agent-no-such-code"]
    assert await phone.dial("48") == ["agent-no-such-code"]
    async with database.read() as session:
        assert [one.outcome for one in await rows.outcomes_of(session, "c1")] == ["solved"]


async def test_the_agents_own_language(phone: Phone) -> None:
    asterisk = FakeAsterisk("agent", ("kim", "45", ""))
    await asterisk.run(phone.codes.handle)
    assert asterisk.variables["CHANNEL(language)"] == "ko"


async def test_who_hangs_up_at_once_has_been_served(phone: Phone) -> None:
    asterisk = FakeAsterisk("agent", ("lee", "47", ""), caller=[HangUp()])
    await asterisk.run(phone.codes.handle)
    assert asterisk.variables["IVR_DONE"] == "1"
    assert len(asterisk.played) == 1


async def test_where_asterisk_cannot_be_asked_the_dialplan_goes_on(phone: Phone) -> None:
    phone.exchange.connected = False
    asterisk = FakeAsterisk("agent", ("lee", "45", ""))
    with pytest.raises(AmiNotConnected):
        await asterisk.run(phone.codes.handle)
    assert "IVR_DONE" not in asterisk.variables
    with pytest.raises(UsageError, match="no agent"):
        await FakeAsterisk("agent", ("stranger", "45", "")).run(phone.codes.handle)


async def test_an_agent_without_queues_is_told_that_it_failed(phone: Phone) -> None:
    lonely = site().agents["kim"].model_copy(update={"queues": []})
    changed = site().model_copy(update={"agents": {"kim": lonely}})
    desk = AgentDesk(lambda: changed, phone.exchange, phone.desk._database, phone.exchange.clock)
    phone.codes = AgentCodes(lambda: changed, desk, phone.board, phone.exchange.clock, phone.hours)
    assert await phone.dial("45", agent="kim") == ["agent-failed"]
    assert (await phone.desk.standing("kim")).queues == {}
