"""Simulated calls: what is heard, pressed and told, handovers, services, and how a call ends."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from dialplan.model import Site
from ivr.call.fake import HANGUP, ScriptedCaller
from ivr.call.simulation import LookupReply, Plan, Simulator, Story
from ivr.call.simulation.run import MOST_TURNS, TurnsError
from ivr.call.simulation.words import end_of, words
from ivr.core.errors import UsageError
from ivr.journal.facts import StepFact
from prompts.sounds import duration
from tests.unit.call.simulation.conftest import AT, SimulateSteps

BYE = {"step": "hangup"}
MENU = {"step": "menu", "prompts": ["main-menu"], "choices": {"1": "one", "0": "bye"}}
PIN = {"step": "collect", "prompts": ["enter-number"], "variable": "pin", "min": 4, "max": 6, "secret": True}
LOOKUP = {
    "step": "lookup",
    "url": "http://127.0.0.1:9/orders/{order}",
    "save": {"state": "order.state"},
    "failure": "failed",
    "not_found": "unknown",
    "next": "bye",
}
ORDER = {
    "order": {"step": "collect", "prompts": ["enter-number"], "variable": "order", "max": 8, "next": "look"},
    "look": LOOKUP,
    "failed": {"step": "hangup"},
    "unknown": {"step": "hangup"},
    "bye": {"step": "hangup"},
}


def queue(**more: Any) -> dict[str, Any]:
    return {"step": "queue", "queue": "service", **more}


def heard(story: Story) -> list[str]:
    return [item.detail["prompt"] for item in story.sounds]


def replies(story: Story) -> list[tuple[str, str]]:
    return [
        (item.detail["reply"], item.detail["status"])
        for visit in story.visits
        for item in visit.items
        if item.what == "handover"
    ]


def test_what_the_caller_hears_is_told_in_his_language_with_its_words(simulate: SimulateSteps) -> None:
    story = simulate(None, "2", "1")
    greeting = next(item for item in story.sounds if item.detail["prompt"] == "greeting-morning")
    assert greeting.detail["language"] == "en-US"
    assert greeting.detail["text"].startswith("Good morning")
    assert greeting.detail["seconds"] == round(duration("en-US", "greeting-morning"), 2)
    assert story.path == ["answer", "language", "greeting", "hours", "main-menu", "service", "thanks"]
    assert (story.ended, story.outcome, story.language) == ("line", "answered", "en-US")


def test_time_passes_as_long_as_prompts_and_silence_last(simulate: SimulateSteps) -> None:
    story = simulate({"menu": {**MENU, "tries": 1, "timeout": 7}, "one": BYE, "bye": BYE})
    spoken = duration("zh-CN", "main-menu") + duration("zh-CN", "no-input-last")
    assert story.seconds == pytest.approx(spoken + 7 + 7)
    assert story.longest_silence == pytest.approx(7)
    assert heard(story) == ["main-menu", "no-input-last"]


def test_the_clock_of_the_call_is_that_of_the_steps(simulate: SimulateSteps) -> None:
    late = AT.replace(hour=11, minute=59, second=50)
    story = simulate({"menu": {**MENU, "tries": 3}, "one": {"step": "greeting", "next": "bye"}, "bye": BYE},
                     "timeout", "1", at=late)  # fmt: skip
    assert "greeting-afternoon" in heard(story)


def test_a_key_during_a_prompt_cuts_it_where_that_is_allowed(simulate: SimulateSteps) -> None:
    steps = {"hello": {"step": "greeting", "next": "menu"}, "menu": MENU, "one": BYE, "bye": BYE}
    story = simulate(steps, "!1")
    cut = [item.detail for item in story.sounds if item.detail.get("key")]
    assert [(one["prompt"], one["key"]) for one in cut] == [("main-menu", "1")]
    assert cut[0]["seconds"] < duration("zh-CN", "main-menu")


@pytest.mark.parametrize(
    ("word", "status", "path", "outcome", "ended"),
    [
        ("answered", "CONTINUE", ["q", "after"], "answered", "line"),
        ("talk-hangup", "", ["q"], "answered", "caller"),
        ("hangup", "", ["q"], "abandoned", "caller"),
        ("timeout", "TIMEOUT", ["q", "late"], "unserved", "line"),
        ("full", "FULL", ["q", "full"], "unserved", "line"),
        ("empty", "LEAVEEMPTY", ["q", "empty"], "unserved", "line"),
        ("key 7", "KEY", ["q", "left"], "self_service", "line"),
    ],
)
def test_queue(simulate: SimulateSteps, word: str, status: str, path: list[str], outcome: str, ended: str) -> None:
    ways = {"after": "after", "timeout": "late", "full": "full", "empty": "empty", "keys": {"7": "left"}}
    steps = {"q": queue(**ways), **dict.fromkeys(["after", "late", "full", "empty", "left"], BYE)}
    story = simulate(steps, replies={"queue": [word]})
    assert replies(story) == [(word, status)]
    assert (story.path, story.outcome, story.ended) == (path, outcome, ended)


def test_a_full_queue_is_not_joined_and_the_word_is_used_up(demo: Site, simulate: SimulateSteps) -> None:
    small = demo.queues["service"].model_copy(update={"max_length": 5})
    steps = {"q": queue(full="again", timeout="bye"), "again": queue(after="bye"), "bye": BYE}
    story = simulate(steps, queues={"service": small}, replies={"queue": ["full", "answered"]})
    assert story.path == ["q", "again", "bye"]
    assert replies(story) == [("answered", "CONTINUE")]


def test_an_empty_queue_is_not_joined(demo: Site, simulate: SimulateSteps) -> None:
    closed = demo.queues["service"].model_copy(update={"join_empty": False})
    steps = {"q": queue(empty="bye", timeout="q2"), "q2": queue(), "bye": BYE}
    story = simulate(steps, queues={"service": closed}, replies={"q": ["empty"]})
    assert (story.path, replies(story), story.outcome) == (["q", "bye"], [], "unserved")
    assert "queue-nobody" in heard(story)


def test_replies_by_step_come_before_those_by_verb_one_after_another(simulate: SimulateSteps) -> None:
    steps = {"a": queue(timeout="b"), "b": queue(timeout="a", after="bye"), "bye": BYE}
    story = simulate(steps, replies={"queue": ["answered"], "a": ["timeout"], "main/b": ["timeout", "answered"]})
    assert story.path == ["a", "b", "a", "b", "bye"]


def test_a_message_is_an_outcome_of_its_own_even_when_he_hangs_up_while_he_speaks(simulate: SimulateSteps) -> None:
    steps = {"vm": {"step": "voicemail", "next": "bye"}, "bye": BYE}
    assert (simulate(steps).outcome, simulate(steps).ended) == ("voicemail", "line")
    gone = simulate(steps, replies={"voicemail": ["hangup"]})
    assert (gone.outcome, gone.ended, gone.path) == ("voicemail", "caller", ["vm"])
    lost = simulate(steps, replies={"voicemail": ["failed"]})
    assert (lost.outcome, lost.ended, lost.error) == ("failed", "emergency", None)


def test_a_call_that_goes_round_and_round_ends(simulate: SimulateSteps) -> None:
    story = simulate({"q": queue(timeout="q")}, replies={"queue": ["timeout"]})
    assert story.ended == "emergency"
    assert isinstance(story.error, TurnsError)
    assert len(replies(story)) == MOST_TURNS


def test_what_breaks_in_a_step_is_the_emergency_route(simulate: SimulateSteps) -> None:
    story = simulate({"a": {"step": "play", "prompts": ["goodbye"], "next": "a"}})
    assert (story.ended, story.outcome) == ("emergency", "failed")
    assert "without an end" in story.problem
    assert "emergency route" in end_of(story).en


def test_a_number_routed_nowhere_is_refused(demo: Site) -> None:
    with pytest.raises(UsageError, match="9999"):
        asyncio.run(Simulator(demo).call(Plan("9999", AT)))


def test_lookups_are_answered_by_what_stands_in(simulate: SimulateSteps) -> None:
    reply = LookupReply.model_validate({"json": {"order": {"state": "sent"}}})
    for key in ("look", "main/look", "http://127.0.0.1:9/orders/12"):
        story = simulate(ORDER, "1234#", lookups={key: [reply]})
        assert (story.path, story.variables["state"]) == (["order", "look", "bye"], "sent"), key
        assert story.unanswered == []


@pytest.mark.parametrize(("given", "end"), [({"status": 404}, "unknown"), ({"status": 503}, "failed"),
                                            ({"status": 0}, "failed"), ({"after": 9}, "failed"),
                                            ({"json": "text"}, "failed")])  # fmt: skip
def test_lookups_that_fail(simulate: SimulateSteps, given: dict[str, Any], end: str) -> None:
    story = simulate(ORDER, "1234#", lookups={"look": [LookupReply.model_validate(given)]})
    assert story.path == ["order", "look", end]
    assert story.longest_silence <= 15


def test_a_lookup_without_a_stub_fails_and_that_is_said(simulate: SimulateSteps) -> None:
    story = simulate(ORDER, "1234#")
    assert (story.path, story.unanswered) == (["order", "look", "failed"], ["main/look"])
    (asked,) = (item for visit in story.visits for item in visit.items if item.what == "lookup")
    assert "nothing stands in" in words(asked).en


def test_the_caller_may_hang_up_while_a_service_is_asked(simulate: SimulateSteps) -> None:
    slow = LookupReply.model_validate({"after": 2.5, "json": {"order": {"state": "x"}}})
    story = simulate(ORDER, "1234#", HANGUP, lookups={"look": [slow]})
    assert (story.path, story.ended) == (["order", "look"], "caller")


def test_secret_digits_are_nowhere(simulate: SimulateSteps) -> None:
    steps = {"pin": {**PIN, "next": "vm"}, "vm": {"step": "voicemail", "next": "bye"}, "bye": BYE}
    story = simulate(steps, "739155")
    assert story.path == ["pin", "vm", "bye"]
    shown = json.dumps(story.as_dict()) + "".join(map(repr, story.facts)) + repr(story.variables)
    assert "739155" not in shown
    assert not any(f'"key": "{digit}"' in shown for digit in "79315")
    assert "•" in "".join(words(item).en for item in story.visits[0].items)


def test_hours_follow_the_date_and_the_hand(demo: Site, simulate: SimulateSteps) -> None:
    hours = {"step": "hours", "hours": "night", "open": "one", "closed": "bye"}
    steps = {"gate": hours, "one": BYE, "bye": BYE}
    assert simulate(steps).path == ["gate", "bye"]
    switched = simulate(steps, switches={"night": "open"})
    assert switched.path == ["gate", "one"]
    (why,) = switched.visits[0].items
    assert "switched by hand" in words(why).en


def test_the_accessible_profile_can_be_had_for_one_call(simulate: SimulateSteps) -> None:
    steps = {"menu": {**MENU, "tries": 1, "timeout": 5}, "one": BYE, "bye": BYE}
    assert simulate(steps, accessible=True).longest_silence == pytest.approx(10)


def test_what_the_plan_does_not_say_may_be_asked_for(demo: Site) -> None:
    asked: list[tuple[str, str]] = []

    def choose(verb: str, step: str) -> str:
        asked.append((verb, step))
        return "timeout" if verb == "queue" else "hangup"

    caller = ScriptedCaller(["1", "1"], "timeout")
    story = asyncio.run(Simulator(demo).call(Plan("1000", AT), caller, choose=choose))
    assert asked == [("queue", "main/service"), ("voicemail", "main/voicemail")]
    assert (story.path[-2:], story.ended) == (["busy", "voicemail"], "caller")
    asked.clear()
    caller = ScriptedCaller(["1", "1"], "timeout")
    asyncio.run(Simulator(demo).call(Plan("1000", AT, replies={"queue": ["answered"]}), caller, choose=choose))
    assert asked == []


def test_the_facts_are_those_of_the_journal(simulate: SimulateSteps) -> None:
    story = simulate(None, "1", HANGUP)
    assert story.ended == "caller"
    last = story.facts[-1]
    assert isinstance(last, StepFact)
    assert (last.step, last.event) == ("greeting", "hangup")


def test_the_same_simulator_serves_calls_side_by_side(demo: Site) -> None:
    simulator = Simulator(demo)

    async def many() -> list[Story]:
        callers = [ScriptedCaller([key, "2"], "timeout") for key in "123" * 5]
        return await asyncio.gather(*(simulator.call(Plan("1000", AT + timedelta(days=n)), caller)
                                      for n, caller in enumerate(callers)))  # fmt: skip

    stories = asyncio.run(many())
    assert [story.language for story in stories] == ["zh-CN", "en-US", "ko-KR"] * 5
    assert {tuple(story.path) for story in stories} == {tuple(stories[0].path)}


def test_all_that_happens_has_words_in_both_languages(simulate: SimulateSteps) -> None:
    story = simulate(None, "1", "9", "timeout", "2")
    lines = [words(item) for visit in story.visits for item in visit.items]
    assert len(lines) > 10
    assert all(line.en and line.zh for line in lines)
    assert "choice 2" in [line.en for line in lines]
    assert any("是选项" in line.zh for line in lines)
