"""Business hours in the console: how they stand, and switched by hand with and without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from ivr.call.hours_desk import HoursDesk
from ivr.call.hours_requests import hours_routes
from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Role
from ivr.console.services import hours
from ivr.core.errors import UsageError
from ivr.core.language import spoken
from ivr.storage import audit
from tests.unit.console.house.conftest import NOW, person


async def test_how_they_stand_and_why(console: Console) -> None:
    for role in Role:
        found = {one.name: one for one in await hours.all_hours(console, person(role))}
        assert (found["service"].state, found["night"].state) == ("open", "closed")
    with spoken("zh"):
        assert (await hours.all_hours(console, person(Role.AGENT)))[0].state_text == "营业"


async def test_switched_without_an_engine_it_is_a_row_and_audited(console: Console) -> None:
    lead = person(Role.SUPERVISOR, "kim")
    told = await hours.switch(console, lead, "service", "closed", until=NOW + timedelta(hours=2))
    assert (told.state, told.why) == ("closed", "switched")
    assert told.switched is not None
    assert (told.switched.by, told.switched.until) == ("kim", NOW + timedelta(hours=2))
    back = await hours.switch(console, person(Role.ADMIN, "root"), "service", "auto")
    assert (back.state, back.switched) == ("open", None)
    past = await hours.past(console, lead, "service")
    assert [(one.position, one.by, one.ended_by) for one in past] == [("closed", "kim", "root")]
    async with console.database.read() as session:
        rows = await audit.list_rows(session)
    assert [(row.actor, row.action, row.object) for row in rows] == [
        ("root", "hours.auto", "hours:service"),
        ("kim", "hours.close", "hours:service"),
    ]


async def test_an_engine_that_runs_is_asked(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    routes = hours_routes(HoursDesk(console.site, console.database, console.clock))

    async def ask(path: str, body: Mapping[str, Any], *, method: str = "POST") -> dict[str, Any]:
        asked.append((path, body))
        _, noun, name, verb = path.split("/")
        return await routes[f"{method} {noun} {verb}"](name, body)

    monkeypatch.setattr(console.engine, "ask", ask)
    told = await hours.switch(console, person(Role.ADMIN), "night", "open", until=NOW + timedelta(hours=1))
    assert told.state == "open"
    assert asked == [("/hours/night/open", {"by": "admin", "until": "2026-01-07T03:00:00+00:00"})]


async def test_what_cannot_be(console: Console) -> None:
    for role in (Role.AGENT, Role.QA):
        with pytest.raises(Forbidden):
            await hours.switch(console, person(role), "service", "closed")
    lead = person(Role.SUPERVISOR)
    for work in (hours.switch(console, lead, "nowhere", "open"), hours.past(console, lead, "nowhere")):
        with pytest.raises(NotFound):
            await work
    for until in (NOW - timedelta(hours=1), NOW + timedelta(days=400)):
        with pytest.raises(UsageError):
            await hours.switch(console, lead, "service", "closed", until=until)
    assert await hours.past(console, lead, "service") == []
