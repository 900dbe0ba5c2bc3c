"""No caller is left without sound, exit or record, whatever he presses and however the world answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call.simulation import Plan, Simulator
from ivr.call.steps import play
from tests.flow_maker import errors, made_site, sites
from tests.flow_walks import ACTIONS, SITES, faults, plans, rude_end, simulator_of, walk
from tests.unit.call.simulation.conftest import AT

BYE = {"step": "hangup"}
HELLO = {"step": "play", "prompts": ["closed"], "next": "ask"}


@pytest.mark.parametrize("folder", SITES, ids=lambda folder: folder.name)
@settings(max_examples=60)
@given(data=st.data())
def test_no_call_to_a_site_that_travels_with_the_code_is_left(folder: Path, data: st.DataObject) -> None:
    simulator = simulator_of(folder)
    plan, actions = data.draw(plans(simulator.site)), data.draw(ACTIONS)
    story = walk(simulator, plan, actions)
    assert [*faults(simulator.site, story), *rude_end(simulator.site, story)] == []


@settings(max_examples=60)
@given(data=st.data())
def test_no_call_to_a_site_without_errors_is_left(data: st.DataObject) -> None:
    site = data.draw(sites())
    assert errors(site) == []
    story = walk(Simulator(site), data.draw(plans(site)), data.draw(ACTIONS))
    assert list(faults(site, story)) == []


def found(steps: dict[str, Any], actions: list[str], **given: Any) -> list[str]:
    site = made_site({"main": {"start": next(iter(steps)), "steps": steps}})
    story = walk(Simulator(site), Plan("1000", AT, **given), actions)
    return [*faults(site, story), *rude_end(site, story)]


def test_a_silence_beyond_the_patience_is_found() -> None:
    ask = {"step": "menu", "prompts": ["closed"], "choices": {"1": "bye"}, "timeout": 16}
    assert any("16.0 s without a sound" in fault for fault in found({"ask": ask, "bye": BYE}, []))
    assert found({"ask": ask | {"timeout": 15}, "bye": BYE}, []) == []


def test_silences_that_follow_one_another_count_as_one() -> None:
    ask = {"step": "menu", "prompts": ["closed"], "choices": {"1": "bye"}, "timeout": 10, "tries": 1}
    steps = {"ask": ask | {"closing": "x-missing"}, "bye": BYE}
    assert any("20.0 s without a sound" in fault for fault in found(steps, []))


def test_a_ring_without_an_end_is_found() -> None:
    assert any("engine failed" in fault for fault in found({"ask": HELLO, "bye": BYE}, []))
    wait = {"step": "queue", "queue": "wide", "timeout": "q", "after": "bye"}
    assert any("engine failed" in fault for fault in found({"q": wait, "bye": BYE}, [], replies={"queue": ["timeout"]}))


def test_a_line_that_hangs_up_without_a_word_is_found() -> None:
    assert "the line hangs up without a word" in found({"a": {"step": "answer"}}, [])
    assert any("without a goodbye" in fault for fault in found({"a": {"step": "play", "prompts": ["closed"]}}, []))


def test_a_step_that_fails_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(play, "run", broken)
    steps = {"a": {"step": "play", "prompts": ["closed"], "next": "bye"}, "bye": BYE}
    assert any("RuntimeError('broken')" in fault for fault in found(steps, []))


def test_a_journal_that_misses_a_step_is_found() -> None:
    site = made_site({"main": {"start": "a", "steps": {"a": BYE}}})
    story = walk(Simulator(site), Plan("1000", AT + timedelta(days=1)), [])
    assert list(faults(site, story)) == []
    del story.facts[1]
    assert any("the journal knows of the steps []" in fault for fault in faults(site, story))
    story.facts.clear()
    assert "the journal does not know of the call" in list(faults(site, story))
