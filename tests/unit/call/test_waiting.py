"""Waiting and callbacks in the words of the trade: given a caller, when he ..., then ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dialplan.model import CallbackSettings, CallerList, Site
from ivr.call.channel import Heard
from ivr.call.context import CallContext
from ivr.call.outcome import End, Handover, HungUp
from ivr.call.runner import resume_flow, run_flow
from ivr.call.steps.callback import called_back
from ivr.call.waiting import NoCallbacks, priority_of_caller
from ivr.queues.callbacks.book import Noted
from prompts.saying import say
from tests.unit.call.conftest import MakeCall

STEPS: Mapping[str, Any] = {
    "wait": {
        "step": "queue",
        "queue": "service",
        "keys": {"1": "later", "2": "bye"},
        "timeout": "busy",
        "empty": "nobody",
        "priority": 2,
        "wait": 45,
    },
    "later": {"step": "callback", "queue": "service", "next": "bye", "failure": "busy", "after": "bye"},
    "busy": {"step": "hangup", "prompts": ["queue-timeout"]},
    "nobody": {"step": "hangup", "prompts": ["closed"]},
    "bye": {"step": "hangup"},
}
SETTINGS = {"dial": "PJSIP/{number}@trunk", "allowed": ["139XXXXXXXX"]}
NUMBER = "13900000001"


class Empty:
    """A floor where nobody is."""

    def __init__(self) -> None:
        self.expected: list[tuple[str, int, str, str]] = []
        self.away: list[str] = []

    def expect(
        self, uniqueid: str, priority: int, *, since: object = None, language: str = "", queue: str = ""
    ) -> None:
        self.expected.append((uniqueid, priority, language, queue))

    def length(self, queue: str) -> int:
        return len(self.expected)

    def turned_away(self, queue: str) -> None:
        self.away.append(queue)

    def empty(self, queue: str) -> bool:
        return True


def with_callbacks(call: CallContext, noted: Noted = Noted.ACCEPTED, **settings: object) -> NoCallbacks:
    """Let the call's site call back; the desk that is asked."""
    made = CallbackSettings.model_validate(SETTINGS | settings)
    call.site = call.site.model_copy(update={"callback": made})
    call.caller, call.number, call.uniqueid, call.version = NUMBER, "1000", "1.0", "v1"
    desk = call.callbacks = NoCallbacks(noted)
    return desk


def prompts(channel: Any) -> list[str]:
    return [prompt for _, prompt in channel.heard if not prompt.startswith("digits/")]


async def test_a_caller_waits_with_his_priority_and_for_as_long_as_the_step_says(make_call: MakeCall) -> None:
    call, _, _ = make_call(steps=STEPS)
    outcome = await run_flow(call, "wait")
    assert isinstance(outcome, Handover)
    assert outcome.variables == {"IVR_QUEUE": "service", "IVR_QUEUE_WAIT": "45", "IVR_QUEUE_PRIO": "4"}


def test_the_highest_of_three_priorities_counts(site: Site) -> None:
    lists = {"vip": CallerList(priority=7, numbers=[NUMBER]), "staff": CallerList(priority=3, numbers=["1"])}
    site = site.model_copy(update={"callers": lists, "priorities": {"1000": 4}})
    assert priority_of_caller(site, caller=NUMBER, number="1000", step=0) == 7
    assert priority_of_caller(site, caller="2", number="1000", step=0) == 4
    assert priority_of_caller(site, caller="2", number="2000", step=1) == 1


async def test_who_may_not_join_an_empty_queue_is_told_so(make_call: MakeCall) -> None:
    call, channel, trace = make_call(steps=STEPS)
    queues = {"service": call.site.queues["service"].model_copy(update={"join_empty": False})}
    call.site, call.floor = call.site.model_copy(update={"queues": queues}), Empty()
    assert isinstance(await run_flow(call, "wait"), End)
    assert prompts(channel) == ["queue-nobody", "closed"]
    assert trace.events("wait") == ["empty"]
    assert trace.away == [("service", "JOINEMPTY")]
    assert (call.floor.expected, call.floor.away) == ([], ["service"])


