"""One stream of the engine told to many: a snapshot, changes, points; what happens when the engine goes and comes."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from ivr.console.api import streaming
from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden
from ivr.console.fanout import EACH, LIMIT, Fanout, Listener
from ivr.console.live import LiveFeed
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import live
from ivr.core.settings import Settings
from ivr.storage import alerts
from ivr.storage.database import Database
from ivr.storage.models import AlertRow, Call, Callback, QueueVisit
from tests.line_engine import LineEngine
from tests.unit.console.live.conftest import AGENT, QA, SUPERVISOR, until


async def heard(listener: Listener, **wanted: Any) -> dict[str, Any]:
    """The next message that has these values."""
    async with asyncio.timeout(8):
        while True:
            message = await listener.next(8)
            assert message is not None
            if wanted.items() <= message.items():
                return message


async def test_a_snapshot_then_each_change(console: Console, engine: LineEngine) -> None:
    feed = console.live
    await until(lambda: feed.fresh)
    engine.logs_in("agent-lee")
    with await live.listen(console, AGENT) as listener:
        first = await listener.next(1)
        assert first is not None and first["type"] == "snapshot"
        assert set(first["parts"]["queue"]) == {"service"}
        engine.calls("c1")
        change = await heard(listener, type="change", kind="queue", name="service")
        while change["state"]["waiting"] != 1:
            change = await heard(listener, type="change", kind="queue", name="service")
        assert change["state"]["longest_since"] is not None
        assert change["seq"] > first["seq"]
        engine.rings("agent-lee", "c1")
        engine.talks("agent-lee", "c1")
        while (change := await heard(listener, kind="agent", name="agent-lee"))["state"]["state"] != "talking":
            pass
        points = await heard(listener, type="points")
        assert points["points"]["service"][1] in {0, 1}
    shown = await live.snapshot(console, SUPERVISOR)
    assert shown.parts["agent"]["agent-lee"]["state"] == "talking"
    assert shown.parts["feed"]["engine"]["fresh"] is True
    assert shown.parts["queue"]["service"]["service_level"]["answered"] == 1


async def test_an_engine_that_goes_is_said_to_be_gone_and_found_again(
    console: Console, settings: Settings, database: Database
) -> None:
    feed = console.live
    assert not feed.fresh
    shown = await live.snapshot(console, QA)
    assert shown.parts["feed"]["engine"]["why"]["en"]
    async with LineEngine(settings, database) as first:
        await until(lambda: feed.fresh)
        first.logs_in("agent-lee")
        await until(lambda: (feed.agent("agent-lee") or {}).get("state") == "available")
    await until(lambda: not feed.fresh)
    state = feed.snapshot()["parts"]
    assert state["agent"]["agent-lee"]["state"] == "available"  # as it was last
    assert state["feed"]["engine"]["since"] is not None
    assert "old" in state["feed"]["engine"]["why"]["en"]
    async with LineEngine(settings, database):
        await until(lambda: feed.fresh)
        await until(lambda: (feed.agent("agent-lee") or {}).get("state") == "logged_out")


async def test_what_the_database_knows_stands_beside_it(console: Console, engine: LineEngine) -> None:
    now = console.clock.now()
    async with console.database.write() as session:
        call = Call(linkedid="c1", caller="139", started_at=now, outcome="answered")
        call.visits.append(
            QueueVisit(
                queue="service", joined_at=now, left_at=now, connected_at=now, outcome="answered", agent="agent-lee"
            )
        )
        session.add(call)
        for state in ("waiting", "done"):
            session.add(
                Callback(queue="service", number="139", state=state, place_at=now, not_before=now, created_at=now)
            )
        alerts.add(session, AlertRow(rule="long", kind="longest-wait", subject="service", began_at=now, value=130.0))
    found = (await live.snapshot(console, AGENT)).parts
    assert found["callbacks"]["service"]["open"] == 1
    assert [one["rule"] for one in found["alert"].values()] == ["long"]
    assert sum(found["today"]["service"]["hours"]) == 1
    async with console.database.write() as session:
        await alerts.end(session, "long", "service", now - timedelta(days=2), None, {})
        assert await alerts.end(session, "long", "service", now, 10.0, {}) == 1
    assert all(one["ended_at"] for one in (await live.snapshot(console, AGENT)).parts["alert"].values())


async def test_the_lines_begin_with_the_last_hour(console: Console) -> None:
    now = console.clock.now()
    ago = timedelta(minutes=5)
    async with console.database.write() as session:
        call = Call(linkedid="c1", caller="139", started_at=now - ago, outcome="answered")
        call.visits.append(
            QueueVisit(
                queue="service", joined_at=now - ago, left_at=now - ago + timedelta(seconds=90), outcome="abandoned"
            )
        )
        session.add(call)
    beside = live.Beside(console)
    if (now - ago).astimezone(console.zone).date() != now.astimezone(console.zone).date():
        pytest.skip("just after midnight")
    points = (await beside.past())["service"]
    assert len(points) == 60
    assert sum(waiting for _, waiting, _ in points) in {1, 2}
    assert points[-1][1:] == (0, 0.0)
    assert points[0][2] is None


async def test_who_may_not_see_it_does_not(console: Console) -> None:
    nobody = Person(9, "token", "", Role.AGENT, scopes=frozenset())
    with pytest.raises(Forbidden):
        await live.snapshot(console, nobody)
    with pytest.raises(Forbidden):
        await live.listen(console, nobody)


async def test_each_figure_says_how_it_is_made(console: Console) -> None:
    found = live.formulas(console)["service"]
    assert "within 20 s" in found["service_level"].en
    assert "20 秒内" in found["service_level"].zh
    assert "asked for an agent" in found["answer_rate"].en


async def test_one_person_may_not_open_any_number_of_pages() -> None:
    fanout = Fanout(lambda: {"type": "snapshot"}, most=EACH + 1)
    listeners = [fanout.listen(1) for _ in range(EACH)]
    with pytest.raises(Conflict):
        fanout.listen(1)
    with fanout.listen(2), pytest.raises(Conflict):
        fanout.listen(3)
    with listeners[0]:
        pass
    assert fanout.listeners == EACH - 1
    assert fanout.listen(1) is not None


async def test_who_is_slow_gets_a_new_snapshot_and_nobody_waits_for_him() -> None:
    state = {"n": 0}
    fanout = Fanout(lambda: {"type": "snapshot", **state})
    slow, quick = fanout.listen(1), fanout.listen(2)
    assert await slow.next(1) == await quick.next(1) == {"type": "snapshot", "n": 0}
    for number in range(LIMIT + 10):
        state["n"] = number
        fanout.tell({"type": "change", "n": number})
        assert await quick.next(1) == {"type": "change", "n": number}
    assert await slow.next(1) == {"type": "snapshot", "n": LIMIT + 9}
    assert await slow.next(0.01) is None


async def test_a_message_that_cannot_be_read_does_not_end_the_feed(console: Console, engine: LineEngine) -> None:
    feed: LiveFeed = console.live
    await until(lambda: feed.fresh)
    feed.told({"type": "change", "kind": "queue", "name": "service", "state": None})
    assert "service" not in feed.snapshot()["parts"]["queue"]
    feed.sample()  # a queue that is gone has no points either
    assert "service" not in feed.snapshot()["points"]


async def test_who_has_gone_without_a_word_takes_nobodys_place(monkeypatch: pytest.MonkeyPatch) -> None:
    fanout = Fanout(lambda: {"type": "snapshot"})
    gone = [fanout.listen(1) for _ in range(EACH)]
    monkeypatch.setattr("ivr.console.fanout.FORGOTTEN", -1.0)
    assert not fanout.listen(1).left
    assert all(one.left for one in gone)
    assert fanout.listeners == 1


async def test_events_are_numbered_and_end_with_the_session(
    console: Console, engine: LineEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until(lambda: console.live.fresh)
    monkeypatch.setattr(streaming, "BEAT", 0.05)
    logged_in = True

    async def still() -> bool:
        return logged_in

    listener = await live.listen(console, AGENT)
    told = aiter(streaming.events(console, listener, still).body_iterator)
    first = str(await anext(told))
    number, kind, data = first.strip().split("\n")
    assert (number[:4], kind) == ("id: ", "event: snapshot")
    assert json.loads(data.removeprefix("data: "))["parts"]["feed"]["engine"]["fresh"]
    engine.calls("c1")
    async with asyncio.timeout(8):
        while "event: change" not in (line := str(await anext(told))):
            assert line.startswith((":", "id:"))
        while not str(await anext(told)).startswith(":"):
            pass
        logged_in = False
        while not (line := str(await anext(told))).startswith("event: end"):
            pass
        with pytest.raises(StopAsyncIteration):
            await anext(told)
    assert listener.left
