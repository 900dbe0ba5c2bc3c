"""A flow as a graph: ways, reach, circles and depth."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.graph import Graph
from dialplan.model import Flow, Site
from dialplan.nesting import Nesting
from dialplan.semantics import check


def flow(**steps: Any) -> Flow:
    return Flow.model_validate({"start": next(iter(steps)), "steps": steps})


def site(main: Flow, **fields: Any) -> Site:
    base: dict[str, Any] = {
        "name": "tiny",
        "company": {"zh-CN": "小店"},
        "zone": "Asia/Shanghai",
        "languages": ["zh-CN"],
        "default_queue": "service",
        "numbers": {"1000": "main"},
        "flows": {"main": main},
        "queues": {"service": {}},
        "agents": {"lee": {"name": "Lee", "extension": "6001", "number": "801", "queues": ["service"]}},
    }
    return Site.model_validate(base | fields)


def codes(main: Flow, **fields: Any) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in check(site(main, **fields))]


ANSWER = {"step": "answer", "next": "greet"}
GREET = {"step": "greeting", "next": "ask"}
WAIT = {"step": "queue", "queue": "service", "timeout": "bye"}
BYE = {"step": "hangup"}


def menu(failure: str | None = None, **choices: str) -> dict[str, Any]:
    keys = {key.removeprefix("k"): target for key, target in choices.items()}
    return {"step": "menu", "prompts": ["main-menu"], "choices": keys, "failure": failure}


def test_a_menu_that_offers_itself_again_is_no_circle() -> None:
    main = flow(answer=ANSWER, greet=GREET, ask=menu(k0="wait", k1="ask"), wait=WAIT, bye=BYE)
    assert codes(main) == []
    assert Graph(main).silent_cycles() == []


@pytest.mark.parametrize(
    "extra",
    [
        {"ask": menu(k0="wait", failure="ask")},
        {"ask": menu(k0="wait", failure="sorry"), "sorry": {"step": "play", "prompts": ["closed"], "next": "ask"}},
        {"ask": {"step": "language", "choices": {"1": "zh-CN"}, "next": "greet"}},
        {"ask": {"step": "collect", "prompts": ["enter-number"], "variable": "a", "next": "wait", "failure": "ask"}},
        {"ask": {"step": "voicemail", "next": "greet"}},
    ],
)
def test_a_silent_caller_must_not_go_round_for_ever(extra: dict[str, Any]) -> None:
    main = flow(answer=ANSWER, greet=GREET, **extra, wait=WAIT, bye=BYE)
    assert "DP205" in {code for code, _ in codes(main)}


@pytest.mark.parametrize(
    "extra",
    [
        {"ask": WAIT | {"timeout": "sorry"}, "sorry": {"step": "play", "prompts": ["closed"], "next": "ask"}},
        {"ask": WAIT | {"after": "greet"}},
        {"ask": {"step": "collect", "prompts": ["enter-number"], "variable": "a", "next": "ask"}},
    ],
)
def test_a_circle_through_a_queue_or_an_input_is_allowed(extra: dict[str, Any]) -> None:
    main = flow(answer=ANSWER, greet=GREET, **extra, bye=BYE)
    assert "DP205" not in {code for code, _ in codes(main)}


def test_hours_that_lead_back_are_a_circle() -> None:
    main = flow(
        answer=ANSWER,
        greet=GREET,
        ask={"step": "hours", "hours": "office", "open": "wait", "closed": "sorry"},
        sorry={"step": "play", "prompts": ["closed"], "next": "ask"},
        wait=WAIT,
        bye=BYE,
    )
    found = codes(main, hours={"office": {"always": "closed"}})
    assert ("DP205", "flows.main.steps.ask") in found


def test_two_circles_are_told_apart() -> None:
    main = flow(
        a={"step": "play", "prompts": ["closed"], "next": "a"},
        b={"step": "play", "prompts": ["closed"], "next": "c"},
        c={"step": "play", "prompts": ["closed"], "next": "b"},
    )
    assert Graph(main).silent_cycles() == [["a"], ["b", "c"]]


def test_a_long_flow_is_walked_without_recursion() -> None:
    steps: dict[str, Any] = {f"s{n}": {"step": "play", "prompts": ["closed"], "next": f"s{n + 1}"} for n in range(5000)}
    steps["s5000"] = {"step": "play", "prompts": ["closed"], "next": "s4999"}
    graph = Graph(flow(**steps))
    assert graph.silent_cycles() == [["s4999", "s5000"]]
    assert len(graph.reach(["s0"])) == 5001


def test_depth_is_that_of_the_shortest_way() -> None:
    main = flow(
        answer={"step": "answer", "next": "one"},
        one=menu(k1="two", k4="four"),
        two=menu(k1="three"),
        three=menu(k1="four"),
        four=menu(k1="one"),
        lost=menu(k1="one"),
    )
    depths = Nesting(site(main)).menu_depths()
    assert depths == {("main", "one"): 1, ("main", "two"): 2, ("main", "three"): 3, ("main", "four"): 2}


def test_a_queue_behind_another_menu_is_not_easy_to_find() -> None:
    deep = flow(answer=ANSWER, greet=GREET, ask=menu(k1="more"), more=menu(k1="wait"), wait=WAIT, bye=BYE)
    assert ("DP301", "flows.main.steps.ask") in codes(deep)
    zero = flow(answer=ANSWER, greet=GREET, ask=menu(k0="more"), more=menu(k1="wait"), wait=WAIT, bye=BYE)
    assert codes(zero) == []


def test_a_caller_who_can_skip_the_notice_is_noticed() -> None:
    main = flow(
        answer={"step": "answer", "next": "ask"},
        ask=menu(k0="wait", k1="greet"),
        greet={"step": "greeting", "next": "wait"},
        wait=WAIT,
        bye=BYE,
    )
    assert ("DP307", "flows.main.steps.wait") in codes(main)
    told = {"step": "play", "prompts": ["recording-notice"], "next": "ask"}
    said = flow(
        answer={"step": "answer", "next": "told"}, told=told, ask=menu(k0="wait", k1="wait"), wait=WAIT, bye=BYE
    )
    assert codes(said) == [("DP315", "flows.main")]


def test_each_broken_reference_is_told_at_its_own_place() -> None:
    main = flow(answer=ANSWER, greet=GREET, ask=menu(k0="wiat", k1="wait", failure="by"), wait=WAIT, bye=BYE)
    assert codes(main) == [
        ("DP202", "flows.main.steps.ask.choices.0"),
        ("DP202", "flows.main.steps.ask.failure"),
    ]


@pytest.mark.parametrize(
    ("queue", "ways", "circle"),
    [
        ({}, {"timeout": "sorry"}, False),
        ({"max_length": 2}, {"timeout": "sorry"}, True),
        ({"max_length": 2}, {"timeout": "sorry", "full": "bye"}, False),
        ({"max_length": 2}, {"full": "sorry"}, True),
        ({"join_empty": False}, {"timeout": "sorry"}, True),
        ({"join_empty": False}, {"timeout": "sorry", "empty": "bye"}, False),
    ],
)
def test_whoever_is_not_let_in_must_not_come_back_for_ever(
    queue: dict[str, Any], ways: dict[str, str], circle: bool
) -> None:
    wait = {"step": "queue", "queue": "service", **ways}
    main = flow(answer=ANSWER, greet=GREET, ask=wait, sorry={"step": "play", "prompts": ["closed"], "next": "ask"})
    assert ("DP205" in {code for code, _ in codes(main, queues={"service": queue})}) == circle
