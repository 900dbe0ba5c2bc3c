"""Calls whose channels change hands: transfers, second lines, supervisors, refusals."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ivr.ami import events as ev
from ivr.journal import facts as own
from ivr.storage import recordings
from ivr.storage.database import Database
from tests.unit.journal.test_journal import after, created, ended, ids, opened, story, write


def said(seconds: float, name: str, uniqueid: str, linkedid: str = "1.1", **fields: str) -> ev.UserEvent:
    return ev.UserEvent(**ids(seconds, linkedid, uniqueid), name=name, fields=MappingProxyType(fields))


def records(seconds: float, uniqueid: str, role: str, linkedid: str = "1.1", agent: str = "") -> ev.UserEvent:
    file = f"{uniqueid}-{role}.wav"
    return said(seconds, "IvrRecording", uniqueid, linkedid, File=file, Role=role, Agent=agent)


def leg(seconds: float, uniqueid: str, linkedid: str = "1.1") -> ev.ChannelCreated:
    return ev.ChannelCreated(**ids(seconds, linkedid, uniqueid), context="ivr-agents")


def bridged(seconds: float, uniqueid: str, linkedid: str = "1.1") -> ev.BridgeEntered:
    return ev.BridgeEntered(**ids(seconds, linkedid, uniqueid), bridge="b")


TALK: list[Any] = [
    created(0),
    opened(0.1),
    records(0.1, "1.1", "caller"),
    leg(1, "1.2"),
    records(2, "1.2", "agent", agent="lee"),
    bridged(2.1, "1.1"),
    bridged(2.1, "1.2"),
]


async def test_a_blind_transfer_shows_both_agents(database: Database) -> None:
    handed = ev.BlindTransferred(**ids(5, "1.1", "1.2"), result="Success", context="ivr-transfer", extension="6002")
    failed = ev.BlindTransferred(**ids(4, "1.1", "1.2"), result="Invalid", extension="0900")
    second = [ended(5, "1.1", "1.2"), leg(5.1, "1.3"), records(6, "1.3", "agent", agent="kim"), bridged(6, "1.3")]
    await write(database, *TALK, failed, handed, handed, *second, ended(9, "1.1", "1.3"), ended(9))
    call = await story(database)
    assert call is not None
    told = [(step.event, step.detail) for step in call.steps]
    assert told == [("transfer", {"kind": "blind", "agent": "lee", "to": "6002"})]
    assert {leg.uniqueid: (leg.role, leg.agent) for leg in call.legs} == {
        "1.1": ("caller", ""),
        "1.2": ("agent", "lee"),
        "1.3": ("agent", "kim"),
    }
    assert {row.uniqueid: row.agent for row in call.recordings} == {"1.1": "", "1.2": "lee", "1.3": "kim"}
    assert call.ended_at == after(9)


async def test_an_agents_second_line_becomes_part_of_the_call(database: Database) -> None:
    """He asks on a call of its own (linkedid 8.1), then joins the two: what waits about the other agent comes along."""
    asking = [
        leg(3, "8.1", "8.1"),
        leg(3.1, "8.2", "8.1"),
        records(4, "8.2", "agent", "8.1", agent="kim"),
        bridged(4.1, "8.2", "8.1"),
    ]
    handed = ev.AttendedTransferred(
        **ids(6, "1.1", "1.2"), result="Success", second_uniqueid="8.1", second_linkedid="8.1", caller_linkedid="1.1"
    )
    joined = [handed, bridged(6, "8.2"), ended(6.1, "1.1", "1.2"), ended(6.1, "8.1", "8.1")]
    await write(database, *TALK, *asking, *joined, ended(9, "1.1", "8.2"), ended(9))
    call = await story(database)
    assert call is not None
    assert {row.file: row.agent for row in call.recordings}["8.2-agent.wav"] == "kim"
    (other,) = [leg for leg in call.legs if leg.uniqueid == "8.2"]
    assert (other.role, other.agent, other.started_at) == ("agent", "kim", after(3.1))
    assert call.ended_at == after(9)
    assert await story(database, "8.1") is None


async def test_a_channel_of_the_call_that_gets_an_older_linkedid_stays_in_it(database: Database) -> None:
    await write(database, *TALK)
    journal_facts = [*TALK, bridged(5, "1.1", "0.5"), ended(8, "0.5", "1.2"), ended(8, "0.5", "1.1")]
    await write(database, *journal_facts)
    call = await story(database)
    assert call is not None
    assert call.ended_at == after(8)
    assert await story(database, "0.5") is None


async def test_a_file_closed_before_its_channel_came_is_joined_to_the_call(database: Database) -> None:
    async with database.write() as session:
        await recordings.upsert(session, "8.2-agent.wav", linkedid="8.1", uniqueid="8.2", role="agent", state="closed")
    await write(database, *TALK, bridged(6, "8.2"))
    await write(database, ended(9, "1.1", "8.2"), ended(9))
    call = await story(database)
    assert call is not None
    assert "8.2-agent.wav" in {row.file for row in call.recordings}


async def test_a_supervisor_is_no_agent(database: Database) -> None:
    joins = [leg(3, "1.5"), records(3.1, "1.5", "supervisor", agent="boss"), bridged(3.2, "1.5")]
    await write(database, *TALK, *joins)
    call = await story(database)
    assert call is not None
    roles = {leg.uniqueid: (leg.role, leg.agent) for leg in call.legs}
    assert roles["1.5"] == ("supervisor", "boss")
    assert {row.role: row.agent for row in call.recordings}["supervisor"] == "boss"


async def test_a_refusal_concerns_the_talk_and_not_a_message(database: Database) -> None:
    refused = own.RecordingRefused(at=after(1), linkedid="1.1")
    message = records(7, "1.1", "voicemail")
    agent = said(3, "IvrUnrecorded", "1.2", Role="agent", Agent="lee")
    await write(database, *TALK[:4], refused, agent, records(4, "1.9", "agent"), message, ended(9, "1.1", "1.2"))
    call = await story(database)
    assert call is not None
    states = {row.role: (row.state, row.gap_cause) for row in call.recordings}
    gone = ("refused", "refused by the caller")
    assert states == {"caller": gone, "agent": gone, "voicemail": ("open", "")}
    assert {leg.agent for leg in call.legs if leg.uniqueid == "1.2"} == {"lee"}
