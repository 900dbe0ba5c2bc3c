"""What a step says of the call's variables, in the language of the call."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.model import Language
from ivr.call.fake import FakeChannel
from ivr.call.outcome import End, HungUp
from ivr.call.runner import run_flow
from prompts.saying import say
from tests.unit.call.conftest import MakeCall

BYE = {"step": "hangup", "prompts": ["goodbye"]}
SAID: list[dict[str, Any]] = [
    {"prompt": "queue-wait-is"},
    {"digits": "{order}"},
    {"number": "{count}"},
    {"money": "{amount}", "currency": "USD"},
    {"date": "2026-{month}-01", "weekday": True},
    {"time": "{time}"},
]
VARIABLES = {"order": "1001", "count": "-12", "amount": "12.50", "month": "10"}


def steps(said: list[dict[str, Any]], **settings: Any) -> dict[str, Any]:
    return {
        "tell": {"step": "say", "say": said, "next": "bye", **settings},
        "bye": BYE,
        "lost": {"step": "hangup", "prompts": ["closed"]},
    }


def heard(channel: FakeChannel) -> list[str]:
    return [prompt for _, prompt in channel.heard]


@pytest.mark.parametrize("language", ["zh-CN", "en-US", "ko-KR"])
async def test_each_kind_is_said_in_the_language_of_the_call(make_call: MakeCall, language: Language) -> None:
    call, channel, trace = make_call(steps=steps(SAID))
    await call.choose_language(language)
    call.variables.update(VARIABLES)
    assert isinstance(await run_flow(call, "tell"), End)
    kinds = [
        ("digits", say(language, "digits", "1001")),
        ("number", say(language, "number", -12)),
        ("money", say(language, "money", "12.5", currency="USD")),
        ("date", say(language, "date", "2026-10-01", weekday=True)),
        ("time", say(language, "time", "10:00")),
    ]
    assert heard(channel) == ["queue-wait-is", *(name for _, names in kinds for name in names), "goodbye"]
    told = [detail for _, event, detail in trace.told if event == "said"]
    assert told == [{"kind": kind, "language": language} for kind, _ in kinds], "kinds, and no values"
    assert "digits/" not in repr(trace.told)


@pytest.mark.parametrize(("barge_in", "last"), [(True, ["digits/5"]), (False, ["digits/5", "digits/6"])])
async def test_a_key_stops_it_where_that_is_allowed(make_call: MakeCall, barge_in: bool, last: list[str]) -> None:
    call, channel, _ = make_call(
        "!7", steps=steps([{"digits": "56"}, {"prompt": "recording-notice"}], barge_in=barge_in)
    )
    assert isinstance(await run_flow(call, "tell"), End)
    assert heard(channel) == [*last, *([] if barge_in else ["recording-notice"]), "goodbye"]


@pytest.mark.parametrize("value", ["", "ten", "1,000", "2026-02-3x", "{nothing}"])
@pytest.mark.parametrize("kind", ["digits", "number", "money", "date", "time"])
async def test_nothing_is_said_of_a_value_that_is_none(make_call: MakeCall, kind: str, value: str) -> None:
    said = [{"prompt": "queue-wait-is"}, {kind: value}]
    call, channel, trace = make_call(steps=steps(said, failure="lost"))
    await run_flow(call, "tell")
    assert heard(channel) == ["closed"]
    assert ("tell", "unsayable", {"kind": kind}) in trace.told
    call, channel, _ = make_call(steps=steps(said))
    await run_flow(call, "tell")
    assert heard(channel) == ["goodbye"]


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_hangup_in_the_middle_is_a_result(make_call: MakeCall, at: int) -> None:
    call, channel, _ = make_call(steps=steps([{"digits": "567"}]))

    class Leaver:
        def at_prompt(self, prompt: str, keys: str) -> str:
            return "hangup" if prompt == f"digits/{5 + at}" else ""

        def at_wait(self, seconds: float) -> str:
            raise AssertionError("nothing is waited for")

    channel._caller = Leaver()
    assert isinstance(await run_flow(call, "tell"), HungUp)
    assert len(channel.heard) == at + 1
