"""Each agent's talk is a row of his own, whatever way the caller came to him."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.ami import events as ev
from ivr.storage.database import Database
from tests.unit.journal.test_journal import after, created, ended, ids, opened, story, write
from tests.unit.journal.test_transfers import bridged, leg, records


def up(seconds: float, uniqueid: str) -> ev.ChannelStateChanged:
    return ev.ChannelStateChanged(**ids(seconds, "1.1", uniqueid), state=6)


def agent_event(kind: type[ev.AgentEvent], seconds: float, **more: Any) -> ev.AgentEvent:
    return kind(**ids(seconds), queue="service", interface="PJSIP/6001", **more)


def in_queue(first: str = "1.2", agent: str = "lee", at: float = 1) -> list[Any]:
    """The caller waits, the agent's phone rings at ``at`` s and is answered a second later."""
    of = {"dest_uniqueid": first, "member": agent}
    return [
        ev.QueueJoined(**ids(at), queue="service", position=1),
        leg(at, first),
        agent_event(ev.AgentCalled, at, **of),
        up(at + 1, first),
        records(at + 1, first, "agent", agent=agent),
        bridged(at + 1.1, "1.1"),
        bridged(at + 1.1, first),
        agent_event(ev.AgentConnected, at + 1.1, **of),
    ]


def handed_on(at: float, by: str, to: str, agent: str) -> list[Any]:
    """Unasked; the other's phone rings for a second."""
    blind = ev.BlindTransferred(**ids(at, "1.1", by), result="Success", context="ivr-transfer", extension="6002")
    rung = [leg(at + 0.1, to), up(at + 1.1, to), records(at + 1.1, to, "agent", agent=agent), bridged(at + 1.2, to)]
    return [blind, ended(at, "1.1", by), *rung]


BEGUN = [created(0), opened(0.1), records(0.1, "1.1", "caller")]


async def told(database: Database, *facts: Any) -> list[tuple[Any, ...]]:
    await write(database, *facts)
    call = await story(database)
    assert call is not None
    return [
        (row.agent, row.origin, row.queue, row.handed_by, row.connected_at, row.completed_at, row.ended_by)
        for row in call.talks
    ]


async def test_twice_handed_on_in_a_row(database: Database) -> None:
    left = agent_event(ev.AgentCompleted, 5, dest_uniqueid="1.2", member="lee", reason="transfer")
    first, second = handed_on(5, "1.2", "1.3", "kim"), handed_on(9, "1.3", "1.4", "park")
    rows = await told(database, *BEGUN, *in_queue(), left, *first, *second, ended(14, "1.1", "1.4"), ended(14))
    assert rows == [
        ("lee", "queue", "service", "", after(2.1), after(5), "transfer"),
        ("kim", "transfer", "", "lee", after(6.1), after(9), "transfer"),
        ("park", "transfer", "", "kim", after(10.1), after(14), "caller"),
    ]


async def test_handed_on_to_a_queue_both_are_its_agents(database: Database) -> None:
    blind = ev.BlindTransferred(**ids(5, "1.1", "1.2"), result="Success", context="ivr-transfer", extension="6100")
    left = agent_event(ev.AgentCompleted, 5, dest_uniqueid="1.2", member="lee", reason="transfer")
    again = in_queue("1.3", "kim", at=6)
    over = agent_event(ev.AgentCompleted, 12, dest_uniqueid="1.3", member="kim", reason="agent")
    handed = [blind, left, ended(5, "1.1", "1.2")]
    rows = await told(database, *BEGUN, *in_queue(), *handed, *again, over, ended(12, "1.1", "1.3"), ended(13))
    assert [row[:4] + row[6:] for row in rows] == [
        ("lee", "queue", "service", "", "transfer"),
        ("kim", "queue", "service", "lee", "agent"),
    ]
    assert [row[4:6] for row in rows] == [(after(2.1), after(5)), (after(7.1), after(12))]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_call_under_way_has_none_and_an_end_told_twice_changes_nothing(database: Database, times: int) -> None:
    assert await told(database, *BEGUN, *in_queue()) == []
    over = [ended(8, "1.1", "1.2"), ended(8)]
    rows = await told(database, *over * times)
    assert [row[:2] for row in rows] == [("lee", "queue")]


async def test_nobody_who_never_talked_has_a_row(database: Database) -> None:
    joined = ev.QueueJoined(**ids(1), queue="service", position=1)
    given_up = ev.QueueAbandoned(**ids(9), queue="service")
    assert await told(database, *BEGUN, joined, given_up, ended(9)) == []


