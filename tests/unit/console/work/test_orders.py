"""Work orders and call notes: who may do what, every way through the states, due times in the site's zone."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ivr.console.api.base import status_of
from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.services import call_notes, work_orders
from ivr.console.services.casework import cursor, cursor_of, due_of
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.storage.database import Database
from ivr.storage.models import WorkOrder
from ivr.storage.work import Session
from recording.casework import orders as work
from recording.casework.states import ORDER
from tests.unit.console.work.conftest import AGENT_CHEN, AGENT_LEE, ANN, BOSS, LEE, START, actions
from tests.unit.reports.month import Month

Later = Callable[..., datetime]
SOON = START + timedelta(days=1)


async def test_an_agent_opens_one_about_his_call_and_its_owner_does_it(
    console: Console, month: Month, later: Later
) -> None:
    call = month.of(LEE)[0]
    found = await work_orders.open_order(
        console, AGENT_LEE, "invoice missing", owner="boss", due_at=SOON, text="call back", call=call
    )
    assert found.actions == ("hand_on", "postpone", "note", "cancel")
    assert [one.id for one in (await work_orders.list_orders(console, BOSS, which="mine")).orders] == [found.id]
    await work_orders.begin(console, BOSS, found.id)
    later(days=2)
    listed = (await work_orders.list_orders(console, AGENT_LEE, call=call)).orders
    assert [(one.id, one.overdue) for one in listed] == [(found.id, True)]
    done = await work_orders.finish(console, BOSS, found.id, "sent again")
    assert (done.state, done.overdue, done.result) == ("done", False, "sent again")
    again = await work_orders.reopen(
        console, AGENT_LEE, found.id, console.clock.now() + timedelta(days=1), "not arrived"
    )
    assert (again.state, again.closed_at) == ("open", None)
    told = [one.action for one in again.steps]
    assert told == ["open", "begin", "finish", "reopen"]
    assert await actions(console, "order.") == [f"order.{one}" for one in told]


async def test_what_its_state_does_not_allow_is_a_conflict(console: Console) -> None:
    found = await work_orders.open_order(console, BOSS, "invoice", owner="boss", due_at=SOON)
    with pytest.raises(UsageError, match="not possible to reopen") as refused:
        await work_orders.reopen(console, BOSS, found.id, SOON, "again")
    assert status_of(refused.value) == 409
    with pytest.raises(UsageError) as unfit:
        await work_orders.add_note(console, BOSS, found.id, " ")
    assert status_of(unfit.value) == 422


async def test_others_see_and_touch_nothing_of_it(console: Console, month: Month) -> None:
    found = await work_orders.open_order(console, AGENT_LEE, "invoice", owner="boss", due_at=SOON)
    for call in (
        work_orders.show(console, AGENT_CHEN, found.id),
        work_orders.finish(console, AGENT_CHEN, found.id, "done"),
        work_orders.show(console, AGENT_CHEN, 4711),
        work_orders.open_order(console, AGENT_CHEN, "x", owner="boss", due_at=SOON, call=month.of(LEE)[0]),
        work_orders.open_order(console, AGENT_CHEN, "x", owner="nobody", due_at=SOON),
    ):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(Forbidden):
        await work_orders.finish(console, AGENT_LEE, found.id, "done")  # the owner's to do
    assert not (await work_orders.list_orders(console, AGENT_CHEN)).orders


async def test_who_hands_on_what_he_owns_may_lose_sight_of_it(console: Console) -> None:
    found = await work_orders.open_order(console, BOSS, "invoice", owner="lee", due_at=SOON)
    await work_orders.begin(console, AGENT_LEE, found.id)
    handed = await work_orders.hand_on(console, AGENT_LEE, found.id, "chen", "he knows")
    assert (handed.owner, handed.state) == ("chen", "open")
    with pytest.raises(NotFound):
        await work_orders.show(console, AGENT_LEE, found.id)
    assert (await work_orders.show(console, AGENT_CHEN, found.id)).steps[-1].text == "chen: he knows"


async def test_the_list_goes_on_where_the_page_before_ended(console: Console) -> None:
    made = [
        (
            await work_orders.open_order(
                console, BOSS, f"no. {at}", owner="boss", due_at=SOON + timedelta(hours=at % 3)
            )
        ).id
        for at in range(7)
    ]
    seen: list[int] = []
    after = ""
    while True:
        page = await work_orders.list_orders(console, BOSS, after=after, limit=3)
        seen += [one.id for one in page.orders]
        after = page.next
        if not after:
            break
    assert sorted(seen) == sorted(made) and len(seen) == len(set(seen))
    assert seen == [one for part in range(3) for one in made[part::3]]
    with pytest.raises(UsageError):
        await work_orders.list_orders(console, BOSS, after="'; drop table")


@pytest.mark.parametrize("seed", range(4))
async def test_any_way_through_the_states_leaves_a_whole_history(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    clock = FixedClock(START)
    async with database.write() as session:
        found = await work.open_order(session, "x", owner="boss", due_at=SOON, by="ann", now=clock.now())
        state, steps = "open", 1
        for _ in range(12):
            clock.advance(3600)
            name = chance.choice(sorted({action for _, action in ORDER.steps}))
            after = ORDER.steps.get((state, name))
            if after is None:
                with pytest.raises(UsageError):
                    await doing(session, name, found.id, clock.now())
                continue
            await doing(session, name, found.id, clock.now())
            state, steps = after, steps + 1
            found = await work.held(session, found.id)
            assert (found.state, len(found.steps), found.steps[-1].state) == (state, steps, state)
            assert (found.closed_at is not None) == (state in {"done", "cancelled"})
            assert work.overdue(found, found.due_at + timedelta(seconds=1)) == (state in {"open", "doing"})


async def doing(session: Session, name: str, number: int, now: datetime) -> WorkOrder:
    """Do what ``name`` says."""
    match name:
        case "begin":
            return await work.begin(session, number, by="boss", now=now)
        case "hand_on":
            return await work.hand_on(session, number, "ann", by="boss", now=now)
        case "postpone":
            return await work.postpone(session, number, now + timedelta(days=1), by="boss", now=now, reason="late")
        case "note":
            return await work.add_note(session, number, "half", by="boss", now=now)
        case "finish":
            return await work.finish(session, number, "done", by="boss", now=now)
        case "cancel":
            return await work.cancel(session, number, "no", by="boss", now=now)
        case "reopen":
            return await work.reopen(session, number, now + timedelta(days=1), by="boss", now=now, reason="again")
    raise AssertionError(name)


async def test_a_due_time_that_is_past_is_refused_and_nothing_is_written(console: Console) -> None:
    with pytest.raises(UsageError):
        await work_orders.open_order(console, BOSS, "x", owner="boss", due_at=START)
    assert not await actions(console, "order.")


async def test_call_notes_are_added_and_seen_by_who_may_see_the_call(console: Console, month: Month) -> None:
    call = month.of(LEE)[0]
    await call_notes.write(console, AGENT_LEE, call, "no invoice", solution="sent\nagain", opinion="<b>fine</b>")
    await call_notes.write(console, ANN, call, "still none", solved=False)
    found = await call_notes.of_call(console, AGENT_LEE, call)
    assert [(one.by, one.problem, one.solution, one.opinion, one.solved) for one in found] == [
        ("ann", "still none", "", "", False),
        ("lee", "no invoice", "sent\nagain", "<b>fine</b>", None),
    ]
    with pytest.raises(NotFound):
        await call_notes.of_call(console, AGENT_CHEN, call)
    with pytest.raises(NotFound):
        await call_notes.write(console, AGENT_CHEN, call, "x")
    assert await actions(console, "call_note.") == ["call_note.write"] * 2


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-08", datetime(2026, 11, 8, 15, 59, 59, tzinfo=UTC)),
        ("2026-11-08T17:30", datetime(2026, 11, 8, 9, 30, tzinfo=UTC)),
        ("2026-11-08T17:30+00:00", datetime(2026, 11, 8, 17, 30, tzinfo=UTC)),
    ],
)
def test_due_times_are_told_in_the_zone_of_the_site(text: str, utc: datetime) -> None:
    assert due_of(text, ZoneInfo("Asia/Shanghai")) == utc


def test_the_end_of_a_day_on_which_clocks_change_is_its_last_second() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert due_of("2026-03-29", berlin).astimezone(berlin).isoformat() == "2026-03-29T23:59:59+02:00"


@pytest.mark.parametrize("text", ["", "tomorrow", "0001-01-01", "9999-12-31", "2026-13-01", "2026-11-08T99:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        due_of(text, UTC)


@given(some.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)), some.integers(1, 2**29))
def test_where_a_page_ends_is_read_back(at: datetime, row: int) -> None:
    moment = at.replace(tzinfo=UTC)
    assert cursor_of(cursor(moment, row)) == (moment, row)


@given(some.text(max_size=40))
def test_anything_else_is_refused_as_a_mistake(text: str) -> None:
    try:
        found = cursor_of(text)
    except UsageError:
        return
    assert (found is None) == (not text)
