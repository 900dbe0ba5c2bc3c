"""Steps that hand the caller on, record what he says, and ask how the service was."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.model import Outside
from ivr.agi import AgiRequest
from ivr.call.engine import Question
from ivr.call.fake import FakeChannel
from ivr.call.outcome import End, Handover, HungUp
from ivr.call.runner import resume_flow, run_flow
from tests.unit.call.conftest import ListTrace, MakeCall

BYE = {"step": "hangup", "prompts": ["goodbye"]}
SORRY = {"step": "hangup", "prompts": ["emergency-busy"]}


class Answers(ListTrace):
    """Keeps the answers, too."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[str, str]] = []

    def answered(self, question: str, answer: str) -> None:
        self.answers.append((question, answer))


def heard(channel: FakeChannel) -> list[str]:
    return [prompt for _, prompt in channel.heard]


def transfer(**settings: Any) -> dict[str, Any]:
    return {
        "there": {"step": "transfer", "after": "bye", "failure": "sorry", **settings},
        "bye": BYE,
        "sorry": SORRY,
        "busy": {"step": "hangup", "prompts": ["queue-timeout"]},
    }


@pytest.mark.parametrize(
    ("settings", "variables", "target"),
    [
        ({"agent": "agent-kim"}, {}, "agent-6002"),
        ({"extension": "{wanted}"}, {"wanted": "6001"}, "agent-6001"),
        ({"outside": "9001"}, {}, "outside-9001"),
    ],
)
async def test_whom_the_site_has_is_called_by_the_dialplan(
    make_call: MakeCall, settings: dict[str, str], variables: dict[str, str], target: str
) -> None:
    call, channel, _ = make_call("timeout", steps=transfer(ring=30, **settings))
    outside = Outside(trunk="network", number="01012345678", title="repairs")
    call.site = call.site.model_copy(update={"outside": {"9001": outside}})
    call.variables.update(variables)
    result = await run_flow(call, "there")
    assert result == Handover("transfer", {"IVR_TARGET": target, "IVR_RING": "30"})
    assert heard(channel) == ["transfer-wait"]


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"extension": "{wanted}"}, "0900123"),
        ({"extension": "{wanted}"}, "6001,1)Dial(PJSIP/x"),
        ({"extension": "{wanted}"}, ""),
        ({"extension": "{never_set}"}, "6001"),
        ({"outside": "9001"}, ""),
        ({"agent": "agent-gone"}, ""),
    ],
)
async def test_nobody_else_is(make_call: MakeCall, settings: dict[str, str], wanted: str) -> None:
    call, channel, trace = make_call("timeout", steps=transfer(**settings))
    call.variables["wanted"] = wanted
    assert await run_flow(call, "there") == End()
    assert heard(channel) == ["transfer-failed", "emergency-busy"]
    assert (trace.outcomes, trace.events("there")) == (["unserved"], ["nobody"])


@pytest.mark.parametrize(
    ("status", "settings", "prompts"),
    [
        ("ANSWER", {}, ["goodbye"]),
        ("CONTINUE", {}, ["goodbye"]),
        ("NOANSWER", {}, ["transfer-failed", "emergency-busy"]),
        ("CHANUNAVAIL", {}, ["transfer-failed", "emergency-busy"]),
        ("TIMEOUT", {}, ["transfer-failed", "emergency-busy"]),  # of a queue that an agent handed him on to
        ("BUSY", {}, ["transfer-failed", "emergency-busy"]),
        ("BUSY", {"busy": "busy", "failed": []}, ["queue-timeout"]),
        ("NOANSWER", {"busy": "busy", "failed": []}, ["emergency-busy"]),
        ("", {}, ["transfer-failed", "emergency-busy"]),
    ],
)
async def test_after_the_talk_or_none(
    make_call: MakeCall, status: str, settings: dict[str, Any], prompts: list[str]
) -> None:
    call, channel, trace = make_call("timeout", steps=transfer(agent="agent-kim", **settings))
    assert await resume_flow(call, "there", status) == End()
    assert heard(channel) == prompts
    assert trace.outcomes == ([] if status in {"ANSWER", "CONTINUE"} else ["unserved"])


