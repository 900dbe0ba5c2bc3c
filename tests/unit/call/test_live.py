"""The live state: what is shown, how callers are counted, and how it comes over the control socket."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rich.console import Console

from dialplan.model import Hours
from ivr.agents.board import AgentBoard
from ivr.ami import events as ev
from ivr.call.control import ControlServer
from ivr.call.hours_desk import HoursDesk
from ivr.call.live.counting import SETTLED_AFTER
from ivr.call.live.desk import LiveDesk
from ivr.cli.queues_watch import view
from ivr.core.clock import FixedClock
from ivr.queues import LiveQueues
from ivr.queues.served import Level, Outcome
from ivr.queues.stream import ChangeStream
from ivr.storage.database import Database
from tests.unit.agents.office import START, agent_event, at, called, member, site


@dataclass
class Watch:
    """A line with its live state behind a control socket."""

    clock: FixedClock
    live: LiveQueues
    board: AgentBoard
    desk: LiveDesk
    socket: Path

    def tell(self, *events: ev.AmiEvent) -> None:
        for event in events:
            self.clock.advance((event.at - self.clock.now()).total_seconds())
            self.live.tell(event)
            self.board.tell(event)
            self.desk.tell(event)
        self.desk.wake()


@pytest_asyncio.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    clock, live, board = FixedClock(START), LiveQueues(), AgentBoard(site)
    desk = LiveDesk(site, live, board, clock)
    server = ControlServer(tmp_path / "c.sock", desk.routes, desk.streams)
    await server.start()
    running = asyncio.create_task(desk.run())
    yield Watch(clock, live, board, desk, tmp_path / "c.sock")
    running.cancel()
    await asyncio.wait_for(server.stop(), 5)


def joined(seconds: float, call: str, queue: str = "service") -> ev.QueueJoined:
    return ev.QueueJoined(at=at(seconds), uniqueid=call, channel="PJSIP/in-1", queue=queue, position=1, count=1)


def left(seconds: float, call: str) -> ev.QueueLeft:
    return ev.QueueLeft(at=at(seconds), uniqueid=call, queue="service")


def connected(seconds: float, call: str) -> ev.AgentConnected:
    return ev.AgentConnected(
        at=at(seconds), linkedid=call, uniqueid=call, queue="service", interface="PJSIP/6001", member="lee",
        dest_uniqueid=f"to-{call}",
    )  # fmt: skip


async def opened(path: Path, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    return reader, writer


async def snapshot(path: Path) -> dict[str, Any]:
    reader, writer = await opened(path, "/live")
    found: dict[str, Any] = json.loads(await asyncio.wait_for(reader.read(), 5))
    writer.close()
    return found


async def line(reader: asyncio.StreamReader) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(reader.readline(), 10))
        if found:
            return found


async def test_the_snapshot(watch: Watch) -> None:
    watch.tell(member(0), joined(1, "c1"), joined(5, "c2"), left(8, "c1"), connected(8, "c1"))
    found = await snapshot(watch.socket)
    queue = found["queue"]["service"]
    assert (queue["waiting"], queue["longest_since"]) == (1, at(5).isoformat())
    assert (queue["logged_in"], queue["members"]["talking"]) == (1, 1)
    assert queue["service_level"] | {"seconds": 0, "target": 0} == {
        "per_cent": 100.0, "in_time": 1, "answered": 1, "abandoned": 0, "left": 0, "seconds": 0, "target": 0,
    }  # fmt: skip
    assert found["queue"]["sales"]["service_level"]["per_cent"] is None
    lee, kim = found["agent"]["lee"], found["agent"]["kim"]
    assert (lee["state"], lee["since"], lee["queues"]) == ("talking", at(8).isoformat(), ["service"])
    assert (kim["state"], kim["queues"]) == ("logged_out", [])
    console = Console(width=150)
    with console.capture() as drawn:
        console.print(view(found, at(65)))
    assert "1:00" in drawn.get()  # the second caller has waited a minute


async def test_changes_come_as_they_happen(watch: Watch) -> None:
    reader, writer = await opened(watch.socket, "/changes")
    first = await line(reader)
    assert (first["type"], first["agent"]["lee"]["state"]) == ("snapshot", "logged_out")
    watch.tell(member(1))
    told = [await line(reader), await line(reader)]
    assert {(one["kind"], one["name"]) for one in told} == {("queue", "service"), ("agent", "lee")}
    assert [one["seq"] for one in told] == [first["seq"] + 1, first["seq"] + 2]
    watch.tell(called(2))
    assert {(await line(reader))["name"], (await line(reader))["name"]} == {"service", "lee"}
    writer.close()


async def test_the_end_of_wrap_up_is_told_though_nothing_happens(watch: Watch) -> None:
    watch.tell(member(0), called(1), agent_event(ev.AgentConnected, 2), agent_event(ev.AgentCompleted, 9))
    reader, writer = await opened(watch.socket, "/changes")
    assert (await line(reader))["agent"]["lee"]["state"] == "wrapup"
    watch.clock.advance(30)
    told = {(one := await line(reader))["name"]: one["state"] for _ in range(2)}
    assert (told["lee"]["state"], told["service"]["members"]["available"]) == ("available", 1)
    writer.close()


async def test_nothing_is_compared_while_nobody_listens(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = []
    look = ChangeStream.look
    monkeypatch.setattr(ChangeStream, "look", lambda self: looks.append(True) or look(self))
    for number in range(5):
        watch.tell(joined(number, f"c{number}"))
        await asyncio.sleep(0.03)
    assert looks == []
    reader, writer = await opened(watch.socket, "/changes")
    assert (await line(reader))["queue"]["service"]["waiting"] == 5
    watch.tell(joined(6, "c6"))
    assert (await line(reader))["state"]["waiting"] == 6
    writer.close()


async def test_a_server_that_stops_ends_its_streams(watch: Watch, tmp_path: Path) -> None:
    server = ControlServer(tmp_path / "d.sock", {}, watch.desk.streams)
    await server.start()
    reader, writer = await opened(tmp_path / "d.sock", "/changes")
    await line(reader)
    await asyncio.wait_for(server.stop(), 5)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_listener_who_goes_leaves_nothing_behind(watch: Watch) -> None:
    reader, writer = await opened(watch.socket, "/changes")
    await line(reader)
    assert watch.desk.listeners == 1
    writer.close()
    async with asyncio.timeout(5):
        while watch.desk.listeners:
            await asyncio.sleep(0.01)


def level(watch: Watch) -> Level:
    return watch.desk.served.today("service", watch.clock.now())


async def test_every_caller_is_counted_once(watch: Watch) -> None:
    watch.tell(joined(0, "quick"), left(3, "quick"), connected(3, "quick"), agent_event(ev.AgentCompleted, 9))
    watch.tell(joined(10, "slow"), left(70, "slow"), connected(71, "slow"))
    watch.tell(joined(80, "gone"), ev.QueueAbandoned(at=at(99), uniqueid="gone", queue="service"), left(99, "gone"))
    watch.tell(joined(100, "late"), left(400, "late"))
    assert level(watch) == Level(in_time=1, answered=2, abandoned=1)  # it may still be an agent who has taken him
    watch.clock.advance(SETTLED_AFTER.total_seconds() + 1)
    watch.tell(joined(432, "new"))
    assert level(watch) == Level(in_time=1, answered=2, abandoned=1, left=1)
    assert level(watch).per_cent == 25.0
    assert watch.desk.served.of_late("service", watch.clock.now(), 60) == Level(left=1)
    watch.desk.turned_away("service")
    assert watch.desk.served.of_late("service", watch.clock.now(), 60) == Level(left=2)
    watch.desk.served.note("other", Outcome(watch.clock.now(), answered=True))
    assert watch.desk.served.today("other", watch.clock.now()).per_cent is None


async def test_a_new_day_begins_at_the_sites_midnight(watch: Watch) -> None:
    watch.tell(joined(0, "a"), left(3, "a"), connected(3, "a"))
    midnight = START.replace(hour=16)  # Asia/Shanghai is 8 hours ahead
    assert watch.desk.served.today("service", midnight - timedelta(seconds=1)).answered == 1
    assert watch.desk.served.today("service", midnight).answered == 0


async def test_hours_switched_by_hand_are_told_at_once(database: Database, tmp_path: Path) -> None:
    clock, live, board = FixedClock(START), LiveQueues(), AgentBoard(site)
    plain = site().model_copy(update={"hours": {"office": Hours(always="open", switch="1")}})
    hours = HoursDesk(lambda: plain, database, clock)
    desk = LiveDesk(lambda: plain, live, board, clock, hours.shown)
    hours.changed.append(desk.wake)
    server = ControlServer(tmp_path / "c.sock", desk.routes, desk.streams)
    await server.start()
    running = asyncio.create_task(desk.run())
    reader, writer = await opened(tmp_path / "c.sock", "/changes")
    known = await line(reader)
    assert known["hours"] == {
        "office": {"state": "open", "why": "always", "holiday": "", "holiday_zh": "", "switched": None}
    }
    await hours.switch("office", "closed", by="api:wang", until=at(60))
    change = await line(reader)
    assert (change["kind"], change["name"], change["state"]["state"]) == ("hours", "office", "closed")
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(view({**known, "hours": {"office": change["state"]}}, clock.now()))
    assert "hours office: closed by hand (wang)" in console.export_text()
    clock.advance(60)  # it ends by itself, and nothing happens but the clock
    assert (await line(reader))["state"]["why"] == "always"
    writer.close()
    running.cancel()
    await asyncio.wait_for(server.stop(), 5)
