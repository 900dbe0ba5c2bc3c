"""The accessible profile: more time, the question again, a human from everywhere, slower prompts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dialplan.model import Accessible, Callback, CallerList, Flow, Site
from ivr.agi import AgiRequest, AgiSession
from ivr.agi.fake import FakeAsterisk
from ivr.call.agi_channel import AgiChannel
from ivr.call.asking import REPEATS
from ivr.call.channel import Heard
from ivr.call.context import CallContext
from ivr.call.fake import FakeChannel, Happening, ScriptedCaller
from ivr.call.outcome import End, Handover
from ivr.call.recorder import NoRecorder
from ivr.call.runner import resume_flow, run_flow
from ivr.call.steps.callback import called_back
from ivr.call.waiting import NoCallbacks, is_accessible
from tests.unit.call.conftest import ListTrace, MakeCall

BYE = {"step": "hangup", "prompts": ["goodbye"]}
HUMAN = {"step": "hangup", "prompts": ["emergency-goodbye"]}
MENU: dict[str, Any] = {"step": "menu", "prompts": ["main-menu"], "choices": {"1": "bye"}}


class Line:
    """A call of the accessible profile, and all that happened in it."""

    def __init__(
        self,
        make_call: MakeCall,
        *script: str,
        steps: Mapping[str, Any],
        human: str | None = "human",
        profile: Accessible | None = None,
        accessible: bool = True,
        inner: Mapping[str, Any] | None = None,
    ) -> None:
        made = make_call(*script, steps={**steps, "bye": BYE, "human": HUMAN})
        self.call: CallContext = made[0]
        self.trace: ListTrace = made[2]
        self.happened: list[Happening] = []
        self.channel = FakeChannel(caller=ScriptedCaller(script), tell=self.happened.append)
        flows = dict(self.call.site.flows)
        flows["test"] = flows["test"].model_copy(update={"human": human})
        if inner is not None:
            flows["inner"] = Flow.model_validate({"start": next(iter(inner)), "steps": inner})
        self.call.site = self.call.site.model_copy(update={"flows": flows, "accessible": profile})
        self.call.channel, self.call.accessible = self.channel, accessible

    async def run(self) -> list[str]:
        """The prompts he hears to the end of the flow."""
        assert isinstance(await run_flow(self.call, self.call.site.flows["test"].start), End)
        return [prompt for _, prompt in self.channel.heard]

    @property
    def waits(self) -> list[float]:
        return [one.seconds for one in self.happened if one.kind == "wait" and not one.key]


async def test_the_line_waits_longer_but_no_longer_than_the_site_allows(make_call: MakeCall) -> None:
    for patience, waited in ((1.0, 5.0), (2.0, 10.0), (4.0, 15.0)):
        line = Line(make_call, "timeout", "1", steps={"menu": MENU}, profile=Accessible(patience=patience))
        await line.run()
        assert line.waits == [waited]
    line = Line(make_call, "timeout", "1", steps={"menu": {**MENU, "timeout": 20}}, profile=Accessible(patience=2))
    await line.run()
    assert line.waits == [20.0]
    line = Line(make_call, "timeout", "1", steps={"menu": MENU}, accessible=False, profile=Accessible())
    await line.run()
    assert line.waits == [5.0]


async def test_digits_are_waited_for_longer_too(make_call: MakeCall) -> None:
    ask = {"step": "collect", "prompts": ["enter-number"], "variable": "order", "min": 2, "max": 4, "next": "bye"}
    line = Line(make_call, "12", "timeout", steps={"ask": ask})
    await line.run()
    assert line.waits == [10.0]


async def test_star_says_the_question_again_and_costs_no_try(make_call: MakeCall) -> None:
    line = Line(make_call, "timeout", "*", "!*", "1", steps={"menu": {**MENU, "tries": 2}})
    assert await line.run() == ["main-menu", "no-input", "main-menu", "main-menu", "main-menu", "goodbye"]
    assert line.trace.events("menu") == ["timeout", "repeat", "repeat", "key"]


async def test_star_is_not_without_end(make_call: MakeCall) -> None:
    line = Line(make_call, *["*"] * 50, "1", steps={"menu": {**MENU, "tries": 1, "failure": "bye"}})
    assert await line.run() == ["main-menu"] * (REPEATS + 1) + ["goodbye"]
    assert line.trace.events("menu")[-2:] == ["invalid", "failure"]


async def test_star_and_zero_keep_the_meaning_a_menu_gives_them(make_call: MakeCall) -> None:
    for key in "*0":
        line = Line(make_call, key, steps={"menu": {**MENU, "choices": {key: "bye"}}})
        assert await line.run() == ["main-menu", "goodbye"]


@pytest.mark.parametrize("script", [["0"], ["!0"], ["timeout", "!0"], ["9", "0"], ["timeout"] * 3 + ["0"]])
async def test_zero_leads_to_a_human_at_any_time(make_call: MakeCall, script: list[str]) -> None:
    line = Line(make_call, *script, steps={"menu": MENU})
    assert (await line.run())[-1] == "emergency-goodbye"
    assert ("menu", "human", {"key": "0"}) in line.trace.told


async def test_for_all_others_zero_and_star_are_wrong_keys(make_call: MakeCall) -> None:
    line = Line(make_call, "0", "*", "1", steps={"menu": MENU}, accessible=False)
    assert await line.run() == ["main-menu", *["invalid-choice", "main-menu"] * 2, "goodbye"]
    line = Line(make_call, "0", "1", steps={"menu": MENU}, human=None)
    assert await line.run() == ["main-menu", "invalid-choice", "main-menu", "goodbye"]


@pytest.mark.parametrize(
    "step",
    [
        {"step": "play", "prompts": ["closed", "thanks-for-calling"], "next": "bye"},
        {"step": "play", "prompts": ["closed", "thanks-for-calling"], "next": "bye", "barge_in": True},
        {"step": "say", "say": [{"prompt": "closed"}, {"digits": "5"}], "next": "bye"},
        {"step": "say", "say": [{"prompt": "closed"}, {"digits": "5"}], "next": "bye", "barge_in": False},
        {"step": "hangup", "prompts": ["closed", "goodbye"]},
        {"step": "voicemail", "prompts": ["closed"], "next": "bye"},
    ],
)
async def test_zero_leads_to_a_human_out_of_what_is_only_said(make_call: MakeCall, step: dict[str, Any]) -> None:
    line = Line(make_call, "!0", steps={"first": step})
    assert await line.run() == ["closed", "emergency-goodbye"]


async def test_out_of_an_inner_flow_zero_leads_to_the_human_around_it(make_call: MakeCall) -> None:
    line = Line(
        make_call,
        "0",
        steps={"go": {"step": "subflow", "flow": "inner", "next": "bye"}},
        inner={"menu": {**MENU, "choices": {"1": "end"}}, "end": BYE},
    )
    assert await line.run() == ["main-menu", "emergency-goodbye"]
    assert line.call.stack == []


async def test_the_recording_notice_cannot_be_left_out_on_the_way(make_call: MakeCall) -> None:
    greeting = {"step": "greeting", "next": "bye"}
    line = Line(make_call, "0", steps={"menu": {**MENU, "choices": {"1": "hello"}}, "hello": greeting})
    assert await line.run() == ["main-menu", "recording-notice", "emergency-goodbye"]
    line = Line(make_call, "!0", steps={"hello": {**greeting, "next": "menu"}, "menu": MENU})
    assert await line.run() == ["greeting-morning", "recording-notice", "main-menu", "emergency-goodbye"]
    line = Line(make_call, "0", steps={"hello": {**greeting, "refuse_key": "9"}})
    assert (await line.run())[-2:] == ["recording-refusal-9", "emergency-goodbye"]


COLLECT = {"step": "collect", "prompts": ["enter-number"], "variable": "order", "min": 2, "max": 4, "next": "bye"}


@pytest.mark.parametrize(
    ("settings", "script", "digits"),
    [
        ({}, ["0", "timeout"], None),
        ({"min": 1}, ["0", "timeout"], None),
        ({"terminator": ""}, ["0", "timeout"], None),
        ({"min": 1}, ["0#"], "0"),
        ({"min": 1, "max": 1}, ["0"], "0"),
        ({}, ["01", "timeout"], "01"),
        ({}, ["00", "timeout"], "00"),
        ({"confirm": True}, ["12#", "0"], None),
    ],
)
async def test_among_digits_zero_alone_and_silence_is_a_human(
    make_call: MakeCall, settings: dict[str, Any], script: list[str], digits: str | None
) -> None:
    line = Line(make_call, *script, steps={"ask": {**COLLECT, **settings}})
    assert (await line.run())[-1] == ("emergency-goodbye" if digits is None else "goodbye")
    assert line.call.variables.get("order") == digits


async def test_star_says_it_again_even_where_it_ends_the_entry(make_call: MakeCall) -> None:
    line = Line(make_call, "*", "12*", steps={"ask": {**COLLECT, "terminator": "*"}})
    assert await line.run() == ["enter-number", "enter-number", "goodbye"]
    assert line.call.variables == {"order": "12"}


async def test_a_human_before_the_language_is_chosen_speaks_the_first(make_call: MakeCall) -> None:
    ask = {"step": "language", "choices": {"1": "zh-CN", "2": "en-US"}, "next": "bye"}
    line = Line(make_call, "*", "0", steps={"ask": ask})
    assert await line.run() == ["language-offer-1", "language-offer-2"] * 2 + ["emergency-goodbye"]
    assert line.channel.heard[-1] == ("zh-CN", "emergency-goodbye")
    assert line.trace.languages == ["zh-CN"]


@pytest.mark.parametrize("accessible", [True, False])
async def test_prompts_are_slower(make_call: MakeCall, accessible: bool) -> None:
    ask = {"step": "language", "choices": {"1": "zh-CN"}, "next": "menu"}
    line = Line(make_call, "1", "1", steps={"ask": ask, "menu": MENU}, accessible=accessible)
    await line.run()
    sounds = [one for one in line.happened if one.kind == "sound"]
    assert [one.slow for one in sounds] == [accessible] * 3


async def test_a_human_after_the_queue_is_one_key_away(make_call: MakeCall) -> None:
    steps = {
        "service": {"step": "queue", "queue": "service", "timeout": "sorry"},
        "sorry": {"step": "play", "prompts": ["closed"], "next": "bye"},
    }
    line = Line(make_call, "!0", steps=steps, human="service")
    outcome = await resume_flow(line.call, "service", "TIMEOUT")
    assert isinstance(outcome, Handover)
    assert line.call.step == "service"


def test_a_list_of_callers_says_who_is_served_so(site: Site) -> None:
    lists = {"old": CallerList(numbers=["13800138000"], accessible=True), "vip": CallerList(numbers=["13800138001"])}
    chosen = site.model_copy(update={"callers": lists})
    assert is_accessible(chosen, "13800138000")
    assert not is_accessible(chosen, "13800138001")
    assert not is_accessible(chosen, "")


@pytest.mark.parametrize("there", [True, False])
async def test_a_prompt_that_is_not_there_slowly_is_played_as_it_is(there: bool) -> None:
    missing = [] if there else ["ivr-slow/main-menu"]
    asterisk = FakeAsterisk(missing=missing)

    async def handle(request: AgiRequest, session: AgiSession) -> None:
        channel = AgiChannel(session, "zh-CN")
        for prompt in ("main-menu", "digits/7", "main-menu"):
            assert await channel.play(prompt, slow=True) == Heard()
        assert await channel.play("main-menu") == Heard()

    await asterisk.run(handle)
    name = "ivr-slow/main-menu" if there else "ivr/main-menu"
    assert asterisk.played == [name, "digits/7", name, "ivr/main-menu"]
    asked = [command[2] for command in asterisk.commands if command[:2] == ["STREAM", "FILE"]]
    assert asked.count("ivr-slow/main-menu") == (2 if there else 1)


async def test_a_customer_who_is_called_back_is_connected_by_one_key_only(make_call: MakeCall) -> None:
    later = {"step": "callback", "queue": "service", "next": "bye"}
    line = Line(make_call, "0", "2", steps={"later": later})
    line.call.callbacks = desk = NoCallbacks()
    step = line.call.site.flows["test"].steps["later"]
    assert isinstance(step, Callback)
    assert isinstance(await called_back(step, line.call, 0), End)
    assert desk.ended == [("1.0", "declined")]
    assert [prompt for _, prompt in line.channel.heard][-2:] == ["callback-cancelled", "goodbye"]


async def test_whoever_leaves_a_secret_entry_for_a_human_is_recorded_again(make_call: MakeCall) -> None:
    class Recording(NoRecorder):
        def __init__(self) -> None:
            self.told: list[str] = []

        @asynccontextmanager
        async def paused(self, linkedid: str, reason: str, *, by: str = "") -> AsyncIterator[None]:
            self.told.append("paused")
            try:
                yield
            finally:
                self.told.append("resumed")

    line = Line(make_call, "0", "timeout", steps={"ask": {**COLLECT, "secret": True}})
    line.call.recorder = recording = Recording()
    assert await line.run() == ["enter-number", "emergency-goodbye"]
    assert recording.told == ["paused", "resumed"]
    assert line.call.secrets == {}
