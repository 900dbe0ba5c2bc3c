"""Agents log in, pause and are put out: the desk asks Asterisk, the keeper writes what Asterisk then tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from ivr.agents import keeper
from ivr.agents.board import AgentBoard
from ivr.agents.desk import PHONE, AgentDesk, NoTalkError, NotLoggedInError, person
from ivr.agents.keeper import AgentNotice, StateKeeper
from ivr.ami import events as ev
from ivr.ami.errors import AmiNotConnected
from ivr.ami.snapshot import MemberState
from ivr.core.errors import StorageError, UsageError
from ivr.storage import agents as rows
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import AgentState
from tests.unit.agents.office import Exchange, agent_event, at, called, member, site, waiting


@dataclass
class Office:
    """Queues in memory, a real database, and the two that work between them."""

    exchange: Exchange
    database: Database
    board: AgentBoard
    desk: AgentDesk
    keeper: StateKeeper
    notices: list[AgentNotice]

    async def tell(self, *events: ev.AmiEvent) -> None:
        """The manager sends events; they are dealt with and written."""
        for event in events:
            await self.keeper.take(event)
        await self.keeper.write()

    async def catch_up(self) -> None:
        """Deal with the events of what the desk has done."""
        (heard,) = self.exchange.subscriptions
        while len(heard):
            await self.keeper.take(await anext(heard))
        await self.keeper.write()

    async def rows(self, state: str) -> Sequence[AgentState]:
        async with self.database.read() as session:
            return [one for one in await rows.between(session, at(-1000), at(10_000)) if one.state == state]


@pytest.fixture
async def office(database: Database) -> Office:
    exchange = Exchange()
    board = AgentBoard(site)
    desk = AgentDesk(site, exchange, database, exchange.clock)
    keeper = StateKeeper(exchange, database, board, desk, site, exchange.clock)
    notices: list[AgentNotice] = []
    keeper.notices.append(notices.append)
    exchange.events()
    await keeper.resync()
    return Office(exchange, database, board, desk, keeper, notices)


async def test_a_login_is_to_all_queues_with_the_penalties_of_his_skills(office: Office) -> None:
    standing = await office.desk.log_in("lee", by=PHONE)
    assert standing.queues == {"service": 0, "sales": 2}
    await office.catch_up()
    assert {(one.queue, one.by, one.ended_at) for one in await office.rows("logged_in")} == {
        ("service", "phone", None),
        ("sales", "phone", None),
    }
    await office.desk.log_in("lee", by=PHONE)  # once more changes nothing
    await office.catch_up()
    assert len(await office.rows("logged_in")) == 2


async def test_in_and_out_of_one_queue(office: Office) -> None:
    assert (await office.desk.toggle("lee", "sales", by=PHONE)).queues == {"sales": 2}
    assert (await office.desk.toggle("lee", "service", by=PHONE)).queues == {"sales": 2, "service": 0}
    assert (await office.desk.toggle("lee", "sales", by=PHONE)).queues == {"service": 0}
    assert (await office.desk.toggle("lee", by=PHONE)).queues == {}
    await office.catch_up()
    assert {one.ended_by for one in await office.rows("logged_in")} == {"phone"}
    with pytest.raises(UsageError, match="no queue 'sales' of kim"):
        await office.desk.log_in("kim", "sales", by=PHONE)
    with pytest.raises(UsageError, match="no agent 'wu'"):
        await office.desk.log_in("wu", by=PHONE)


async def test_on_an_asterisk_shared_with_others_their_queues_are_left_alone(office: Office) -> None:
    theirs = MemberState(queue="theirs", interface="PJSIP/6001", member="somebody", status=5)
    office.exchange.members["theirs", "PJSIP/6001"] = theirs
    await office.desk.log_in("lee", "service", by=PHONE)
    await office.desk.pause("lee", "lunch", by=PHONE)
    await office.desk.log_out("lee", by=PHONE)
    office.exchange.publish(ev.QueueMemberChanged(at=at(1), queue="theirs", interface="PJSIP/6001", status=5))
    await office.catch_up()
    office.exchange.clock.advance(600)
    await office.keeper.look()
    assert list(office.exchange.members.values()) == [theirs]
    assert office.notices == []


async def test_a_pause_has_a_reason_of_the_site(office: Office) -> None:
    with pytest.raises(NotLoggedInError):
        await office.desk.pause("lee", "lunch", by=PHONE)
    await office.desk.log_in("lee", "service", by=PHONE)
    with pytest.raises(UsageError, match="no pause reason 'nap'"):
        await office.desk.pause("lee", "nap", by=PHONE)
    standing = await office.desk.pause("lee", "lunch", by=PHONE)
    assert (standing.paused, standing.reason) == (True, "lunch")
    # Another queue does not end the pause.
    assert (await office.desk.log_in("lee", by=PHONE)).paused
    await office.catch_up()
    office.exchange.clock.advance(60)
    assert not (await office.desk.unpause("lee", by=PHONE)).paused
    await office.catch_up()
    (row,) = await office.rows("paused")
    assert (row.reason, row.by, row.ended_by, row.queue) == ("lunch", "phone", "phone", "")
    assert row.ended_at is not None
    assert (row.ended_at - row.began_at).total_seconds() == 60


async def test_what_a_person_does_to_an_agent_is_audited_first(office: Office) -> None:
    await office.desk.log_in("lee", by=person("wang"))
    await office.desk.pause("lee", "lunch", by=person("wang"))
    await office.desk.unpause("lee", by=person("wang"))
    await office.desk.log_out("lee", "sales", by=person("wang"))
    await office.catch_up()
    async with office.database.read() as session:
        acts = [(one.actor, one.action, one.object, one.detail) for one in await audit.list_rows(session)]
    assert acts[::-1] == [
        ("wang", "agent.log_in", "agent:lee", {}),
        ("wang", "agent.pause", "agent:lee", {"reason": "lunch"}),
        ("wang", "agent.unpause", "agent:lee", {}),
        ("wang", "agent.log_out", "agent:lee", {"queue": "sales"}),
    ]
    assert {one.by for one in await office.rows("paused")} == {"api:wang"}
    office.exchange.connected = False
    with pytest.raises(AmiNotConnected):
        await office.desk.log_in("kim", by=person("wang"))
    async with office.database.read() as session:
        assert (await audit.list_rows(session))[0].object == "agent:kim"  # the attempt is there, too


async def test_what_asterisk_did_unasked_is_written_as_such(office: Office) -> None:
    await office.exchange.queue_add("service", "PJSIP/6001", "lee")
    await office.catch_up()
    assert [one.by for one in await office.rows("logged_in")] == ["asterisk"]


async def test_a_name_cannot_pass_for_the_line_itself(office: Office) -> None:
    await office.desk.log_in("lee", by=person("phone"))
    await office.catch_up()
    assert {one.by for one in await office.rows("logged_in")} == {"api:phone"}


async def test_who_misses_calls_is_paused_once_and_told_of(office: Office) -> None:
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    await office.tell(called(10), agent_event(ev.AgentRingNoAnswer, 15))
    await office.keeper.look()
    assert office.notices == []
    await office.tell(called(20), agent_event(ev.AgentRingNoAnswer, 25))
    await office.keeper.look()
    await office.keeper.look()
    await office.catch_up()
    assert [(one.kind, one.agent, one.count) for one in office.notices] == [("misses", "lee", 2)]
    (row,) = await office.rows("paused")
    assert (row.reason, row.by) == ("no-answer", "misses")
    office.exchange.clock.advance(60)
    await office.desk.unpause("lee", by=PHONE)
    await office.catch_up()
    await office.keeper.look()
    assert len(office.notices) == 1  # he begins anew


async def test_a_phone_gone_for_longer_than_the_grace_is_logged_out(office: Office) -> None:
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    office.exchange.lose("PJSIP/6001")
    await office.catch_up()
    office.exchange.clock.advance(29)
    await office.keeper.look()
    assert (await office.desk.standing("lee")).logged_in
    office.exchange.clock.advance(1)
    await office.keeper.look()
    await office.catch_up()
    assert not (await office.desk.standing("lee")).logged_in
    assert {one.ended_by for one in await office.rows("logged_in")} == {"gone"}
    assert [(one.kind, one.count) for one in office.notices] == [("gone", 30)]


async def test_a_phone_found_gone_has_time_to_register_anew(office: Office) -> None:
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    office.exchange.lose("PJSIP/6001")
    (heard,) = office.exchange.subscriptions
    while len(heard):
        await anext(heard)  # Asterisk has started anew: nobody heard of it
    await office.keeper.resync()
    office.exchange.clock.advance(149)
    await office.keeper.resync()  # does not spare it once more
    await office.keeper.look()
    assert office.notices == []
    office.exchange.clock.advance(1)
    await office.keeper.look()
    assert [(one.kind, one.count) for one in office.notices] == [("gone", 150)]


async def test_what_asterisk_refuses_is_tried_again_later(office: Office) -> None:
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    office.exchange.lose("PJSIP/6001")
    await office.catch_up()
    office.exchange.clock.advance(40)
    office.exchange.connected = False
    await office.keeper.look()
    office.exchange.connected = True
    office.exchange.clock.advance(5)
    await office.keeper.look()
    assert office.notices == []
    office.exchange.clock.advance(5)
    await office.keeper.look()
    assert len(office.notices) == 1


async def test_one_bad_listener_spoils_nothing(office: Office) -> None:
    def broken(_: AgentNotice) -> None:
        raise RuntimeError("no")

    office.keeper.notices.insert(0, broken)
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    await office.tell(*(agent_event(ev.AgentRingNoAnswer, seconds) for seconds in (5, 15)))
    await office.keeper.look()
    assert len(office.notices) == 1


async def test_the_outcome_of_the_last_talk(office: Office) -> None:
    with pytest.raises(NoTalkError):
        await office.desk.set_outcome("lee", "solved", by=PHONE)
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    await office.tell(called(10), agent_event(ev.AgentConnected, 13), agent_event(ev.AgentCompleted, 40))
    office.exchange.clock.advance(60)
    with pytest.raises(UsageError, match="no outcome 'won'"):
        await office.desk.set_outcome("lee", "won", by=PHONE)
    await office.desk.set_outcome("lee", "solved", by=PHONE)
    await office.desk.set_outcome("lee", "complaint", by=person("wang"))  # the last word counts
    async with office.database.read() as session:
        (outcome,) = await rows.outcomes_of(session, "c1")
        (act,) = await audit.list_rows(session)
    assert (outcome.agent, outcome.outcome, outcome.by, outcome.queue) == ("lee", "complaint", "api:wang", "service")
    assert (act.action, act.detail) == ("agent.outcome", {"outcome": "complaint", "linkedid": "c1"})
    office.exchange.clock.advance(3600)
    with pytest.raises(NoTalkError):
        await office.desk.set_outcome("lee", "solved", by=PHONE)


async def test_callers_waiting_are_those_of_his_own_queues(office: Office) -> None:
    office.exchange.waiting = [*waiting("service", 3), *waiting("sales", 2)]
    assert await office.desk.waiting("lee") == 5
    assert await office.desk.waiting("kim") == 3


async def test_an_engine_that_begins_anew_ends_what_ended_meanwhile(office: Office) -> None:
    await office.desk.log_in("lee", by=PHONE)
    await office.catch_up()
    await office.tell(agent_event(ev.AgentConnected, 13))
    del office.exchange.members["sales", "PJSIP/6001"]
    office.exchange.clock.advance(100)
    board = AgentBoard(site)
    desk = AgentDesk(site, office.exchange, office.database, office.exchange.clock)
    again = StateKeeper(office.exchange, office.database, board, desk, site, office.exchange.clock)
    await again.resync()
    await again.write()
    found = {one.queue: (one.ended_at, one.exact) for one in await office.rows("logged_in")}
    assert found == {"service": (None, True), "sales": (at(100), False)}
    (talk,) = await office.rows("talking")
    assert (talk.ended_at, talk.exact) == (at(100), False)
    await again.resync()
    await again.write()
    assert len(await office.rows("logged_in")) == 2


async def test_two_engines_write_one_row(office: Office) -> None:
    desk = AgentDesk(site, office.exchange, office.database, office.exchange.clock)
    other = StateKeeper(office.exchange, office.database, AgentBoard(site), desk, site, office.exchange.clock)
    await other.resync()
    event = ev.QueueMemberChanged(at=at(5), queue="service", interface="PJSIP/6001", member="lee", status=1)
    await other.take(event)
    await other.write()
    office.desk.intents.expect("lee", "logged_in", True, PHONE)
    await office.tell(event)
    assert [(one.by, one.began_at) for one in await office.rows("logged_in")] == [("phone", at(5))]


async def test_penalties_of_yesterdays_skills_are_put_right(office: Office) -> None:
    office.exchange.members["sales", "PJSIP/6001"] = MemberState(
        queue="sales", interface="PJSIP/6001", member="lee", penalty=4, status=1
    )
    await office.keeper.resync()
    assert office.exchange.asked == [("penalty", "PJSIP/6001", 2, "sales")]


async def test_a_database_that_is_away_costs_no_state(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Database.write

    @asynccontextmanager
    async def away(self: Database) -> AsyncIterator[object]:
        raise StorageError("away")
        yield

    await office.desk.log_in("lee", "service", by=PHONE)
    monkeypatch.setattr(Database, "write", away)
    await office.catch_up()
    assert await office.rows("logged_in") == []
    monkeypatch.setattr(Database, "write", whole)
    await office.keeper.write()
    assert len(await office.rows("logged_in")) == 1


async def test_the_keeper_runs_from_the_first_event_to_the_last(office: Office) -> None:
    running = asyncio.create_task(office.keeper.run())
    while len(office.exchange.subscriptions) < 2:
        await asyncio.sleep(0)
    office.exchange.publish(ev.EventsLost(at=at(0), count=3))
    async with asyncio.timeout(10):
        while not office.keeper.begun:
            await asyncio.sleep(0.01)
        await office.desk.log_in("lee", "service", by=PHONE)
        while not await office.rows("logged_in"):
            await asyncio.sleep(0.01)
    office.exchange.subscriptions[1].close()
    await asyncio.wait_for(running, 10)


async def test_the_board_does_not_wait_for_the_database_and_what_is_left_is_written_at_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, busy = Database.write, asyncio.Event()

    @asynccontextmanager
    async def slow(self: Database) -> AsyncIterator[object]:
        await busy.wait()
        async with whole(self) as session:
            yield session

    changed: list[bool] = []
    office.keeper.changed.append(lambda: changed.append(True))
    running = asyncio.create_task(office.keeper.run())
    monkeypatch.setattr(Database, "write", slow)
    async with asyncio.timeout(10):
        while len(office.exchange.subscriptions) < 2:
            await asyncio.sleep(0)
        office.exchange.publish(ev.EventsLost(at=at(0), count=3))
        while not changed:
            await asyncio.sleep(0.01)
        for seconds in (0, 1):
            told = len(changed)
            office.exchange.publish(member(seconds, queue=("service", "sales")[seconds]))
            while len(changed) == told:
                await asyncio.sleep(0.01)
        assert sorted(office.board["lee"].queues) == ["sales", "service"]
        assert await office.rows("logged_in") == []
        running.cancel()
        busy.set()
        await asyncio.wait({running})
    assert running.cancelled()
    assert len(await office.rows("logged_in")) == 2


async def test_many_changes_are_written_in_several_short_transactions(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "AT_ONCE", 3)
    lengths: list[int] = []
    begin = rows.begin

    @asynccontextmanager
    async def counted(write: Callable[[], AbstractAsyncContextManager[rows.Session]]) -> AsyncIterator[rows.Session]:
        lengths.append(0)
        async with write() as session:
            yield session

    async def counting(session: rows.Session, row: AgentState) -> None:
        lengths[-1] += 1
        await begin(session, row)

    monkeypatch.setattr(office.database, "write", partial(counted, office.database.write))
    monkeypatch.setattr(rows, "begin", counting)
    await office.tell(
        *(
            member(number, queue, interface=f"PJSIP/70{number:02d}", member=f"m{number}")
            for number, queue in enumerate(["service", "sales"] * 4)
        )
    )
    assert lengths == [3, 3, 2]
    assert len(await office.rows("logged_in")) == 8
