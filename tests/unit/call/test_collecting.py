"""Digits: what ends an entry, what starts it over, what is read back."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.call.channel import Heard
from ivr.call.digits import IDLE_KEYS
from ivr.call.fake import FakeChannel
from ivr.call.outcome import End, HungUp
from ivr.call.runner import run_flow
from tests.unit.call.conftest import MakeCall

BYE = {"step": "hangup", "prompts": ["goodbye"]}


def steps(**settings: Any) -> dict[str, Any]:
    ask = {"step": "collect", "prompts": ["enter-number"], "variable": "order", "min": 3, "max": 4, "next": "bye"}
    return {"ask": {**ask, **settings}, "bye": BYE, "lost": {"step": "hangup", "prompts": ["closed"]}}


def heard(channel: FakeChannel) -> list[str]:
    return [prompt for _, prompt in channel.heard]


@pytest.mark.parametrize(
    ("terminator", "script", "digits"),
    [
        ("#", ["123#"], "123"),
        ("#", ["123", "timeout"], "123"),
        ("#", ["1234"], "1234"),
        ("#", ["!9", "9*123#"], "123"),
        ("*", ["123*"], "123"),
        ("*", ["99#123*"], "123"),
        ("", ["123", "timeout"], "123"),
        ("", ["12#3#", "timeout"], "123"),
        ("", ["99*123", "timeout"], "123"),
    ],
)
async def test_one_key_ends_the_entry_and_the_other_starts_it_over(
    make_call: MakeCall, terminator: str, script: list[str], digits: str
) -> None:
    call, channel, trace = make_call(*script, steps=steps(terminator=terminator))
    assert isinstance(await run_flow(call, "ask"), End)
    assert call.variables == {"order": digits}
    assert heard(channel)[-1] == "goodbye"
    assert ("ask", "digits", {"digits": digits}) in trace.told


async def test_whoever_starts_over_hears_the_question_again_but_not_for_ever(make_call: MakeCall) -> None:
    call, channel, trace = make_call(*"*" * IDLE_KEYS, "123#", steps=steps())
    await run_flow(call, "ask")
    assert heard(channel) == ["enter-number"] * IDLE_KEYS + ["collect-silent", "enter-number", "goodbye"]
    assert call.variables == {"order": "123"}
    assert trace.events("ask") == ["over"] * (IDLE_KEYS - 1) + ["timeout", "digits"]


async def test_wrong_entries_and_silence_have_their_own_wordings(make_call: MakeCall) -> None:
    settings = steps(invalid=["invalid-choice", "collect-again"], silent="no-input", again=["callback-enter"], tries=4)
    call, channel, trace = make_call("1#", "timeout", "2#", "123#", steps=settings)
    await run_flow(call, "ask")
    assert heard(channel) == [
        "enter-number",
        *("invalid-choice", "callback-enter"),
        *("no-input", "callback-enter"),
        *("collect-again", "callback-enter"),
        "goodbye",
    ]
    assert [detail for _, event, detail in trace.told if event in {"invalid", "timeout"}] == [
        {"count": 1},
        {"count": 0},
        {"count": 1},
    ]


async def test_what_was_entered_is_read_back_and_confirmed(make_call: MakeCall) -> None:
    call, channel, trace = make_call("112#", "1", steps=steps(confirm=True))
    await run_flow(call, "ask")
    assert heard(channel) == [
        "enter-number",
        *("collect-entered", "digits/yao", "digits/yao", "digits/2", "collect-confirm"),
        "goodbye",
    ]
    assert call.variables == {"order": "112"}
    assert trace.events("ask") == ["digits"]


async def test_key_2_starts_over_without_a_reproach(make_call: MakeCall) -> None:
    call, channel, trace = make_call("111#", "!2", "222#", "timeout", "7", "1", steps=steps(confirm=True))
    await run_flow(call, "ask")
    assert call.variables == {"order": "222"}
    assert heard(channel)[:3] == ["enter-number", "collect-entered", "enter-number"]
    assert [prompt for prompt in heard(channel)[3:] if not prompt.startswith("digits/")] == [
        *("collect-entered", "collect-confirm"),
        *("no-input", "collect-entered", "collect-confirm"),
        *("invalid-choice", "collect-entered", "collect-confirm"),
        "goodbye",
    ]
    assert trace.events("ask") == ["over", "timeout", "invalid", "digits"]


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (["123#", "timeout", "timeout"], ["timeout", "timeout", "failure"]),
        (["123#", "2", "123#", "2"], ["over", "over", "failure"]),
        (["1#", "123#", "9", "9"], ["invalid", "invalid", "invalid", "failure"]),
    ],
)
async def test_who_never_confirms_goes_where_failure_leads(
    make_call: MakeCall, script: list[str], events: list[str]
) -> None:
    call, channel, trace = make_call(*script, steps=steps(confirm=True, tries=2, failure="lost"))
    await run_flow(call, "ask")
    assert heard(channel)[-1] == "closed"
    assert trace.events("ask") == events
    assert call.variables == {}


async def test_an_entry_after_the_closing_formula_still_counts(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", "123#", steps=steps(tries=1))
    assert isinstance(await run_flow(call, "ask"), End)
    assert heard(channel) == ["enter-number", "no-input-last", "goodbye"]
    assert call.variables == {"order": "123"}


async def test_silence_after_the_closing_formula_is_the_end(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", "timeout", steps=steps(tries=1, closing="emergency-goodbye"))
    assert isinstance(await run_flow(call, "ask"), End)
    assert heard(channel) == ["enter-number", "emergency-goodbye"]


@pytest.mark.parametrize(
    "script",
    [["hangup"], ["1", "hangup"], ["timeout", "hangup"], ["123#", "hangup"], ["123#", "2", "hangup"], ["*", "hangup"]],
)
async def test_a_hangup_in_the_middle_is_a_result(make_call: MakeCall, script: list[str]) -> None:
    call, _, _ = make_call(*script, steps=steps(confirm=True))
    assert isinstance(await run_flow(call, "ask"), HungUp)
    assert call.variables == {}


async def test_secret_digits_are_not_read_back(make_call: MakeCall) -> None:
    call, channel, trace = make_call("4*", "*", "711#", steps=steps(confirm=True, secret=True))
    await run_flow(call, "ask")
    assert call.secrets == {"order": "711"}
    assert [prompt for prompt in heard(channel) if prompt.startswith("digits/")] == []
    assert "711" not in repr((call.variables, trace.told, channel.variables))


async def test_a_terminator_after_the_last_digit_belongs_to_the_entry(make_call: MakeCall) -> None:
    flow = steps(max=3, min=3) | {"bye": {"step": "menu", "prompts": ["main-menu"], "choices": {"7": "end"}}}
    flow["end"] = {"step": "hangup"}
    for pressed in ("123#", "123"):
        call, channel, trace = make_call(pressed, "7", steps=flow)
        assert await run_flow(call, "ask") == End()
        assert trace.events("bye") == ["key"], pressed
        assert heard(channel) == ["enter-number", "main-menu", "goodbye"]


async def test_a_key_pressed_ahead_stops_what_follows_or_is_lost_in_it(make_call: MakeCall) -> None:
    call, channel, _ = make_call()
    call.ahead = "4"
    assert await call.say(["main-menu"], keys="456") == Heard("4")
    assert channel.heard == []
    call.ahead = "4"
    assert not (await call.say(["main-menu"])).key
    assert call.ahead == ""
    call.ahead = "4"
    assert not (await call.say(["recording-notice", "main-menu"], keys="456")).key, "nobody may skip that one"
    assert [prompt for _, prompt in channel.heard[-2:]] == ["recording-notice", "main-menu"]
