"""The ladder of norm A9 in every step that waits for keys, and the wording of each of its tries."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.model import Input, Ladder
from ivr.call.asking import ask_key, close
from ivr.call.fake import FakeChannel
from ivr.call.outcome import End, HungUp
from ivr.call.runner import run_flow
from prompts.book import PromptBook
from tests.unit.call.conftest import MakeCall

BYE = {"step": "hangup", "prompts": ["goodbye"]}
MENU: dict[str, Any] = {
    "step": "menu",
    "prompts": ["main-menu"],
    "again": ["thanks-for-calling"],
    "choices": {"1": "bye"},
    "invalid": ["invalid-choice", "collect-again"],
    "silent": ["no-input", "closed"],
}


def heard(channel: FakeChannel) -> list[str]:
    return [prompt for _, prompt in channel.heard]


async def test_each_try_has_its_own_wording_and_the_last_of_them_stays(make_call: MakeCall) -> None:
    steps = {"menu": {**MENU, "tries": 5}, "bye": BYE}
    call, channel, _ = make_call("9", "timeout", "timeout", "timeout", "8", "1", steps=steps)
    await run_flow(call, "menu")
    assert heard(channel) == [
        "main-menu",
        *("invalid-choice", "thanks-for-calling"),
        *("no-input", "thanks-for-calling"),
        *("closed", "thanks-for-calling"),
        *("closed", "thanks-for-calling"),
        *("no-input-last", "goodbye"),
    ]


async def test_the_closing_formula_is_the_steps_own_and_one_more_wait_follows(make_call: MakeCall) -> None:
    steps = {"menu": {**MENU, "tries": 1, "closing": "emergency-goodbye"}, "bye": BYE}
    call, channel, trace = make_call("timeout", "7", steps=steps)
    assert isinstance(await run_flow(call, "menu"), End)
    assert heard(channel) == ["main-menu", "emergency-goodbye"]
    assert trace.events("menu") == ["timeout", "failure"]


@pytest.mark.parametrize("tries", [1, 2, 5])
async def test_nobody_is_asked_more_often_than_the_step_says(make_call: MakeCall, tries: int) -> None:
    steps = {"menu": {**MENU, "tries": tries}, "bye": BYE}
    call, channel, trace = make_call(*["7"] * 20, steps=steps)
    assert isinstance(await run_flow(call, "menu"), End)
    assert trace.events("menu") == ["invalid"] * tries + ["failure"]
    assert heard(channel).count("thanks-for-calling") == tries - 1


async def test_a_key_is_asked_for_and_told_apart_from_silence_and_hangup(make_call: MakeCall) -> None:
    step = Input(tries=2)
    for script, answer in ((["3"], "3"), (["timeout", "!5"], "5"), (["9", "timeout"], None)):
        call, _, _ = make_call(*script)
        assert await ask_key(call, step, ["survey-satisfaction"], "12345") == answer
    for script in (["hangup"], ["timeout", "hangup"]):
        call, _, _ = make_call(*script)
        assert isinstance(await ask_key(call, step, ["survey-satisfaction"], "12345"), HungUp)


async def test_the_closing_formula_may_be_answered_or_hung_up_into(make_call: MakeCall) -> None:
    for script, answer in ((["4"], "4"), (["timeout"], None), (["9"], None)):
        call, channel, _ = make_call(*script)
        assert await close(call, Ladder(), "45") == answer
        assert heard(channel) == ["no-input-last"]
    call, _, _ = make_call("hangup")
    assert isinstance(await close(call, Ladder(), "45"), HungUp)


async def test_a_prompt_that_nobody_may_stop_is_played_to_its_end(make_call: MakeCall) -> None:
    steps = {
        "play": {"step": "play", "prompts": ["recording-notice", "closed", "thanks-for-calling"], "barge_in": True},
    }
    call, channel, _ = make_call("!5", steps=steps)
    await run_flow(call, "play")
    assert heard(channel) == ["recording-notice", "closed"]  # the key stops the first that lets it


LANGUAGE: dict[str, Any] = {
    "ask": {"step": "language", "choices": {"1": "zh-CN", "2": "en-US"}, "next": "bye", "tries": 2},
    "bye": BYE,
}


async def test_offers_of_languages_follow_the_ladder_too(make_call: MakeCall) -> None:
    call, channel, trace = make_call("9", "!2", steps=LANGUAGE)
    assert isinstance(await run_flow(call, "ask"), End)
    assert channel.heard == [
        ("zh-CN", "language-offer-1"),
        ("en-US", "language-offer-2"),
        ("zh-CN", "invalid-choice"),
        ("en-US", "goodbye"),
    ]
    assert trace.events("ask") == ["invalid", "key"]


async def test_whoever_chooses_no_language_goes_on_in_the_first(make_call: MakeCall) -> None:
    call, channel, trace = make_call("timeout", "timeout", steps=LANGUAGE)
    assert isinstance(await run_flow(call, "ask"), End)
    assert channel.heard[-1] == ("zh-CN", "goodbye")
    assert trace.events("ask") == ["timeout", "timeout", "failure"]


@pytest.mark.parametrize("script", [["hangup"], ["timeout", "hangup"], ["9", "hangup"]])
async def test_a_hangup_among_the_offers_is_a_result(make_call: MakeCall, script: list[str]) -> None:
    call, _, trace = make_call(*script, steps=LANGUAGE)
    assert isinstance(await run_flow(call, "ask"), HungUp)
    assert trace.languages == []


async def test_nobody_is_asked_for_the_language_twice(make_call: MakeCall) -> None:
    call, channel, _ = make_call(
        "2", steps={"ask": {**LANGUAGE["ask"], "next": "again"}, "again": LANGUAGE["ask"], "bye": BYE}
    )
    assert isinstance(await run_flow(call, "ask"), End)
    assert heard(channel) == ["language-offer-1", "language-offer-2", "goodbye"]


async def test_an_offer_that_nobody_may_stop_is_played_to_its_end(make_call: MakeCall) -> None:
    class Book(PromptBook):
        def interruptible(self, language: str, prompt_id: str) -> bool:
            return prompt_id != "language-offer-1"

    call, channel, _ = make_call("!1", steps=LANGUAGE)
    call.book = Book()
    assert isinstance(await run_flow(call, "ask"), End)
    assert heard(channel) == ["language-offer-1", "language-offer-2", "goodbye"]