def asked_in_the_same_queue() -> list[Any]:
    """Lee, who talks since 2.1 s, asks the queue; Kim answers at 5.1 s. The queue's caller is Lee's helper channel."""
    of = {"dest_uniqueid": "1.6", "member": "kim"}
    return [
        ev.QueueJoined(**ids(4, "1.1", "1.5"), queue="service", position=1),
        leg(4, "1.6"),
        agent_event(ev.AgentCalled, 4, **of),
        up(5, "1.6"),
        records(5, "1.6", "agent", agent="kim"),
        agent_event(ev.AgentConnected, 5.1, **of),
    ]


def completed(at: float, agent: str, uniqueid: str, reason: str) -> ev.AgentEvent:
    return agent_event(ev.AgentCompleted, at, dest_uniqueid=uniqueid, member=agent, reason=reason, talk_s=3)


@pytest.mark.parametrize("app_queue_says", ["transfer", "agent"])
async def test_asked_first_and_handed_on_to_ones_own_queue(database: Database, app_queue_says: str) -> None:
    """What is told of the first stay in the queue comes after the second began; the agent who hands on hangs up, and
    app_queue may notice that alone."""
    handed = ev.AttendedTransferred(**ids(8, "1.1", "1.2"), result="Success")
    left = [handed, completed(8, "lee", "1.2", app_queue_says), ended(8, "1.1", "1.2")]
    over = [completed(12, "kim", "1.6", "agent"), ended(12, "1.1", "1.6"), ended(13)]
    rows = await told(database, *BEGUN, *in_queue(), *asked_in_the_same_queue(), *left, *over)
    assert rows == [
        ("lee", "queue", "service", "", after(2.1), after(8), "transfer"),
        ("kim", "queue", "service", "lee", after(8), after(12), "agent"),
    ]
    call = await story(database)
    assert call is not None
    assert [(one.agent, one.completed_at, one.ended_by) for one in call.visits] == [
        ("lee", after(8), "transfer"),
        ("kim", after(12), "agent"),
    ]
    assert call.hung_up_by == "agent"


@pytest.mark.parametrize(("kim_left", "lee_left", "by"), [(7, 12, "agent"), (12, 9, "caller")])
async def test_asked_and_not_handed_on(database: Database, kim_left: float, lee_left: float, by: str) -> None:
    """Kim hangs up and Lee goes on; or the caller hangs up while the two talk on."""
    kim = [completed(kim_left, "kim", "1.6", "agent"), ended(kim_left, "1.1", "1.6")]
    lee = [completed(lee_left, "lee", "1.2", by), ended(lee_left, "1.1", "1.2")]
    rows = await told(database, *BEGUN, *in_queue(), *asked_in_the_same_queue(), *kim, *lee, ended(lee_left + 0.1))
    assert rows == [("lee", "queue", "service", "", after(2.1), after(lee_left), by)]
    call = await story(database)
    assert call is not None
    assert (call.outcome, call.hung_up_by) == ("answered", by)


async def test_back_from_a_phone_that_nobody_took_up(database: Database) -> None:
    """Lee hands on to Kim, who refuses; the queue gives the caller back to Lee, whom nobody handed him on to."""
    blind = ev.BlindTransferred(**ids(5, "1.1", "1.2"), result="Success", context="ivr-transfer", extension="6002")
    first = [blind, completed(5, "lee", "1.2", "transfer"), ended(5, "1.1", "1.2"), leg(5.1, "1.3")]
    again = [ended(6, "1.1", "1.3"), *in_queue("1.4", "lee", at=6.1)]
    over = [completed(12, "lee", "1.4", "caller"), ended(12, "1.1", "1.4"), ended(12.1)]
    rows = await told(database, *BEGUN, *in_queue(), *first, *again, *over)
    assert rows == [
        ("lee", "queue", "service", "", after(2.1), after(5), "transfer"),
        ("lee", "queue", "service", "", after(7.2), after(12), "caller"),
    ]


async def test_an_agent_who_was_handed_the_caller_asks_a_queue_in_vain(database: Database) -> None:
    left = completed(5, "lee", "1.2", "transfer")
    asked = [
        ev.QueueJoined(**ids(8, "1.1", "1.7"), queue="sales", position=1),
        leg(8, "1.8"),
        ev.AgentCalled(**ids(8), queue="sales", member="park", dest_uniqueid="1.8"),
        up(9, "1.8"),
        ev.AgentConnected(**ids(9), queue="sales", member="park", dest_uniqueid="1.8"),
        ev.AgentCompleted(**ids(10), queue="sales", member="park", dest_uniqueid="1.8", reason="agent", talk_s=1),
        ended(10, "1.1", "1.8"),
    ]
    over = [ended(14, "1.1", "1.3"), ended(15)]
    rows = await told(database, *BEGUN, *in_queue(), left, *handed_on(5, "1.2", "1.3", "kim"), *asked, *over)
    assert [(row[0], row[4], row[5]) for row in rows] == [
        ("lee", after(2.1), after(5)),
        ("kim", after(6.1), after(14)),
    ]
