"""Screen-pops over the control socket: they come, change and go with the call; numbers are masked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from ivr.agents.board import AgentBoard
from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot
from ivr.call.control import ControlServer
from ivr.call.live.pops import PopDesk
from ivr.cli.agents_pops import told
from ivr.core.clock import FixedClock
from ivr.queues import LiveQueues
from ivr.queues.arrivals import FactBook
from ivr.queues.floor import Floor
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit
from tests.unit.agents.office import START, agent_event, at, called, site

CALLER = "13812345678"


@dataclass
class Desk:
    """A line whose pops are told on a control socket."""

    live: LiveQueues
    board: AgentBoard
    pops: PopDesk
    socket: Path

    def tell(self, *events: ev.AmiEvent) -> None:
        for event in events:
            self.live.tell(event)
            self.board.tell(event)
            self.pops.tell(event)


@pytest_asyncio.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    clock, live, board = FixedClock(START), LiveQueues(), AgentBoard(site)
    book = FactBook(database, Floor(live, site), site, clock)
    pops = PopDesk(site, board, book, database, clock)
    server = ControlServer(tmp_path / "c.sock", {}, pops.streams)
    await server.start()
    running = asyncio.create_task(pops.run())
    async with database.write() as session:
        before = Call(linkedid="b1", caller=CALLER, started_at=START - timedelta(days=1), outcome="answered")
        before.visits.append(QueueVisit(queue="sales", joined_at=before.started_at, agent="kim", ended_by=""))
        session.add_all([before, Call(linkedid="c1", caller=CALLER, started_at=START, language="ko-KR")])
    yield Desk(live, board, pops, tmp_path / "c.sock")
    await asyncio.wait_for(server.stop(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def joined() -> ev.QueueJoined:
    return ev.QueueJoined(at=at(0), linkedid="c1", uniqueid="c1", queue="service")


class Listener:
    """Follows a stream."""

    def __init__(self, socket: Path, target: str, **body: Any) -> None:
        self._socket, self._target, self._body = socket, target, json.dumps(body).encode()

    async def __aenter__(self) -> Listener:
        self._reader, self._writer = await asyncio.open_unix_connection(self._socket)
        head = f"GET {self._target} HTTP/1.1\r\nContent-Length: {len(self._body)}\r\n\r\n"
        self._writer.write(head.encode() + self._body)
        await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 5)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def next(self) -> dict[str, Any]:
        while True:
            found: dict[str, Any] = json.loads(await asyncio.wait_for(self._reader.readline(), 10))
            if found:
                return found

    async def known(self) -> dict[str, Any]:
        """The next pop of a caller about whom everything is known."""
        while True:
            state = (await self.next())["state"]
            if state and state["known"]:
                return dict(state)


async def test_a_pop_comes_changes_and_goes(desk: Desk) -> None:
    async with Listener(desk.socket, "/pops") as listener:
        assert (await listener.next())["pop"] == {}
        desk.tell(joined(), called(12))
        pop = await listener.known()
        assert (pop["agent"], pop["call"], pop["queue"], pop["state"]) == ("lee", "c1", "service", "ringing")
        assert (pop["waited_s"], pop["language"], pop["calls"], pop["days"]) == (12.0, "ko-KR", 2, 7)
        assert pop["number"] == "*" * 9 + "78"
        assert pop["region"] == {"en": "Lianyungang, Jiangsu", "zh": "江苏省连云港市"}
        contact = {"call": "b1", "queue": "sales", "outcome": "answered", "agent": "kim"}
        assert [{**one, "at": ""} for one in pop["contacts"]] == [{**contact, "at": ""}]
        desk.tell(agent_event(ev.AgentConnected, 15))
        change = await listener.next()
        assert (change["name"], change["state"]["state"], change["state"]["since"]) == (
            "lee", "connected", at(15).isoformat(),
        )  # fmt: skip
        assert change["state"]["waited_s"] == 12.0
        desk.tell(agent_event(ev.AgentCompleted, 60))
        assert (await listener.next())["state"] is None


async def test_it_goes_when_the_call_ended_while_asterisk_was_out_of_sight(desk: Desk) -> None:
    desk.tell(joined(), called(5))
    async with Listener(desk.socket, "/pops") as listener:
        assert list((await listener.next())["pop"]) == ["lee"]
        desk.tell(ev.ConnectionRestored(at=at(60), snapshot=QueueSnapshot(at=at(60))))
        assert (await listener.next())["state"] is None


@pytest.mark.parametrize("kind", [ev.AgentRingNoAnswer, ev.AgentDumped, ev.ChannelEnded])
async def test_it_goes_when_the_call_does_not_reach_him(desk: Desk, kind: Any) -> None:
    desk.tell(joined(), called(5))
    async with Listener(desk.socket, "/pops/lee") as listener:
        first = await listener.next()
        assert first["pop"]["lee"]["number"].startswith("***")  # who comes late is told all there is
        desk.tell(
            ev.ChannelEnded(at=at(9), uniqueid="a1", cause=16) if kind is ev.ChannelEnded else agent_event(kind, 9)
        )
        assert (await listener.next())["state"] is None


async def test_an_agents_own_stream_tells_of_nobody_else(desk: Desk) -> None:
    async with Listener(desk.socket, "/pops/kim") as listener:
        assert (await listener.next())["pop"] == {}
        other = ev.AgentCalled(
            at=at(7), linkedid="c2", uniqueid="c2", queue="service", interface="PJSIP/6002", dest_uniqueid="a2"
        )
        desk.tell(joined(), called(5), other)
        assert (await listener.next())["name"] == "kim"
    async with Listener(desk.socket, "/pops/nobody") as listener:
        refused = await listener.next()
    assert (refused["type"], refused["cure"]["zh"]) == ("refused", "ivr agents list")


async def test_numbers_in_plain_are_for_somebody_with_a_name_and_kept(desk: Desk, database: Database) -> None:
    desk.tell(joined(), called(5))
    async with Listener(desk.socket, "/pops", numbers=True) as listener:
        assert (await listener.next())["type"] == "refused"
    async with Listener(desk.socket, "/pops", numbers=True, by="wang\r\n") as listener:
        assert (await listener.next())["pop"]["lee"]["number"] == CALLER
    async with database.read() as session:
        (row,) = await audit.list_rows(session)
    assert (row.actor, row.action, row.object) == ("api:wang", "pops.numbers", "agents")


async def test_queues_of_others_are_passed_over(desk: Desk) -> None:
    theirs = ev.AgentCalled(at=at(1), linkedid="x", uniqueid="x", queue="theirs", interface="PJSIP/6001",
                            dest_uniqueid="y")  # fmt: skip
    desk.tell(theirs)
    async with Listener(desk.socket, "/pops") as listener:
        assert (await listener.next())["pop"] == {}


async def test_as_a_line_of_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    desk.tell(joined(), called(12))
    async with Listener(desk.socket, "/pops") as listener:
        pop = (await listener.next())["pop"]["lee"]
    zone = ZoneInfo("Asia/Shanghai")
    line = told("lee", pop, at(12), zone)
    seen = ["17:00:12", "lee", "振铃", "韩语", "*********78", "江苏省连云港市"]
    for words in (*seen, "等候 12 秒", "7 天内第 2 次来电", "sales 已接听 kim"):
        assert words in line
    assert told("lee", None, at(12), zone) == "17:00:12  lee  结束"
    assert told("lee", {**pop, "known": False}, at(12), zone) == ""
