"""A call tried button by button: it stops where somebody must say what happens, and goes on from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from dialplan.sites import example_site
from ivr.call.fake import TIMEOUT, ScriptedCaller
from ivr.call.simulation import Simulator
from ivr.call.simulation.files import load_scenarios
from ivr.call.simulation.interactive import MOST_ANSWERS, play
from ivr.call.simulation.scenario import plan_of
from ivr.console.context import Console
from ivr.console.errors import Forbidden
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import flows
from ivr.console.services.flows.models import Simulated, Simulation
from ivr.core.errors import UsageError
from tests.unit.console.house.conftest import person

AT = datetime(2026, 1, 7, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def heard(found: Simulated) -> list[str]:
    return [one.detail["prompt"] for visit in found.path for one in visit.happened if one.what == "sound"]


async def test_button_by_button_to_the_end(console: Console, admin: Person) -> None:
    keys: list[str] = []
    replies: list[str] = []

    async def now() -> Simulated:
        return await flows.simulate(console, admin, Simulation(to="1000", at=AT, keys=keys, replies=replies))

    found = await now()
    assert found.question is not None
    assert (found.question.asks, found.question.step) == ("keys", "language")
    keys.append("3")
    found = await now()
    assert found.question is not None
    assert (found.question.step, found.language) == ("main-menu", "ko-KR")
    assert [visit.step for visit in found.path] == ["answer", "language", "greeting", "hours", "main-menu"]
    keys.append("1")
    found = await now()
    assert found.question is not None
    assert (found.question.asks, found.question.verb, found.question.step) == ("reply", "queue", "service")
    assert "timeout" in found.question.words
    assert len(found.question.titles) == len(found.question.words)
    replies.append("timeout")
    found = await now()
    assert found.question is not None
    assert (found.question.step, found.question.verb) == ("voicemail", "voicemail")
    replies.append("spoken")
    found = await now()
    assert (found.question, found.outcome, found.ended) == (None, "voicemail", "line")
    assert heard(found)[-1] == "goodbye"
    assert found.end


@pytest.mark.parametrize("name", ["demo", "aftersales"])
async def test_it_comes_out_as_the_call_all_of_whose_answers_are_known(name: str) -> None:
    folder = example_site(name)
    simulator = Simulator.of_site(folder)
    for written in load_scenarios(folder):
        plan = plan_of(
            written.scenario, written.file, ZoneInfo(simulator.site.zone), next(iter(simulator.site.numbers))
        )
        whole = await simulator.call(plan, ScriptedCaller(written.scenario.keys, TIMEOUT))
        keys, replies = list(written.scenario.keys), list[str]()
        for _ in range(40):
            played = await play(simulator, plan, keys, replies)
            ours = [visit.name for visit in played.visits]
            assert ours == [visit.name for visit in whole.visits][: len(ours)], written.scenario.name
            if played.question is None:
                break
            if played.question.asks == "keys":
                keys.append(TIMEOUT)
            else:
                replies.append(played.question.words[0])
        assert played.question is None
        assert (played.story.outcome, played.story.ended) == (whole.outcome, whole.ended)
        assert [len(visit.items) for visit in played.visits] == [len(visit.items) for visit in whole.visits]


async def test_a_callback_is_asked_for_where_it_is_noted() -> None:
    folder = example_site("aftersales")
    simulator = Simulator.of_site(folder)
    written = next(one for one in load_scenarios(folder) if one.scenario.expect.outcome == "callback")
    plan = plan_of(written.scenario, written.file, ZoneInfo(simulator.site.zone), "")
    played = await play(simulator, replace(plan, replies={}), written.scenario.keys, ["spoken", "key 1"])
    assert played.question is not None
    assert (played.question.asks, played.question.verb, played.question.step) == ("reply", "callback", "call-me-back")
    assert all(item.detail.get("prompt") != "callback-accepted" for visit in played.visits for item in visit.items)
    done = await play(simulator, replace(plan, replies={}), written.scenario.keys, ["spoken", "key 1", "accepted"])
    assert (done.question, done.story.outcome) == (None, "callback")


async def test_what_cannot_be(console: Console, admin: Person) -> None:
    wrong = [
        Simulation(to="999"),
        Simulation(keys=["nonsense"]),
        Simulation(keys=["1,2"]),
        Simulation(switches={"nowhere": "open"}),
        Simulation(at=datetime(1, 1, 1)),
        Simulation(at=AT, keys=["1", "1"], replies=["busy"]),
    ]
    for call in wrong:
        with pytest.raises(UsageError):
            await flows.simulate(console, admin, call)
    with pytest.raises(Forbidden):
        await flows.simulate(console, person(Role.AGENT), Simulation())
    with pytest.raises(ValidationError):
        Simulation(keys=["1"] * (MOST_ANSWERS + 1))


async def test_hours_and_lookups_are_as_told(console: Console, admin: Person) -> None:
    shut = Simulation(to="1000", at=AT, keys=["1"], switches={"service": "closed"})
    found = await flows.simulate(console, admin, shut)
    assert [visit.step for visit in found.path][-2:] == ["closed", "voicemail"]
