from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ivr.storage import alerts, tidying
from ivr.storage.database import Database
from ivr.storage.models import AgentState, AlertRow

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def agent_state(seconds: float, *, over: bool = True) -> AgentState:
    """Began an hour and so long before NOW; is over so long before NOW."""
    begun = NOW - timedelta(seconds=seconds + 3600)
    return AgentState(
        agent="lee", state="paused", began_at=begun, ended_at=begun + timedelta(hours=1) if over else None
    )


async def test_so_many_at_a_time_the_oldest_first_and_not_what_ends_just_then(database: Database) -> None:
    async with database.write() as session:
        session.add_all([agent_state(second) for second in (3, 2, 1, 0, -1)] + [agent_state(99, over=False)])
    async with database.write() as session:
        assert await tidying.count(session, tidying.STATES, NOW) == 3
        counts = [await tidying.forget(session, tidying.STATES, NOW, 2) for _ in range(3)]
    assert counts == [2, 1, 0]
    async with database.read() as session:
        assert await tidying.count(session, tidying.STATES, NOW + timedelta(days=9)) == 2


@pytest.mark.parametrize("state", ["raised", "cleared"])
async def test_who_heard_of_it_later_is_added_to_those_who_did_before(database: Database, state: str) -> None:
    over = NOW + timedelta(seconds=5)
    async with database.write() as session:
        row = {"rule": "slow", "kind": "longest-wait", "subject": "service", "value": 91.0, "threshold": 90.0}
        await alerts.begin(session, AlertRow(**row, began_at=NOW, told={"raised": {"log": "told"}}))
    async with database.write() as session:
        assert await alerts.end(session, "slow", "service", over, 0.0, {"log": "told"}) == 1
        assert await alerts.end(session, "slow", "service", over, 0.0, {"log": "told"}) == 0
    async with database.write() as session:
        at = over if state == "cleared" else NOW
        assert await alerts.tell(session, "slow", "service", state, at, {"webhook there": "told"})
        assert not await alerts.tell(session, "slow", "sales", state, at, {"webhook there": "told"})
    async with database.read() as session:
        (found,) = await alerts.newest(session)
        assert found.told[state] == {"log": "told", "webhook there": "told"}
        assert set(found.told) == {"raised", "cleared"}
        assert await alerts.going_on(session) == []
