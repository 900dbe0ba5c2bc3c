"""A simulated call tells the same story as the same call over AGI."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.agi.fake import HangUp, Press, Silence
from ivr.call.fake import ScriptedCaller
from ivr.call.simulation import Plan, Simulator
from ivr.journal.facts import EngineFact, StepFact
from tests.unit.call.test_engine import NOW, Line

CALLS: list[tuple[str, list[str], list[tuple[str, str]]]] = [
    ("1000", ["1", "1"], [("queue", "CONTINUE")]),
    ("1000", ["3", "7", "timeout", "2"], [("voicemail", "DTMF")]),
    ("1000", ["2", "0"], [("queue", "TIMEOUT"), ("voicemail", "SILENCE")]),
    ("1000", ["timeout", "timeout", "timeout", "timeout", "timeout", "timeout"], []),
    ("1000", ["1", "*", "hangup"], []),
    ("2000", ["2"], [("voicemail", "DTMF")]),
]
WORDS = {"CONTINUE": "answered", "TIMEOUT": "timeout", "DTMF": "spoken", "SILENCE": "silent"}


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(demo_site())


def over_agi(site: Site, number: str, actions: list[str], ran: list[tuple[str, str]]) -> list[EngineFact]:
    made = {"timeout": Silence, "hangup": HangUp}
    caller = [made[action]() if action in made else Press(action) for action in actions]

    async def call() -> list[Any]:
        line = Line(site)
        await line.server.start()
        try:
            await line.ask(number, caller=caller)
            for verb, status in ran:
                (token,) = line.remembering.kept
                await line.ask(number, token, verb, status, "", "service", "1.1-message.wav")
        finally:
            await line.server.stop()
        return line.journal.facts

    return asyncio.run(call())


def plain(facts: list[EngineFact]) -> list[Any]:
    """What was told, but for times and ids."""
    return [
        (fact.step, fact.kind, fact.event, dict(fact.detail)) if isinstance(fact, StepFact) else type(fact).__name__
        for fact in facts
    ]


@pytest.mark.parametrize(("number", "actions", "ran"), CALLS)
def test_the_story_is_the_same(site: Site, number: str, actions: list[str], ran: list[tuple[str, str]]) -> None:
    replies = {verb: [WORDS[status]] for verb, status in ran}
    plan = Plan(number, NOW, "13800138000", replies)
    pressing = [action if action in {"timeout", "hangup"} else f"!{action}" for action in actions]  # as Press does
    story = asyncio.run(Simulator(site).call(plan, ScriptedCaller(pressing, "timeout")))
    told = plain(over_agi(site, number, actions, ran))
    assert told[0] == "CallOpened"
    assert len([one for one in told if not isinstance(one, str) and one[2] == "prompt"]) > 4
    assert plain(story.facts) == told