@pytest.mark.parametrize(("full", "said"), [({}, "queue-timeout"), ({"full": "nobody"}, "closed")])
async def test_a_full_queue_sends_on_before_it_asks_for_patience(
    make_call: MakeCall, full: dict[str, str], said: str
) -> None:
    steps = {**STEPS, "wait": {**STEPS["wait"], **full}}
    floor = Empty()
    for outcome, heard in ((Handover, ["queue-join"]), (Handover, ["queue-join"]), (End, [said])):
        call, channel, trace = make_call(steps=steps)
        queues = {"service": call.site.queues["service"].model_copy(update={"max_length": 2})}
        call.site, call.floor = call.site.model_copy(update={"queues": queues}), floor
        assert isinstance(await run_flow(call, "wait"), outcome)
        assert prompts(channel) == heard
    assert trace.events("wait") == ["full"]
    assert (trace.away, floor.away) == ([("service", "FULL")], ["service"])
    assert "place" not in call.waited


async def test_whoever_is_on_his_way_in_is_counted(make_call: MakeCall) -> None:
    call, channel, _ = make_call(steps=STEPS)
    call.floor = floor = Empty()
    counted = []

    async def play(prompt: str, *, keys: str = "", slow: bool = False) -> Heard:
        counted.append((prompt, floor.length("service")))
        return Heard()

    channel.play = play  # type: ignore[method-assign]
    await run_flow(call, "wait")
    assert counted == [("queue-join", 1)]


async def test_most_sites_let_callers_wait_for_the_first_agent(make_call: MakeCall) -> None:
    call, _, _ = make_call(steps=STEPS)
    call.floor = floor = Empty()
    assert isinstance(await run_flow(call, "wait"), Handover)
    assert floor.expected == [("", 2, "zh-CN", "service")]


@pytest.mark.parametrize(
    ("status", "said"), [("TIMEOUT", "queue-timeout"), ("FULL", "queue-timeout"), ("WITHDRAW", "closed")]
)
async def test_each_way_out_of_the_queue_leads_to_its_step(make_call: MakeCall, status: str, said: str) -> None:
    call, channel, _ = make_call(steps=STEPS)
    assert isinstance(await resume_flow(call, "wait", status), End)
    assert prompts(channel) == [said]


async def test_a_key_leads_where_the_step_says_and_any_other_back_to_the_queue(make_call: MakeCall) -> None:
    call, channel, _ = make_call(steps=STEPS)
    assert isinstance(await resume_flow(call, "wait", "KEY", "2"), End)
    assert prompts(channel) == ["goodbye"]
    assert await resume_flow(call, "wait", "KEY", "9") == Handover("queue", {})


async def test_a_callback_keeps_place_priority_and_language(make_call: MakeCall) -> None:
    call, channel, trace = make_call("1", steps=STEPS)
    desk = with_callbacks(call)
    await run_flow(call, "wait")
    since = call.clock.now()
    call.clock.advance(90)  # type: ignore[attr-defined]
    call.language = "ko-KR"
    assert isinstance(await resume_flow(call, "wait", "KEY", "1"), End)
    (wish,) = desk.wishes
    assert (wish.number, wish.place, wish.priority, wish.language) == (NUMBER, since, 2, "ko-KR")
    assert (wish.service_number, wish.step, wish.site_version, wish.linkedid) == ("1000", "later", "v1", "1.0")
    assert prompts(channel)[1:] == ["callback-number", "callback-confirm-only", "callback-accepted", "goodbye"]
    spelt = [prompt for _, prompt in channel.heard if prompt.startswith("digits/")]
    assert spelt == say("ko-KR", "digits", NUMBER)
    assert trace.outcomes == ["callback"]


async def test_the_story_never_tells_the_number(make_call: MakeCall) -> None:
    call, _, trace = make_call("1", steps=STEPS)
    with_callbacks(call)
    await run_flow(call, "later")
    assert NUMBER not in str(trace.told)
    assert "digits/" not in str(trace.told)


async def test_a_caller_may_give_another_number_where_the_site_lets_him(make_call: MakeCall) -> None:
    call, channel, _ = make_call("2", *"13900000777", "#", "1", steps=STEPS)
    desk = with_callbacks(call, other_numbers=True)
    assert isinstance(await run_flow(call, "later"), End)
    assert [wish.number for wish in desk.wishes] == ["13900000777"]
    assert "callback-enter" in prompts(channel)


async def test_where_it_does_not_key_2_changes_nothing(make_call: MakeCall) -> None:
    call, _, _ = make_call("2", "1", steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await run_flow(call, "later"), End)
    assert [wish.number for wish in desk.wishes] == [NUMBER]


async def test_a_number_that_may_not_be_called_is_refused(make_call: MakeCall) -> None:
    call, channel, trace = make_call(steps=STEPS)
    desk = with_callbacks(call)
    call.caller = "+1 900 555 0100"
    await run_flow(call, "later")
    assert desk.wishes == []
    assert prompts(channel) == ["callback-refused", "queue-timeout"]
    assert trace.events("later") == ["refused"]


