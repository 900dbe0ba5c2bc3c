"""``ivr agents state|login|logout|pause|unpause|outcome`` against a control socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.call.control import Route
from ivr.core.errors import TelephonyError
from ivr.core.settings import Settings
from ivr.storage import agents as rows
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import AgentState
from tests.unit.cli.test_pause import engine

LEE: dict[str, Any] = {
    "agent": "agent-lee",
    "name": "Lee",
    "logged_in": True,
    "queues": {"service": 2},
    "paused": True,
    "reason": "lunch",
    "reachable": False,
    "state": "talking",
    "since": "2026-03-02T01:02:03+00:00",
    "misses": 1,
    "wrapup_until": None,
}


def answers(asked: list[tuple[str, str, Mapping[str, Any]]], answer: Mapping[str, Any]) -> dict[str, Route]:
    """Routes that note what they are asked."""

    def route(verb: str) -> Route:
        async def note(agent: str, body: Mapping[str, Any]) -> dict[str, Any]:
            asked.append((verb, agent, body))
            return dict(answer)

        return note

    return {f"POST agents {verb}": route(verb) for verb in ("login", "logout", "pause", "unpause", "outcome")}


def test_acts_name_who_asks(ivr: Callable[..., Any], home: Path) -> None:
    asked: list[tuple[str, str, Mapping[str, Any]]] = []
    with engine(home, answers(asked, LEE)):
        result = ivr("agents", "login", "agent-lee", "--as", "wang", "--queue", "service")
        assert result.exit_code == 0
        assert "service" in result.stdout
        assert "phone is not there" in result.stdout
        assert ivr("agents", "pause", "agent-lee", "--as", "wang", "--reason", "lunch").exit_code == 0
        assert ivr("agents", "unpause", "agent-lee", "--as", "wang").exit_code == 0
        assert "still in: service" in ivr("agents", "logout", "agent-lee", "--as", "wang").stdout
        assert json.loads(ivr("agents", "outcome", "agent-lee", "solved", "--as", "wang", "--json").stdout) == LEE
    assert asked == [
        ("login", "agent-lee", {"queue": "service", "by": "wang"}),
        ("pause", "agent-lee", {"reason": "lunch", "by": "wang"}),
        ("unpause", "agent-lee", {"by": "wang"}),
        ("logout", "agent-lee", {"queue": "", "by": "wang"}),
        ("outcome", "agent-lee", {"outcome": "solved", "by": "wang"}),
    ]


def test_nobody_acts_without_a_name(ivr: Callable[..., Any], home: Path) -> None:
    asked: list[tuple[str, str, Mapping[str, Any]]] = []
    with engine(home, answers(asked, LEE)):
        assert ivr("agents", "login", "agent-lee").exit_code == 2
    assert asked == []


def test_states_are_a_table(ivr: Callable[..., Any], home: Path) -> None:
    async def state(agent: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return LEE if agent else {"agents": [LEE]}

    with engine(home, {"GET agents": state}):
        shown = ivr("agents", "state").stdout
        assert json.loads(ivr("agents", "state", "agent-lee", "--json").stdout) == LEE
    # The demo site is in Shanghai; he talks, and is paused after it.
    for part in ("agent-lee", "talking", "(paused)", "03-02", "09:02:03", "用餐", "service (2)", "gone"):
        assert part in shown, shown


def test_what_the_engine_refuses(ivr: Callable[..., Any], home: Path) -> None:
    async def refuse(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
        raise TelephonyError("Asterisk is away")

    with engine(home, {"POST agents login": refuse}):
        result = ivr("agents", "login", "agent-lee", "--as", "wang", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == "Asterisk is away"


def test_a_calls_story_says_what_its_agents_said(ivr: Callable[..., Any], home: Path) -> None:
    settings = Settings(home=home)
    upgrade(settings.database)
    now = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)

    async def write() -> None:
        async with Database(settings.database, settings.home / "audit.head") as database, database.write() as session:
            await calls.ensure(session, "c1", now)
            talk = AgentState(agent="agent-lee", state="talking", uniqueid="a1", linkedid="c1", began_at=now)
            await rows.set_outcome(session, talk, "follow-up", at=now, by="phone")

    asyncio.run(write())
    told = json.loads(ivr("calls", "show", "c1", "--json").stdout)
    assert told["agent_outcomes"] == [{"agent": "agent-lee", "outcome": "follow-up"}]
    assert "agent-lee says: follow-up" in ivr("calls", "show", "c1").stdout
