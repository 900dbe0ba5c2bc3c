from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ami import events as ev
from ivr.ami.snapshot import ChannelState, QueueSnapshot
from ivr.core.clock import FixedClock
from ivr.core.errors import StorageError
from ivr.journal import Journal
from ivr.journal import facts as own
from ivr.journal import journal as module
from ivr.storage import calls, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW + timedelta(hours=1))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def ids(seconds: float, linkedid: str = "1.1", uniqueid: str = "") -> dict[str, Any]:
    unique = uniqueid or linkedid
    return {"at": after(seconds), "linkedid": linkedid, "uniqueid": unique, "channel": f"PJSIP/c-{unique}"}


def created(seconds: float, linkedid: str = "1.1", **more: Any) -> ev.ChannelCreated:
    values = {"caller_number": "555", "context": "ivr-incoming", "extension": "100", **more}
    return ev.ChannelCreated(**ids(seconds, linkedid), **values)


def ended(seconds: float, linkedid: str = "1.1", uniqueid: str = "") -> ev.ChannelEnded:
    return ev.ChannelEnded(**ids(seconds, linkedid, uniqueid), cause=16)


def opened(seconds: float, linkedid: str = "1.1") -> own.CallOpened:
    return own.CallOpened(**ids(seconds, linkedid), number="100", caller="555", flow="main", flow_version="7")


def step(seconds: float, linkedid: str = "1.1", event: str = "enter", **detail: Any) -> own.StepFact:
    return own.StepFact(at=after(seconds), linkedid=linkedid, step="main", kind="menu", event=event, detail=detail)


async def story(database: Database, linkedid: str = "1.1") -> Call | None:
    async with database.read() as session:
        return await calls.find(session, linkedid)


async def write(database: Database, *facts: object) -> Journal:
    async with Journal(database, CLOCK) as journal:
        for fact in facts:
            journal.put(fact)
    return journal


async def test_facts_of_both_sources_make_one_story(database: Database) -> None:
    journal = await write(
        database, created(0), opened(0.2), step(0.3), own.LanguageChosen(at=after(1), linkedid="1.1", language="zh-CN"),
        step(1.5, event="key", key="1"), own.OutcomeDecided(at=after(4), linkedid="1.1", outcome="self_service"),
        ended(5),
    )  # fmt: skip
    call = await story(database)
    assert call is not None
    assert (call.started_at, call.ended_at, call.outcome, call.language) == (NOW, after(5), "self_service", "zh-CN")
    assert (call.number, call.caller, call.flow, call.flow_version) == ("100", "555", "main", "7")
    assert [(one.seq, one.event, one.detail) for one in call.steps] == [(1, "enter", {}), (2, "key", {"key": "1"})]
    assert (journal.stats.written, journal.stats.failed, journal.stats.dropped) == (7, 0, 0)


async def test_what_asterisk_told_before_the_engine_opened_the_call_is_not_lost(database: Database) -> None:
    async with Journal(database, CLOCK) as journal:
        journal.put(ev.QueueJoined(**ids(2), queue="sales", position=3, count=3))
        await journal.flush()
        assert await story(database) is None
        journal.put(ev.QueueLeft(**ids(3), queue="sales"))
        journal.put(opened(4))
        await journal.flush()
    call = await story(database)
    assert call is not None
    (visit,) = call.visits
    assert (visit.queue, visit.position, visit.joined_at, visit.left_at) == ("sales", 3, after(2), after(3))


async def test_an_agents_own_call_is_no_callers_call(database: Database) -> None:
    await write(database, created(0, context="ivr-agents", extension="*45"), ended(3))
    assert await story(database) is None


async def test_an_agent_who_dials_the_service_number_is_a_caller(database: Database) -> None:
    await write(
        database,
        created(0, context="ivr-agents", caller_number="6001"),
        ev.UserEvent(**ids(0.1), name="IvrCall", fields={"Number": "100"}),
    )
    call = await story(database)
    assert call is not None
    assert (call.number, call.caller, call.started_at) == ("100", "6001", NOW)


