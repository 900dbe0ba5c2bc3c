"""Steps, in the words of the trade: given a menu, when the caller ..., then ..."""

from __future__ import annotations

import pytest

from ivr.call.outcome import End, Handover, HungUp
from ivr.call.runner import MAX_STEPS, FlowLoopError, resume_flow, run_flow
from tests.unit.call.conftest import MakeCall

MENU = {
    "menu": {"step": "menu", "prompts": ["main-menu"], "choices": {"1": "one", "0": "zero"}, "timeout": 5, "tries": 3},
    "one": {"step": "queue", "queue": "service"},
    "zero": {"step": "hangup"},
}


async def test_a_key_of_the_menu_leads_to_its_step(make_call: MakeCall) -> None:
    call, channel, trace = make_call("1", steps=MENU)
    outcome = await run_flow(call, "menu")
    assert isinstance(outcome, Handover)
    assert outcome.verb == "queue"
    assert outcome.variables == {"IVR_QUEUE": "service", "IVR_QUEUE_WAIT": "120", "IVR_QUEUE_PRIO": "0"}
    assert [prompt for _, prompt in channel.heard] == ["main-menu", "queue-join"]
    assert trace.events("menu") == ["key"]


async def test_a_key_pressed_into_the_prompt_stops_it(make_call: MakeCall) -> None:
    call, channel, _ = make_call("!0", steps=MENU)
    assert isinstance(await run_flow(call, "menu"), End)
    assert [prompt for _, prompt in channel.heard] == ["main-menu", "goodbye"]


async def test_silence_and_wrong_keys_are_told_apart_and_the_menu_is_offered_again(make_call: MakeCall) -> None:
    call, channel, trace = make_call("timeout", "9", "1", steps=MENU)
    assert isinstance(await run_flow(call, "menu"), Handover)
    assert [prompt for _, prompt in channel.heard] == [
        "main-menu",
        "no-input",
        "main-menu",
        "invalid-choice",
        "main-menu",
        "queue-join",
    ]
    assert trace.events("menu") == ["timeout", "invalid", "key"]


async def test_a_silent_caller_hears_the_closing_formula_then_the_call_ends(make_call: MakeCall) -> None:
    call, channel, trace = make_call(*["timeout"] * 4, steps=MENU)
    assert isinstance(await run_flow(call, "menu"), End)
    assert [prompt for _, prompt in channel.heard][-1] == "no-input-last"
    assert trace.events("menu") == ["timeout", "timeout", "timeout", "failure"]


async def test_a_key_in_the_last_wait_still_counts(make_call: MakeCall) -> None:
    call, _, _ = make_call("timeout", "timeout", "timeout", "1", steps=MENU)
    assert isinstance(await run_flow(call, "menu"), Handover)


async def test_failure_goes_where_the_admin_says(make_call: MakeCall) -> None:
    steps = {**MENU, "menu": {**MENU["menu"], "tries": 1, "failure": "one"}}
    call, _, _ = make_call("7", steps=steps)
    assert isinstance(await run_flow(call, "menu"), Handover)


@pytest.mark.parametrize("script", [["hangup"], ["timeout", "hangup"], ["9", "hangup"]])
async def test_a_hangup_in_the_menu_is_a_result(make_call: MakeCall, script: list[str]) -> None:
    call, _, _ = make_call(*script, steps=MENU)
    assert isinstance(await run_flow(call, "menu"), HungUp)


async def test_each_language_offers_itself_and_the_choice_is_kept(make_call: MakeCall) -> None:
    call, channel, trace = make_call("3", "timeout", "hangup")
    await run_flow(call, "answer")
    assert channel.heard[:3] == [
        ("zh-CN", "language-offer-1"),
        ("en-US", "language-offer-2"),
        ("ko-KR", "language-offer-3"),
    ]
    assert trace.languages == ["ko-KR"]
    assert {language for language, _ in channel.heard[3:]} == {"ko-KR"}
    assert [prompt for _, prompt in channel.heard[3:5]] == ["greeting-morning", "recording-notice"]


