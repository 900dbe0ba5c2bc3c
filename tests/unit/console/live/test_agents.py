"""Agents act for themselves, who controls agents for all; supervisors' phones ring; who rings is told to one page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.ami import events as ev
from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import agents, supervising
from ivr.core.errors import SetupError, UsageError
from ivr.storage import audit
from ivr.storage.models import AgentState, Call, QueueVisit, Ring
from tests.line_engine import LineEngine
from tests.unit.console.live.conftest import ADMIN, AGENT, QA, SUPERVISOR, until


async def test_an_agent_logs_in_pauses_and_comes_back_for_himself(console: Console, engine: LineEngine) -> None:
    found = await agents.act(console, AGENT, "agent-lee", "login")
    assert found.queues == {"service": 0}
    assert (await agents.act(console, AGENT, "agent-lee", "pause", reason="lunch")).reason == "lunch"
    await until(lambda: (console.live.agent("agent-lee") or {}).get("state") == "paused")
    assert not (await agents.act(console, AGENT, "agent-lee", "unpause")).paused
    assert (await agents.standing(console, AGENT, "agent-lee")).logged_in
    assert not (await agents.act(console, AGENT, "agent-lee", "logout", queue="service")).logged_in
    async with console.database.read() as session:
        rows = await audit.list_rows(session)
    assert {row.actor for row in rows} == {"lee"}
    assert {row.action for row in rows} == {"agent.log_in", "agent.pause", "agent.unpause", "agent.log_out"}


async def test_nobody_acts_for_another_but_who_controls_agents(console: Console, engine: LineEngine) -> None:
    for verb in ("login", "logout", "pause", "unpause"):
        with pytest.raises(Forbidden):
            await agents.act(console, AGENT, "agent-kim", verb, reason="lunch")
    for who in (QA, Person(1, "lee", "Lee", Role.AGENT, "agent-lee", scopes=frozenset())):
        with pytest.raises(Forbidden):
            await agents.act(console, who, "agent-lee", "login")
    for work in (agents.standing, agents.choices, agents.today, agents.pops):
        with pytest.raises(Forbidden):
            await work(console, AGENT, "agent-kim")
    assert engine.phones.asked == []
    await agents.act(console, SUPERVISOR, "agent-lee", "login")
    assert (await agents.act(console, ADMIN, "agent-lee", "pause", reason="training")).paused
    with pytest.raises(NotFound):
        await agents.act(console, ADMIN, "nobody", "login")
    with pytest.raises(UsageError):
        await agents.act(console, ADMIN, "agent-lee", "pause", reason="holiday")


async def test_without_an_engine_it_is_said(console: Console) -> None:
    with pytest.raises(SetupError):
        await agents.act(console, AGENT, "agent-lee", "login")
    choices = await agents.choices(console, AGENT, "agent-lee")
    assert [one.name for one in choices.queues] == ["service"]
    assert {"lunch", "training"} <= {one.name for one in choices.pause_reasons}
    assert "solved" in {one.name for one in choices.outcomes}


async def test_the_outcome_of_the_last_talk(console: Console, engine: LineEngine) -> None:
    now = console.clock.now()
    with pytest.raises(UsageError):
        await agents.outcome(console, AGENT, "agent-lee", "solved")
    async with console.database.write() as session:
        session.add(
            AgentState(
                agent="agent-lee", state="talking", queue="service", linkedid="c1", uniqueid="a1",
                began_at=now - timedelta(seconds=100), ended_at=now - timedelta(seconds=40),
            )
        )  # fmt: skip
    assert (await agents.outcome(console, AGENT, "agent-lee", "solved")).call == "c1"
    last = (await agents.today(console, AGENT, "agent-lee")).last_talk
    assert last is not None
    assert (last.outcome, last.call) == ("solved", "c1")


async def test_figures_of_today_are_his_own(console: Console) -> None:
    now = console.clock.now()
    midnight = (await agents.today(console, AGENT, "agent-lee")).since
    began = max(midnight, now - timedelta(minutes=20))
    length = (now - began).total_seconds()
    async with console.database.write() as session:
        for agent, talked in (("agent-lee", 0.25), ("agent-kim", 0.5)):
            end = began + timedelta(seconds=talked * length)
            for state, until_ in (("logged_in", None), ("talking", end)):
                session.add(
                    AgentState(
                        agent=agent, state=state, queue="service", uniqueid=agent, began_at=began, ended_at=until_
                    )
                )
            call = Call(linkedid=agent, caller="139", started_at=began)
            visit = QueueVisit(queue="service", joined_at=began, outcome="answered", agent=agent)
            visit.rings = [
                Ring(agent=agent, started_at=began, ended_at=began + timedelta(seconds=4), result="answered")
            ]
            if agent == "agent-lee":
                visit.rings.append(Ring(agent=agent, started_at=began, ended_at=began, result="no_answer"))
            call.visits.append(visit)
            session.add(call)
    day = await agents.today(console, SUPERVISOR, "agent-lee")
    figures = {one.id: one for one in day.figures}
    assert day.talks == 1
    assert day.talk_s == pytest.approx(length / 4, abs=0.2)
    assert (figures["pickup_rate"].value, figures["pickup_rate"].denominator) == (50.0, 2)
    assert figures["pickup_time"].value == 4.0
    assert figures["handling_time"].value == pytest.approx(length / 4, abs=0.2)
    assert figures["occupancy"].value == pytest.approx(25.0, abs=1.0)
    assert "rings answered" in figures["pickup_rate"].formula


async def test_who_rings_is_told_to_the_agents_page_with_a_masked_number(console: Console, engine: LineEngine) -> None:
    async with console.database.write() as session:
        session.add(Call(linkedid="c1", caller="13812345678", started_at=console.clock.now(), language="ko-KR"))
    listener = await agents.pops(console, AGENT, "agent-lee")
    with listener:
        seen = []

        async def told() -> dict[str, object]:
            message = await listener.next(8)
            assert message is not None
            seen.append(message)
            return message

        while not (await told())["fresh"]:
            pass
        engine.logs_in("agent-lee")
        engine.calls("c1")
        engine.rings("agent-lee", "c1")
        while not ((pop := (await told())["pop"]) and pop["known"]):  # type: ignore[index]
            pass
        assert (pop["language"], pop["calls"]) == ("ko-KR", 1)  # type: ignore[index]
        assert "1234" not in str(seen)
        engine.tell(ev.ChannelEnded(at=console.clock.now(), linkedid="c1", uniqueid="to-c1", channel="x", cause=16))
        while (await told())["pop"] is not None:
            pass


async def test_a_supervisors_own_phone_rings(console: Console, engine: LineEngine) -> None:
    with pytest.raises(UsageError, match="in no talk"):
        await supervising.order(console, SUPERVISOR, "agent-lee", "listen")
    engine.logs_in("agent-lee")
    engine.calls("c1")
    engine.rings("agent-lee", "c1")
    engine.talks("agent-lee", "c1")
    rung = await supervising.order(console, SUPERVISOR, "agent-lee", "whisper")
    assert (rung.phone, rung.act, rung.call) == ("6002", "whisper", "c1")
    assert engine.phones.rung == [("PJSIP/6002", "ivr-supervise", "2")]


async def test_who_may_not_supervise_rings_nobody(console: Console, engine: LineEngine) -> None:
    for who in (AGENT, QA, ADMIN):
        with pytest.raises(Forbidden):
            await supervising.order(console, who, "agent-lee", "listen")
    lee = Person(5, "lee2", "Lee", Role.SUPERVISOR, "agent-lee")
    for agent in ("agent-kim", "agent-lee"):  # the site does not let Lee supervise
        with pytest.raises(Forbidden):
            await supervising.order(console, lee, agent, "barge")
    with pytest.raises(Conflict):
        await supervising.order(console, Person(6, "x", "X", Role.SUPERVISOR), "agent-lee", "listen")
    with pytest.raises(NotFound):
        await supervising.order(console, SUPERVISOR, "nobody", "listen")
    assert engine.phones.rung == []
