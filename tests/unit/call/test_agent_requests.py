"""What the control socket is asked about agents."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk
from ivr.ami import events as ev
from ivr.call.agent_requests import agent_routes
from ivr.call.control import Route
from ivr.core.errors import UsageError
from ivr.storage import audit
from ivr.storage.database import Database
from tests.unit.agents.office import Exchange, agent_event, member, site


@pytest.fixture
def board() -> AgentBoard:
    return AgentBoard(site)


@pytest.fixture
def routes(board: AgentBoard, database: Database) -> dict[str, Route]:
    exchange = Exchange()
    exchange.clock.advance(20)
    return agent_routes(site, AgentDesk(site, exchange, database, exchange.clock), board, exchange.clock)


async def test_acts_are_answered_by_how_he_stands(routes: dict[str, Route], database: Database) -> None:
    answer = await routes["POST agents login"]("lee", {"by": "wang"})
    assert answer == {
        "agent": "lee",
        "logged_in": True,
        "queues": {"service": 0, "sales": 2},
        "paused": False,
        "reason": "",
        "reachable": True,
    }
    assert (await routes["POST agents pause"]("lee", {"by": "wang", "reason": "lunch"}))["reason"] == "lunch"
    assert (await routes["POST agents unpause"]("lee", {"by": "wang"}))["paused"] is False
    assert (await routes["POST agents logout"]("lee", {"by": "wang", "queue": "sales"}))["queues"] == {"service": 0}
    async with database.read() as session:
        assert {one.actor for one in await audit.list_rows(session)} == {"wang"}


@pytest.mark.parametrize("body", [{}, {"by": ""}, {"by": "\n"}, {"by": 7}, {"by": "wang", "queue": ["service"]}])
async def test_nobody_acts_without_a_name(routes: dict[str, Route], database: Database, body: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await routes["POST agents login"]("lee", body)
    async with database.read() as session:
        assert await audit.list_rows(session) == []


async def test_states_of_all_and_of_one(routes: dict[str, Route], board: AgentBoard) -> None:
    await routes["POST agents login"]("lee", {"by": "wang"})
    for event in (member(0), agent_event(ev.AgentConnected, 5), agent_event(ev.AgentCompleted, 15)):
        board.tell(event)
    one = await routes["GET agents"]("lee", {})
    assert (one["state"], one["since"]) == ("wrapup", "2026-03-02T09:00:15+00:00")
    assert one["wrapup_until"] == "2026-03-02T09:00:25+00:00"
    found = (await routes["GET agents"]("", {}))["agents"]
    assert [(each["agent"], each["name"], each["state"]) for each in found] == [
        ("kim", "Kim", "logged_out"),
        ("lee", "Lee", "wrapup"),
    ]


async def test_an_unknown_outcome_names_those_there_are(routes: dict[str, Route]) -> None:
    with pytest.raises(UsageError) as caught:
        await routes["POST agents outcome"]("lee", {"by": "wang", "outcome": "won"})
    assert "solved" in caught.value.cure