async def test_recordings_are_announced_with_the_time_of_their_first_frame(database: Database) -> None:
    agent = {**ids(5, uniqueid="1.2")}
    await write(
        database,
        created(0),
        ev.UserEvent(**ids(0.5), name="IvrRecording", fields={"File": "1.1-caller.wav", "Role": "caller"}),
        ev.RecordingStarted(**ids(0.52)),
        ev.QueueJoined(**ids(4), queue="sales", position=1),
        ev.AgentCalled(**ids(4.5), queue="sales", interface="PJSIP/6001", member="amy", dest_uniqueid="1.2"),
        ev.RecordingStarted(**agent),
        ev.UserEvent(
            **{**agent, "at": after(5.1)}, name="IvrRecording", fields={"File": "1.2-agent.wav", "Role": "agent"}
        ),
        ev.UserEvent(**ids(60), name="IvrRecording", fields={"File": "1.1-voicemail.wav", "Role": "voicemail"}),
        ev.UserEvent(**ids(61), name="IvrRecording", fields={"File": "../../etc/passwd", "Role": "caller"}),
    )
    call = await story(database)
    assert call is not None
    assert [(one.file, one.role, one.agent, one.started_at, one.state) for one in call.recordings] == [
        ("1.1-caller.wav", "caller", "", after(0.52), "open"),
        ("1.2-agent.wav", "agent", "amy", after(5), "open"),
        ("1.1-voicemail.wav", "voicemail", "", after(60), "open"),
    ]


async def test_a_file_that_the_ledger_closed_first_stays_closed(database: Database) -> None:
    async with database.write() as session:
        await recordings.upsert(
            session, "1.1-caller.wav", linkedid="1.1", uniqueid="1.1", role="caller", state="closed", frames=9
        )
    announced = ev.UserEvent(**ids(0.5), name="IvrRecording", fields={"File": "1.1-caller.wav", "Role": "caller"})
    await write(database, announced, created(0))
    call = await story(database)
    assert call is not None
    (row,) = call.recordings
    assert (row.call_id, row.state, row.frames, row.started_at) == (call.id, "closed", 9, after(0.5))


@pytest.mark.parametrize(
    ("facts", "outcome", "hung_up_by"),
    [
        ([ev.UserEvent(**ids(3), name="IvrVoicemail", fields={})], "voicemail", "caller"),
        ([own.OutcomeDecided(at=after(3), linkedid="1.1", outcome="closed")], "closed", "caller"),
        ([ev.UserEvent(**ids(4), name="IvrEnd", fields={"Source": "dialplan/builtin"})], "self_service", "system"),
        ([ev.UserEvent(**ids(4), name="IvrEnd", fields={"Source": ""})], "self_service", "system"),
        ([ev.UserEvent(**ids(4), name="IvrEnd", fields={"Source": "PJSIP/c-1.1"})], "self_service", "caller"),
        ([ev.QueueJoined(**ids(2), queue="q"), ev.QueueAbandoned(**ids(3), queue="q"),
          own.OutcomeDecided(at=after(1), linkedid="1.1", outcome="self_service")], "abandoned", "caller"),
        ([ev.QueueJoined(**ids(2), queue="q"),
          own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="TIMEOUT"),
          ev.UserEvent(**ids(4), name="IvrVoicemail", fields={})], "voicemail", "caller"),
        ([ev.QueueJoined(**ids(2), queue="q"),
          own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="TIMEOUT")], "unserved", "caller"),
        ([own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="FULL")], "unserved", "caller"),
        ([own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="JOINEMPTY")], "unserved", "caller"),
        ([own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="JOINEMPTY"),
          own.OutcomeDecided(at=after(4), linkedid="1.1", outcome="callback")], "callback", "caller"),
        ([own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="FULL"),
          ev.QueueJoined(**ids(3.5), queue="r"), ev.QueueAbandoned(**ids(4), queue="r")], "abandoned", "caller"),
        ([ev.QueueJoined(**ids(2), queue="q"),
          own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="KEY")], "self_service", "caller"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("late", [False, True])
async def test_the_outcome_is_the_same_whether_told_before_or_after_the_end(
    database: Database, facts: list[object], outcome: str, hung_up_by: str, late: bool
) -> None:
    await write(database, created(0), opened(0.1), *([ended(5), *facts] if late else [*facts, ended(5)]))
    call = await story(database)
    assert call is not None
    assert (call.outcome, call.hung_up_by, call.ended_at) == (outcome, hung_up_by, after(5))


async def test_a_number_nobody_serves_is_a_failed_call(database: Database) -> None:
    await write(database, created(0, extension="999"), ended(0.1))
    call = await story(database)
    assert call is not None
    assert call.outcome == "failed"


async def test_a_queue_that_refuses_at_once_counts_as_a_visit(database: Database) -> None:
    await write(database, created(0), own.QueueReturned(at=after(3), linkedid="1.1", queue="q", status="JOINEMPTY"))
    call = await story(database)
    assert call is not None
    assert [(one.queue, one.outcome, one.joined_at) for one in call.visits] == [("q", "empty", after(3))]