async def test_three_bad_numbers_are_enough(make_call: MakeCall) -> None:
    call, channel, _ = make_call(*"110#", *"120#", *"119#", steps=STEPS)
    desk = with_callbacks(call, other_numbers=True)
    call.caller = "anonymous"
    await run_flow(call, "later")
    assert desk.wishes == []
    assert prompts(channel).count("callback-refused") == 3


@pytest.mark.parametrize("script", [["*"], ["timeout", "timeout", "timeout"]])
async def test_without_a_yes_nothing_is_noted(make_call: MakeCall, script: list[str]) -> None:
    call, channel, _ = make_call(*script, steps=STEPS)
    desk = with_callbacks(call)
    await run_flow(call, "later")
    assert desk.wishes == []
    assert prompts(channel)[-1] == "queue-timeout"


async def test_silence_and_wrong_keys_are_told_apart_before_a_callback_is_noted(make_call: MakeCall) -> None:
    call, channel, trace = make_call("timeout", "7", "1", steps=STEPS)
    desk = with_callbacks(call)
    await run_flow(call, "later")
    assert [wish.number for wish in desk.wishes] == [NUMBER]
    asked = ["callback-number", "callback-confirm-only"]
    assert prompts(channel) == [*asked, "no-input", *asked, "invalid-choice", *asked, "callback-accepted", "goodbye"]
    assert trace.events("later") == ["timeout", "invalid", "noted"]


async def test_whoever_enters_no_number_is_asked_three_times(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", "timeout", "timeout", steps=STEPS)
    desk = with_callbacks(call, other_numbers=True)
    call.caller = "anonymous"
    await run_flow(call, "later")
    assert desk.wishes == []
    asked = ["callback-enter", "collect-silent", "callback-enter", "collect-silent", "callback-enter"]
    assert prompts(channel)[:5] == asked
    assert "callback-refused" not in prompts(channel)


async def test_a_full_book_is_told(make_call: MakeCall) -> None:
    call, channel, trace = make_call("1", steps=STEPS)
    with_callbacks(call, Noted.FULL)
    await run_flow(call, "later")
    assert prompts(channel)[-2:] == ["callback-full", "queue-timeout"]
    assert trace.outcomes == []


async def answered(call: CallContext) -> Handover | End | HungUp:
    step = call.site.flows[call.flow].steps["later"]
    return await called_back(step, call, 2)  # type: ignore[arg-type]


async def test_whoever_is_called_back_hears_the_notice_and_takes_his_place(make_call: MakeCall) -> None:
    call, channel, _ = make_call("1", steps=STEPS)
    desk = with_callbacks(call)
    outcome = await answered(call)
    assert isinstance(outcome, Handover)
    assert outcome.variables["IVR_QUEUE_PRIO"] == "5"  # before all of priority 2, after priority 3
    assert prompts(channel) == ["callback-hello", "recording-notice", "callback-take"]
    assert desk.ended == [("1.0", "confirmed")]


async def test_an_answering_machine_presses_no_key(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", "timeout", steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await answered(call), End)
    assert desk.ended == [("1.0", "not confirmed")]
    assert prompts(channel).count("callback-take") == 2


async def test_whoever_wants_it_no_more_is_not_called_again(make_call: MakeCall) -> None:
    call, _, _ = make_call("2", steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await answered(call), End)
    assert desk.ended == [("1.0", "declined")]


async def test_whoever_hangs_up_is_left_to_the_desk(make_call: MakeCall) -> None:
    call, _, _ = make_call("hangup", steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await answered(call), HungUp)
    assert desk.ended == []


async def test_whoever_waited_in_vain_after_all_is_called_again(make_call: MakeCall) -> None:
    call, channel, _ = make_call(steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await resume_flow(call, "later", "TIMEOUT"), End)
    assert desk.ended == [("1.0", "no agent")]
    assert prompts(channel) == ["queue-timeout"]
    assert isinstance(await resume_flow(call, "later", "CONTINUE"), End)
    assert len(desk.ended) == 1


@pytest.mark.parametrize("status", ["FULL", "WITHDRAW", "JOINEMPTY", "LEAVEEMPTY"])
async def test_a_callback_that_met_no_agent_costs_no_try(make_call: MakeCall, status: str) -> None:
    call, _, _ = make_call(steps=STEPS)
    desk = with_callbacks(call)
    assert isinstance(await resume_flow(call, "later", status), End)
    assert desk.ended == [("1.0", "without agent")]