async def test_a_caller_handed_on_to_a_queue_whose_key_he_presses_goes_back_to_it(make_call: MakeCall) -> None:
    call, _, _ = make_call(steps=transfer(agent="agent-kim"))
    assert await resume_flow(call, "there", "KEY", "1") == Handover("queue", {})


async def test_a_queue_is_waited_in_as_by_a_queue_step(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", steps=transfer(queue="service"))
    result = await run_flow(call, "there")
    assert isinstance(result, Handover)
    assert (result.verb, result.variables["IVR_QUEUE"]) == ("queue", "service")
    assert heard(channel) == ["queue-join"]
    assert await resume_flow(call, "there", "CONTINUE") == End()
    assert heard(channel) == ["queue-join", "goodbye"]


@pytest.mark.parametrize("status", ["TIMEOUT", "LEAVEEMPTY", "FULL"])
@pytest.mark.parametrize("failed", [[], ["transfer-failed"]])
async def test_a_queue_in_vain_has_failed(make_call: MakeCall, status: str, failed: list[str]) -> None:
    settings = {"failed": failed} if failed else {}
    call, channel, trace = make_call("timeout", steps=transfer(queue="service", **settings))
    assert await resume_flow(call, "there", status) == End()
    assert heard(channel) == [*failed, "emergency-busy"]
    assert trace.outcomes == ["unserved"]


def statement(step: str = "record", **settings: Any) -> dict[str, Any]:
    more = {"prompts": ["enter-number"], "variable": "said", "failure": "sorry"} if step == "record" else {}
    return {"say": {"step": step, "next": "bye", "max_seconds": 30, **more, **settings}, "bye": BYE, "sorry": SORRY}


async def test_a_statement_is_recorded_and_named(make_call: MakeCall) -> None:
    call, channel, trace = make_call("timeout", steps=statement())
    assert await run_flow(call, "say") == Handover("record", {"IVR_SECONDS": "30", "IVR_SILENCE": "5"})
    call.recorded.append("1.0-statement.wav")
    assert await resume_flow(call, "say", "SILENCE") == End()
    assert (heard(channel), call.variables) == (["enter-number", "goodbye"], {"said": "1.0-statement.wav"})
    assert trace.outcomes == []


async def test_a_statement_that_could_not_be_written(make_call: MakeCall) -> None:
    call, channel, _ = make_call("timeout", steps=statement())
    call.recorded.append("1.0-statement.wav")
    assert await resume_flow(call, "say", "ERROR") == End()
    assert (heard(channel), call.variables) == (["record-failed", "emergency-busy"], {})


@pytest.mark.parametrize("step", ["record", "voicemail"])
@pytest.mark.parametrize(
    ("keys", "prompts"),
    [
        (("1",), ["record-review", "record-kept"]),
        (("timeout",), ["record-review", "record-kept"]),
        (("2", "1"), ["record-review", "1.0-a.wav", "record-review", "record-kept"]),
        (("2", "timeout"), ["record-review", "1.0-a.wav", "record-review", "record-kept"]),
        (("2", "!1"), ["record-review", "1.0-a.wav", "record-kept"]),  # heard enough
        (("7", "1"), ["record-review", "invalid-choice", "record-review", "record-kept"]),
    ],
)
async def test_a_caller_reviews_what_he_said(
    make_call: MakeCall, step: str, keys: tuple[str, ...], prompts: list[str]
) -> None:
    call, channel, _ = make_call(*keys, "timeout", steps=statement(step, review=True))
    call.recorded.append("1.0-a.wav")
    assert await resume_flow(call, "say", "DTMF") == End()
    assert heard(channel) == [*prompts, "goodbye"]


async def test_he_may_speak_anew_three_times(make_call: MakeCall) -> None:
    call, channel, trace = make_call("3", "3", "3", "3", "1", "timeout", steps=statement(review=True))
    for take in ("a", "b", "c"):
        call.recorded.append(f"1.0-{take}.wav")
        assert await resume_flow(call, "say", "DTMF") == Handover("record", {"IVR_SECONDS": "30", "IVR_SILENCE": "5"})
    call.recorded.append("1.0-d.wav")
    assert await resume_flow(call, "say", "DTMF") == End()
    asked = ["record-review"] * 3
    assert heard(channel) == [*asked, "record-review-last", "invalid-choice", "record-review-last", "record-kept",
                              "goodbye"]  # fmt: skip
    told = [detail["file"] for _, event, detail in trace.told if event == "replaced"]
    assert (told, call.variables) == (["1.0-a.wav", "1.0-b.wav", "1.0-c.wav"], {"said": "1.0-d.wav"})


async def test_nobody_presses_keys_for_ever(make_call: MakeCall) -> None:
    call, channel, _ = make_call(*["9"] * 100, steps=statement(review=True))
    call.recorded.append("1.0-a.wav")
    await resume_flow(call, "say", "DTMF")
    assert heard(channel).count("record-review") == 10
    assert "record-kept" in heard(channel)


async def test_hanging_up_in_the_review(make_call: MakeCall) -> None:
    call, _, trace = make_call("hangup", steps=statement("voicemail", review=True))
    call.recorded.append("1.0-a.wav")
    assert await resume_flow(call, "say", "DTMF") == HungUp()
    assert (trace.outcomes, trace.events("say")) == (["voicemail"], ["leave"])


def survey(**settings: Any) -> dict[str, Any]:
    return {"ask": {"step": "survey", "next": "bye", **settings}, "bye": BYE}


TWO = [
    {"name": "satisfaction", "prompts": ["survey-satisfaction"], "keys": ["1", "2", "3", "4", "5"]},
    {"name": "solved", "prompts": ["survey-solved"], "keys": ["1", "2"]},
]


async def asked(make_call: MakeCall, *script: str, **settings: Any) -> tuple[object, list[str], Answers]:
    call, channel, _ = make_call(*script, steps=survey(**settings))
    call.trace = Answers()
    return await run_flow(call, "ask"), heard(channel), call.trace


async def test_both_questions_are_answered(make_call: MakeCall) -> None:
    result, prompts, trace = await asked(make_call, "4", "1", "timeout", questions=TWO)
    assert (result, trace.answers) == (End(), [("satisfaction", "4"), ("solved", "1")])
    assert prompts == ["survey-satisfaction", "survey-solved", "survey-thanks", "goodbye"]
    assert [detail["question"] for _, event, detail in trace.told if event == "asked"] == ["satisfaction", "solved"]


async def test_a_wrong_key_and_silence_have_their_tries(make_call: MakeCall) -> None:
    _, prompts, trace = await asked(make_call, "9", "5", "timeout")
    assert (prompts[:3], trace.answers) == (
        ["survey-satisfaction", "invalid-choice", "survey-satisfaction"],
        [("satisfaction", "5")],
    )
    _, prompts, trace = await asked(make_call, "timeout", "timeout", "timeout", questions=TWO)
    assert prompts == ["survey-satisfaction", "no-input", "survey-satisfaction", "goodbye"]
    assert trace.answers == []


async def test_who_hangs_up_leaves_what_he_answered(make_call: MakeCall) -> None:
    result, _, trace = await asked(make_call, "2", "hangup", questions=TWO)
    assert (result, trace.answers) == (HungUp(), [("satisfaction", "2")])


def test_what_the_dialplan_asks() -> None:
    args = ("1000", "token", "record", "DTMF", "", "service", "1.0-statement.wav")
    assert Question.of(AgiRequest("call", args=args)).file == "1.0-statement.wav"
    assert Question.of(AgiRequest("call", args=("1000",))) == Question("1000")
    assert Question.of(AgiRequest("call", args=(*args, "more"))).queue == "service"