async def test_a_queue_result_that_overtakes_the_joining_makes_no_second_visit(database: Database) -> None:
    await write(
        database, created(0), own.QueueReturned(at=after(30), linkedid="1.1", queue="q", status="TIMEOUT"),
        ev.QueueJoined(**ids(2), queue="q", position=4), ev.QueueLeft(**ids(29), queue="q"),
    )  # fmt: skip
    call = await story(database)
    assert call is not None
    assert [(one.outcome, one.joined_at, one.position) for one in call.visits] == [("timeout", after(2), 4)]


def agent_event(kind: type[ev.AgentEvent], seconds: float, **more: Any) -> ev.AgentEvent:
    return kind(**ids(seconds), queue="q", interface="PJSIP/6001", member="amy", dest_uniqueid="1.2", **more)


@pytest.mark.parametrize(("joined", "outcome"), [(False, "abandoned"), (True, "answered")])
async def test_who_hangs_up_before_being_joined_with_the_agent_has_abandoned(
    database: Database, joined: bool, outcome: str
) -> None:
    bridged = [ev.BridgeEntered(**ids(6, uniqueid="1.2"), bridge="b")] if joined else []
    await write(
        database, created(0), ev.QueueJoined(**ids(2), queue="q"), agent_event(ev.AgentCalled, 3),
        agent_event(ev.AgentConnected, 5), *bridged, agent_event(ev.AgentCompleted, 6.4, reason="caller", talk_s=0),
        ended(6.5, uniqueid="1.2"), ended(6.5),
    )  # fmt: skip
    call = await story(database)
    assert call is not None
    assert (call.outcome, call.visits[0].outcome, call.hung_up_by) == (outcome, outcome, "caller")
    assert (call.visits[0].connected_at is None) == (outcome == "abandoned")


async def test_a_phone_that_stops_ringing_without_a_word_was_cancelled(database: Database) -> None:
    await write(
        database, created(0), ev.QueueJoined(**ids(2), queue="q"), agent_event(ev.AgentCalled, 3),
        ended(4, uniqueid="1.2"), ev.QueueAbandoned(**ids(4.1), queue="q"), ended(4.2),
    )  # fmt: skip
    call = await story(database)
    assert call is not None
    (ring,) = call.visits[0].rings
    assert (ring.result, ring.started_at, ring.ended_at) == ("cancelled", after(3), after(4))


async def test_the_emergency_route_is_kept(database: Database) -> None:
    await write(database, created(0), ev.UserEvent(**ids(1), name="IvrRoute", fields={"Route": "emergency"}))
    call = await story(database)
    assert call is not None
    assert call.route == "emergency"


async def test_a_fact_that_cannot_be_told_costs_only_itself(database: Database) -> None:
    bad = step(2, detail_of=object())
    journal = await write(database, opened(0), step(1), bad, step(3, event="leave"), opened(0, "2.2"))
    call = await story(database)
    assert call is not None
    assert [one.event for one in call.steps] == ["enter", "leave"]
    assert await story(database, "2.2") is not None
    assert journal.stats.failed == 1


async def test_a_fact_the_database_refuses_costs_only_itself(database: Database) -> None:
    # A channel that is a leg of another call already, in a journal that does not know it yet.
    await write(database, created(0), created(0, "2.2"), ev.ChannelCreated(**ids(1, "1.1", "9.9")))
    journal = await write(database, ev.ChannelCreated(**ids(1, "2.2", "9.9")), step(2), step(2, "2.2"))
    one, two = await story(database), await story(database, "2.2")
    assert one is not None and two is not None
    assert {leg.uniqueid for call in (one, two) for leg in call.legs} == {"1.1", "2.2", "9.9"}
    assert (len(one.steps), len(two.steps)) == (1, 1)
    assert journal.stats.failed == 1


async def test_hostile_text_is_cut_to_size_and_cleaned(database: Database) -> None:
    await write(database, created(0, caller_number="5\x005\r\n" + "9" * 500), step(1, said="\ud800x"))
    call = await story(database)
    assert call is not None
    assert call.caller == "55" + "9" * 62
    assert call.steps[0].detail == {"said": "?x"}


async def test_a_full_queue_drops_and_counts_but_never_raises(database: Database) -> None:
    journal = Journal(database, CLOCK, capacity=10)
    journal.put(opened(0))
    for number in range(20):
        journal.put(step(number))
    assert journal.stats.dropped == 11
    async with journal:
        await journal.flush()
    call = await story(database)
    assert call is not None
    assert len(call.steps) == 9


class Moody(Database):
    """A database that refuses some times, as one does whose lock another process holds."""

    refusals = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        if self.refusals:
            self.refusals -= 1
            raise StorageError("database is locked")
        async with super().write() as session:
            yield session