async def test_a_caller_who_chooses_no_language_gets_the_first(make_call: MakeCall) -> None:
    call, _, trace = make_call("timeout", "timeout", "1")
    assert isinstance(await run_flow(call, "answer"), Handover)
    assert trace.languages == ["zh-CN"]


async def test_a_closed_line_says_so_and_takes_a_message(make_call: MakeCall) -> None:
    call, channel, trace = make_call("timeout", "timeout", flow="night")
    outcome = await run_flow(call, "answer")
    assert isinstance(outcome, Handover)
    assert outcome.verb == "voicemail"
    assert outcome.variables == {"IVR_SECONDS": "120", "IVR_SILENCE": "5"}
    assert [prompt for _, prompt in channel.heard][-2:] == ["closed", "voicemail-intro"]
    assert trace.outcomes == ["closed"]
    assert isinstance(await resume_flow(call, call.step, ""), End)
    assert trace.outcomes == ["closed", "voicemail"]


async def test_after_the_talk_the_caller_is_thanked(make_call: MakeCall) -> None:
    call, channel, _ = make_call()
    assert isinstance(await resume_flow(call, "service", "CONTINUE"), End)
    assert [prompt for _, prompt in channel.heard] == ["thanks-for-calling", "goodbye"]


@pytest.mark.parametrize("status", ["TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "JOINUNAVAIL", ""])
async def test_a_caller_nobody_answered_is_told_and_may_leave_a_message(make_call: MakeCall, status: str) -> None:
    call, channel, _ = make_call("timeout")
    outcome = await resume_flow(call, "service", status)
    assert isinstance(outcome, Handover)
    assert outcome.verb == "voicemail"
    assert channel.heard[0][1] == "queue-timeout"


COLLECT = {
    "ask": {"step": "collect", "prompts": ["enter-number"], "variable": "card", "min": 4, "max": 6, "next": "end"},
    "end": {"step": "hangup"},
}


async def test_digits_end_with_the_pound_key(make_call: MakeCall) -> None:
    call, _, trace = make_call("1", "2", "3", "4", "#", "timeout", steps=COLLECT)
    await run_flow(call, "ask")
    assert call.variables == {"card": "1234"}
    assert ("ask", "digits", {"digits": "1234"}) in trace.told


async def test_the_star_key_starts_over(make_call: MakeCall) -> None:
    call, _, _ = make_call("!9", "9", "*", "1", "2", "3", "4", "5", "6", steps=COLLECT)
    await run_flow(call, "ask")
    assert call.variables == {"card": "123456"}


async def test_too_few_digits_are_asked_for_again(make_call: MakeCall) -> None:
    call, channel, trace = make_call("1", "2", "timeout", "1", "2", "3", "4", "timeout", steps=COLLECT)
    await run_flow(call, "ask")
    assert call.variables == {"card": "1234"}
    assert [prompt for _, prompt in channel.heard][:3] == ["enter-number", "collect-again", "enter-number"]
    assert trace.events("ask") == ["invalid", "digits"]


async def test_secret_digits_are_told_to_nobody(make_call: MakeCall) -> None:
    steps = {**COLLECT, "ask": {**COLLECT["ask"], "secret": True}}
    call, channel, trace = make_call("4", "7", "1", "1", "#", "timeout", steps=steps)
    await run_flow(call, "ask")
    assert call.secrets == {"card": "4711"}
    assert "4711" not in repr((call.variables, trace.told, channel.variables))
    assert ("ask", "digits", {"count": 4}) in trace.told


async def test_a_flow_in_a_ring_is_ended(make_call: MakeCall) -> None:
    ring = {
        "a": {"step": "play", "prompts": ["goodbye"], "next": "b"},
        "b": {"step": "play", "prompts": ["goodbye"], "next": "a"},
    }
    call, channel, _ = make_call("timeout", steps=ring)
    with pytest.raises(FlowLoopError, match="dialplan check"):
        await run_flow(call, "a")
    assert len(channel.heard) == MAX_STEPS
