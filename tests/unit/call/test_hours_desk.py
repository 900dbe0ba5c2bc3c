"""Business hours opened and closed by hand: who may, what is written, and that it holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk
from ivr.agi.fake import FakeAsterisk
from ivr.call.agent_codes import AgentCodes
from ivr.call.control import Route
from ivr.call.hours_desk import HoursDesk, NotAllowedError
from ivr.call.hours_requests import hours_routes
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.storage import audit
from ivr.storage import hours as rows
from ivr.storage.database import Database
from tests.unit.agents.office import SITE, START, Exchange, at

# The office's day begins on a Monday at 17:00 in Shanghai.
HOURS: dict[str, Any] = {
    "office": {"openings": [{"days": ["mon", "tue"], "start": "09:00", "end": "18:00"}], "switch": "1"},
    "night": {"always": "closed", "switch": "2"},
    "plain": {"always": "open"},
}


def site() -> Site:
    plain = SITE.model_dump(mode="json")
    plain["hours"] = HOURS
    plain["agents"]["lee"]["switches"] = True
    return Site.model_validate(plain)


THE_SITE = site()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> HoursDesk:
    return HoursDesk(lambda: THE_SITE, database, clock)


async def acts(database: Database) -> list[tuple[str, str, str, dict[str, Any]]]:
    async with database.read() as session:
        found = await audit.list_rows(session)
    return [(one.actor, one.action, one.object, one.detail) for one in reversed(found)]


async def test_a_code_does_the_opposite_of_now_and_then_gives_back(desk: HoursDesk, database: Database) -> None:
    assert desk.position("office") is None
    assert await desk.toggle("1", "lee") == "closed"
    assert desk.position("office") == "closed"
    assert await desk.toggle("2", "lee") == "open"
    assert await desk.toggle("1", "lee") is None
    assert desk.position("office") is None
    assert desk.position("night") == "open"
    by_phone = {"by": "phone"}
    assert await acts(database) == [
        ("lee", "hours.close", "hours:office", by_phone),
        ("lee", "hours.open", "hours:night", by_phone),
        ("lee", "hours.auto", "hours:office", {"was": "closed", **by_phone}),
    ]
    async with database.read() as session:
        (row,) = await rows.newest(session, "office")
        assert (row.by, row.ended_by, row.position) == ("phone:lee", "phone:lee", "closed")
        assert [one.hours for one in await rows.going_on(session, at(0))] == ["night"]


async def test_who_may_not_and_what_there_is_not(desk: HoursDesk, database: Database) -> None:
    for agent in ("kim", "stranger", ""):
        with pytest.raises(NotAllowedError):
            await desk.toggle("1", agent)
    for digit in ("7", "", "11", "x"):
        with pytest.raises(UsageError) as refused:
            await desk.toggle(digit, "lee")
        assert not isinstance(refused.value, NotAllowedError)
    with pytest.raises(UsageError, match="no business hours"):
        await desk.switch("lunch", "open", by="api:wang")
    with pytest.raises(UsageError, match="no business hours"):
        await desk.give_back("lunch", by="api:wang")
    assert await acts(database) == []


async def test_it_ends_by_itself(desk: HoursDesk, database: Database, clock: FixedClock) -> None:
    await desk.switch("office", "closed", by="api:wang", until=at(3600))
    clock.advance(3599)
    assert desk.position("office") == "closed"
    clock.advance(1)
    assert desk.position("office") is None
    assert desk.shown()["office"] == {
        "state": "closed",
        "why": "weekday",
        "holiday": "",
        "holiday_zh": "",
        "switched": None,
    }
    await desk.read()
    assert not await desk.give_back("office", by="api:wang")
    await desk.switch("office", "open", by="api:li")
    async with database.read() as session:
        new, old = await rows.newest(session, "office")
    assert (old.ended_at, old.ended_by, new.ended_at) == (at(3600), "", None)
    assert [act[:2] for act in await acts(database)] == [("wang", "hours.close"), ("li", "hours.open")]


@pytest.mark.parametrize("until", [at(0), at(-1), START + timedelta(days=367)])
async def test_an_end_lies_ahead(desk: HoursDesk, until: Any) -> None:
    with pytest.raises(UsageError, match="within a year"):
        await desk.switch("office", "open", by="api:wang", until=until)
    assert desk.position("office") is None


async def test_it_holds_over_a_restart_and_for_another_engine(
    desk: HoursDesk, database: Database, clock: FixedClock
) -> None:
    other = HoursDesk(lambda: THE_SITE, database, clock)
    told: list[bool] = []
    other.changed.append(lambda: told.append(True))
    await other.read()
    assert not told
    await desk.switch("office", "closed", by="api:wang")
    await desk.switch("office", "open", by="api:li")
    await other.read()
    assert (other.position("office"), len(told)) == ("open", 1)
    await other.read()
    assert len(told) == 1
    await desk.give_back("office", by="api:li")
    await other.read()
    assert (other.position("office"), len(told)) == (None, 2)


@pytest.fixture
def routes(desk: HoursDesk) -> dict[str, Route]:
    return hours_routes(desk)


async def test_what_the_control_socket_is_asked(routes: dict[str, Route]) -> None:
    (office, night, plain) = (await routes["GET hours"]("", {}))["hours"]
    assert office == {
        "hours": "office",
        "state": "open",
        "why": "weekday",
        "holiday": "",
        "holiday_zh": "",
        "switched": None,
        "next": "2026-03-02T18:00:00+08:00",
    }
    assert (night["state"], plain["state"], plain["why"], plain["next"]) == ("closed", "open", "always", None)
    body = {"by": "wang", "until": "2026-03-02T17:30:00+08:00"}
    closed = await routes["POST hours close"]("office", body)
    assert (closed["state"], closed["why"]) == ("closed", "switched")
    assert closed["switched"] == {
        "position": "closed",
        "by": "api:wang",
        "since": START.isoformat(),
        "until": "2026-03-02T09:30:00+00:00",
    }
    assert (await routes["POST hours open"]("office", {"by": "li"}))["switched"]["until"] is None
    assert (await routes["POST hours auto"]("office", {"by": "li"}))["was_switched"] is True
    assert (await routes["POST hours auto"]("office", {"by": "li"}))["was_switched"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by": ""},
        {"by": 7},
        {"by": "wang", "until": "tomorrow"},
        {"by": "wang", "until": "2026-03-02T17:30"},
        {"by": "wang", "until": 5},
    ],
)
async def test_requests_that_are_refused(routes: dict[str, Route], body: dict[str, Any], database: Database) -> None:
    with pytest.raises(UsageError):
        await routes["POST hours open"]("office", body)
    assert await acts(database) == []


@pytest.mark.parametrize(
    ("agent", "digits", "said"),
    [
        ("lee", "1", ["hours-closed", "hours-scheduled", "hours-closed"]),
        ("lee", "2", ["hours-opened", "hours-scheduled", "hours-opened"]),
        ("lee", "9", ["agent-no-such-code"] * 3),
        ("lee", "", ["agent-no-such-code"] * 3),
        ("kim", "1", ["agent-not-allowed"] * 3),
        ("kim", "9", ["agent-not-allowed"] * 3),  # which digits there are is not for her to find out
    ],
)
async def test_the_code_is_answered_by_voice(
    desk: HoursDesk, database: Database, agent: str, digits: str, said: list[str]
) -> None:
    exchange, board = Exchange(), AgentBoard(lambda: THE_SITE)
    agents = AgentDesk(lambda: THE_SITE, exchange, database, exchange.clock)
    codes = AgentCodes(lambda: THE_SITE, agents, board, exchange.clock, desk)
    heard = []
    for _ in said:
        asterisk = FakeAsterisk("agent", (agent, "28", digits))
        await asterisk.run(codes.handle)
        assert asterisk.variables["IVR_DONE"] == "1"
        heard += [name.removeprefix("ivr/") for name in asterisk.played]
    assert heard == said
