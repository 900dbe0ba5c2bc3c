"""Complaints: who may do what, the 48 h clock, every way through the states, what is left behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services import complaints
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.storage.database import Database
from ivr.storage.models import Complaint, Recording
from ivr.storage.work import Session
from ivr.storage.work import complaints as rows
from recording.casework import complaints as work
from recording.casework.states import COMPLAINT
from tests.unit.console.work.conftest import (
    AGENT_CHEN,
    AGENT_LEE,
    ANN,
    BOSS,
    LEE,
    LEE_AS_LEAD,
    actions,
)
from tests.unit.reports.month import Month

Later = Callable[..., datetime]


async def test_the_whole_way_from_registration_to_feedback(console: Console, month: Month, later: Later) -> None:
    call = month.of(LEE)[0]
    found = await complaints.register(
        console, AGENT_CHEN, "waited an hour, then was brushed off", contact="caller@example.org"
    )
    assert (found.state, found.hours_left, found.overdue, found.in_time) == ("registered", 48.0, False, None)
    assert found.call is None and call
    later(hours=1)
    found = await complaints.investigate(console, ANN, found.id, findings="the queue was closed too late")
    assert (found.state, found.owner) == ("investigating", "ann")
    found = await complaints.answer(console, ANN, found.id, "We are sorry.", cause="waiting")
    assert (found.state, found.in_time, found.hours_left) == ("answered", True, None)
    later(hours=5)
    found = await complaints.follow_up(console, ANN, found.id, content=False, text="wants his money back")
    assert (found.state, found.hours_left) == ("investigating", 48.0)
    later(hours=49)
    found = (await complaints.list_complaints(console, BOSS)).complaints[0]
    assert found.overdue and found.in_time, "the first answer was in time, the second is late"
    found = await complaints.answer(console, BOSS, found.id, "It is refunded.", cause="process")
    found = await complaints.follow_up(console, BOSS, found.id, content=True)
    assert found.state == "content" and found.closed_at is not None
    waiting = await complaints.list_complaints(console, BOSS, which="feed_back")
    assert [one.id for one in waiting.complaints] == [found.id]
    found = await complaints.feed_back(console, BOSS, found.id, "team sales", "close the queue in time")
    assert found.feedback_to == "team sales"
    assert not (await complaints.list_complaints(console, BOSS, which="feed_back")).complaints
    told = [one.action for one in found.steps]
    assert told == [
        "register", "investigate", "answer", "not_content", "answer", "content", "feed_back",
    ]  # fmt: skip
    assert await actions(console, "complaint.") == [f"complaint.{one}" for one in told]


async def test_48_hours_pass_as_hours_also_when_clocks_change(database: Database) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    registered = datetime(2026, 3, 28, 12, 0, tzinfo=berlin)  # the night after, clocks go forward
    async with database.write() as session:
        found = await work.register(session, "rude", by="ann", now=registered.astimezone(UTC))
    assert found.due_at.astimezone(berlin) == datetime(2026, 3, 30, 13, 0, tzinfo=berlin)
    assert not work.overdue(found, found.due_at)
    assert work.overdue(found, found.due_at + timedelta(seconds=1))


async def test_the_agent_gives_his_account_and_deals_with_nothing_about_himself(console: Console, month: Month) -> None:
    call = month.of(LEE)[0]
    found = await complaints.register(console, BOSS, "was rude", call=call, agent=LEE)
    assert [one.id for one in await complaints.to_account_for(console, AGENT_LEE)] == [found.id]
    with pytest.raises(Forbidden):
        await complaints.investigate(console, AGENT_LEE, found.id)
    for himself in (LEE_AS_LEAD,):
        with pytest.raises(Forbidden):
            await complaints.investigate(console, himself, found.id)
        assert (await complaints.show(console, himself, found.id)).actions == ("account",)
    for himself_too in ("lee", "lee-lead"):
        with pytest.raises(UsageError):
            await complaints.investigate(console, BOSS, found.id, owner=himself_too)
    with pytest.raises(NotFound):
        await complaints.investigate(console, BOSS, found.id, owner="nobody")
    with pytest.raises(Forbidden):
        await complaints.give_account(console, BOSS, found.id, "he said")
    with pytest.raises(NotFound):
        await complaints.show(console, AGENT_CHEN, found.id)
    told = await complaints.give_account(console, AGENT_LEE, found.id, "the line was bad")
    assert (told.account, told.state) == ("the line was bad", "registered")
    assert not await complaints.to_account_for(console, AGENT_LEE)
    assert [one.id for one in (await complaints.list_complaints(console, AGENT_LEE)).complaints] == [found.id]
    assert not (await complaints.list_complaints(console, AGENT_CHEN)).complaints


async def test_who_is_complained_of_talked_in_that_call_which_one_may_see(console: Console, month: Month) -> None:
    call = month.of(LEE)[0]
    with pytest.raises(NotFound):
        await complaints.register(console, BOSS, "was rude", call=call, agent="agent-wang")
    with pytest.raises(NotFound):
        await complaints.register(console, AGENT_CHEN, "was rude", call=call)
    with pytest.raises(NotFound):
        await complaints.register(console, BOSS, "was rude", call=99_999)


async def test_where_the_answer_goes_is_seen_by_who_deals_with_it_only(console: Console) -> None:
    found = await complaints.register(console, BOSS, "late", contact="13800138000")
    assert found.contact == "13800138000"
    assert (await complaints.show(console, ANN, found.id)).contact == "•••"
    assert (await complaints.investigate(console, ANN, found.id)).contact == "13800138000"


async def test_without_the_permission_there_is_nothing(console: Console) -> None:
    token = Person(1, "boss", "boss", BOSS.role, scopes=frozenset({Permission.CALLS_ALL}))
    with pytest.raises(Forbidden):
        await complaints.list_complaints(console, token)
    with pytest.raises(Forbidden):
        await complaints.register(console, token, "late")


async def test_deleting_the_recordings_blanks_where_the_answer_went_once_it_is_over(
    console: Console, month: Month, database: Database
) -> None:
    call = month.of(LEE)[0]
    found = await complaints.register(console, BOSS, "late", call=call, contact="13800138000")
    async with database.write() as session:
        session.add(Recording(call_id=call, linkedid="x", uniqueid="x", role="caller", file="x.wav", state="deleted"))
        await session.flush()
        assert await rows.forget_contact(session, call) == 0, "an answer is still owed"
    await complaints.investigate(console, BOSS, found.id)
    await complaints.answer(console, BOSS, found.id, "sorry", cause="other")
    assert (await complaints.show(console, BOSS, found.id)).contact == "13800138000"
    closed = await complaints.close(console, BOSS, found.id, "cannot be reached")
    assert (closed.contact, closed.call, closed.text) == ("", call, "late")


@pytest.mark.parametrize("seed", range(6))
async def test_any_way_through_the_states_leaves_a_whole_history(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    clock = FixedClock(datetime(2026, 11, 1, tzinfo=UTC))
    async with database.write() as session:
        found = await work.register(session, "late", by="boss", now=clock.now(), agent=LEE)
        state, tried = found.state, 1
        for _ in range(14):
            clock.advance(chance.uniform(60, 30 * 3600))
            name = chance.choice(sorted({action for _, action in COMPLAINT.steps}))
            now, due_before = clock.now(), found.due_at
            after = COMPLAINT.steps.get((state, name))
            if after is None:
                with pytest.raises(UsageError):
                    await doing(session, name, found.id, now)
                continue
            await doing(session, name, found.id, now)
            tried += 1
            state = after
            found = await work.held(session, found.id)
            assert found.state == state
            assert len(found.steps) == tried and found.steps[-1].state == state
            assert (found.closed_at is not None) == (state in rows.OVER)
            assert (found.first_answered_at is not None) == any(one.action == "answer" for one in found.steps)
            assert found.due_at == (now + work.ANSWER_WITHIN if name == "not_content" else due_before)


async def doing(session: Session, name: str, number: int, now: datetime) -> Complaint:
    """Do what ``name`` says."""
    match name:
        case "investigate":
            return await work.investigate(session, number, by="ann", now=now)
        case "account":
            return await work.give_account(session, number, "no", by=LEE, now=now)
        case "answer":
            return await work.answer(session, number, "sorry", cause="other", by="ann", now=now)
        case "content" | "not_content":
            return await work.follow_up(session, number, content=name == "content", by="ann", now=now, text="he says")
        case "close":
            return await work.close(session, number, "gone", by="ann", now=now)
        case "withdraw":
            return await work.withdraw(session, number, "no", by="ann", now=now)
        case "feed_back":
            return await work.feed_back(session, number, "all", "learn", by="ann", now=now)
    raise AssertionError(name)