async def test_a_database_that_refuses_for_a_while_loses_nothing(url: str) -> None:
    async with Moody(url) as database:
        database.refusals = 2
        journal = await write(database, opened(0), step(1))
        assert database.refusals == 0
        call = await story(database)
        assert call is not None
        assert len(call.steps) == 1
        assert journal.stats.failed == 0


async def test_a_database_that_refuses_for_good_is_given_up_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITE_TRIES", 1)
    async with Moody(url) as database:
        database.refusals = 1000
        async with Journal(database, CLOCK) as journal:
            journal.put(opened(0))
            await journal.flush()
            assert journal.stats.failed == 1
            database.refusals = 0
            journal.put(opened(1, "2.2"))
        assert await story(database, "2.2") is not None


async def test_close_writes_everything_out(database: Database) -> None:
    journal = Journal(database, CLOCK)
    journal.start()
    for number in range(1000):
        journal.put(created(number, f"{number}.0"))
    await journal.close()
    async with database.read() as session:
        assert len(await calls.list_calls(session, limit=2000)) == 1000
    assert journal.stats.waiting == 0
    with pytest.raises(StorageError, match="not running"):
        await journal.flush()


async def test_what_asterisk_lost_is_closed_as_interrupted_and_the_rest_goes_on(database: Database) -> None:
    async with Journal(database, CLOCK) as journal:
        for linkedid in ("1.1", "2.2", "3.3"):
            journal.put(created(0, linkedid))
        journal.put(ev.QueueJoined(**ids(10), queue="q"))
        journal.put(created(59.5, "4.4"))
        journal.put(ended(5, "3.3"))
        assert await journal.resync({"2.2"}, at=after(60)) == 1
        journal.put(ended(70, "2.2"))
        journal.put(ended(80, "1.1"))
    one, two, three, four = [await story(database, linkedid) for linkedid in ("1.1", "2.2", "3.3", "4.4")]
    assert one and two and three and four
    assert (one.outcome, one.ended_at, one.visits[0].outcome) == ("interrupted", after(10), "interrupted")
    assert (two.outcome, two.ended_at) == ("failed", after(70))
    assert (three.outcome, three.ended_at) == ("failed", after(5))
    assert (four.outcome, four.ended_at) == ("", None)


async def test_a_restored_connection_brings_its_own_resync(database: Database) -> None:
    alive = ChannelState(channel="PJSIP/c-2.2", uniqueid="2.2", linkedid="2.2")
    await write(
        database,
        created(0, "1.1"),
        created(0, "2.2"),
        ev.AgentCalled(**ids(5, "2.2"), queue="q", member="amy", dest_uniqueid="2.3"),
        ev.ConnectionLost(at=after(30)),
        ev.ConnectionRestored(at=after(61), snapshot=QueueSnapshot(at=after(60), channels=(alive,))),
        ended(90, "2.2"),
    )
    one, two = await story(database, "1.1"), await story(database, "2.2")
    assert one is not None and two is not None
    assert (one.outcome, one.ended_at) == ("interrupted", after(30))
    assert two.ended_at == after(90)
    assert {leg.uniqueid: leg.ended_at for leg in two.legs} == {"2.2": after(90), "2.3": after(30)}
    assert [ring.result for ring in two.visits[0].rings] == ["cancelled"]


async def test_an_end_that_was_put_in_gives_way_to_one_that_is_seen(database: Database) -> None:
    async with Journal(database, CLOCK) as journal:
        for fact in (created(0, "2.2"), ev.AgentCalled(**ids(5, "2.2"), queue="q", member="amy", dest_uniqueid="2.3")):
            journal.put(fact)
        await journal.resync({"2.2"}, at=after(60))
        journal.put(ended(61, "2.2", uniqueid="2.3"))
    two = await story(database, "2.2")
    assert two is not None
    assert {leg.uniqueid: leg.ended_at for leg in two.legs} == {"2.2": None, "2.3": after(61)}


async def test_several_journals_of_one_asterisk_tell_one_story(url: str) -> None:
    facts = [
        created(0), ev.QueueJoined(**ids(2), queue="q", position=1), agent_event(ev.AgentCalled, 3),
        agent_event(ev.AgentConnected, 5), ev.QueueLeft(**ids(5), queue="q"), ended(9, uniqueid="1.2"), ended(9),
    ]  # fmt: skip
    async with Database(url) as one, Database(url) as two:
        await asyncio.gather(write(one, *facts), write(two, *facts))
        call = await story(one)
    assert call is not None
    assert (len(call.legs), len(call.visits), len(call.visits[0].rings)) == (2, 1, 1)
    assert call.outcome == "answered"
