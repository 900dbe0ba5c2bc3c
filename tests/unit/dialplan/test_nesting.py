"""Flows inside flows: a call goes in, comes back, or stays."""

from __future__ import annotations

from typing import Any

import pytest

from dialplan.model import Enqueue, Site, Voicemail
from dialplan.nesting import Nesting, silent
from dialplan.semantics import check
from tests.unit.dialplan.test_graph import flow, site

HELLO = {"step": "answer", "next": "greet"}
GREET = {"step": "greeting", "next": "ask"}
WAIT = {"step": "queue", "queue": "service", "timeout": "bye"}
BYE = {"step": "hangup"}
PLAY = {"step": "play", "prompts": ["closed"]}


def into(name: str, after: str | None = None) -> dict[str, Any]:
    return {"step": "subflow", "flow": name, "next": after}


def two(main: dict[str, Any], other: dict[str, Any], **fields: Any) -> Site:
    start = flow(answer=HELLO, greet=GREET, **main)
    return site(start, flows={"main": start, "other": flow(**other)}, **fields)


def codes(found: Site) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in check(found)]


def menu(**choices: str) -> dict[str, Any]:
    return {"step": "menu", "prompts": ["main-menu"], "choices": {key[1:]: target for key, target in choices.items()}}


def test_a_queue_in_an_inner_flow_is_a_way_to_a_human() -> None:
    found = two({"ask": menu(k1="deep"), "deep": into("other")}, {"wait": WAIT, "bye": BYE})
    assert codes(found) == []


def test_so_is_one_after_the_inner_flow_has_come_back() -> None:
    found = two({"ask": into("other", "wait"), "wait": WAIT, "bye": BYE}, {"inner": menu(k1="said"), "said": PLAY})
    assert codes(found) == []


def test_but_not_where_the_inner_flow_never_comes_back() -> None:
    found = two(
        {"ask": into("other", "wait"), "wait": WAIT, "bye": BYE},
        {"inner": menu(k1="end"), "end": BYE},
    )
    assert codes(found) == [("DP209", "flows.main.steps.ask.next"), ("DP301", "flows.other.steps.inner")]


def test_a_transfer_is_a_way_to_a_human_too() -> None:
    found = two(
        {"ask": menu(k1="deep"), "deep": into("other")},
        {"ring": {"step": "transfer", "agent": "lee", "failure": "bye"}, "bye": BYE},
    )
    assert codes(found) == []


def test_menus_of_inner_flows_count() -> None:
    found = two(
        {
            "ask": menu(k0="wait", k1="deep"),
            "deep": into("other", "last"),
            "last": menu(k0="wait"),
            "wait": WAIT,
            "bye": BYE,
        },
        {"second": menu(k0="third", k1="third"), "third": menu(k1="said", k0="said"), "said": PLAY},
    )
    depths = Nesting(found).menu_depths()
    assert depths == {("main", "ask"): 1, ("other", "second"): 2, ("other", "third"): 3, ("main", "last"): 4}
    assert ("DP302", "flows.main.steps.last") in codes(found)


def test_the_shortest_way_counts_whoever_calls() -> None:
    main = {
        "ask": menu(k0="wait", k1="deep", k2="straight"),
        "deep": into("other", "bye"),
        "straight": menu(k0="wait", k1="again"),
        "again": into("other", "bye"),
        "wait": WAIT,
        "bye": BYE,
    }
    depths = Nesting(two(main, {"inner": menu(k1="said"), "said": PLAY})).menu_depths()
    assert depths["other", "inner"] == 2


@pytest.mark.parametrize(
    ("other", "circle"),
    [
        ({"said": PLAY}, True),
        ({"inner": menu(k1="said"), "said": PLAY}, False),
        ({"inner": menu(k1="said") | {"failure": "said"}, "said": PLAY}, True),
        ({"wait": WAIT | {"timeout": None}}, False),
        ({"wait": WAIT | {"timeout": None, "after": None}}, False),
        ({"say": {"step": "say", "say": [{"number": "1"}]}}, True),
        ({"inner": into("third")}, True),
    ],
)
def test_a_silent_circle_through_an_inner_flow(other: dict[str, Any], circle: bool) -> None:
    steps = {"answer": HELLO, "greet": GREET, "ask": into("other", "ask")}
    found = site(flow(**steps), flows={"main": flow(**steps), "other": flow(**other), "third": flow(said=PLAY)})
    assert ("DP205" in {code for code, _ in codes(found)}) == circle


def test_rings_of_flows_are_told_once() -> None:
    flows = {
        "main": flow(answer=HELLO, greet=GREET, ask=into("other")),
        "other": flow(inner=into("third", "end"), end=BYE),
        "third": flow(inner=into("other")),
        "self": flow(inner=into("self")),
    }
    found = site(flows["main"], flows=flows, numbers={"1000": "main", "2000": "self"})
    rings = Nesting(found).rings()
    assert rings == [[("other", "inner"), ("third", "inner")], [("self", "inner")]]
    told = [where for code, where in codes(found) if code == "DP208"]
    assert told == ["flows.third.steps.inner.flow", "flows.self.steps.inner.flow"]


def test_a_flow_inside_another_may_end_where_one_of_a_number_may_not() -> None:
    asks = {"ask": {"step": "collect", "prompts": ["enter-number"], "variable": "order"}}
    inside = two({"ask": into("other", "wait"), "wait": WAIT, "bye": BYE}, asks)
    assert codes(inside) == []
    last = two({"ask": into("other")}, asks)
    assert codes(last) == [("DP204", "flows.other.steps.ask")]


def test_flows_that_only_unused_flows_lead_to_are_unused() -> None:
    flows = {"main": flow(answer=HELLO, greet=GREET, ask=BYE), "old": flow(a=into("older")), "older": flow(a=PLAY)}
    found = site(flows["main"], flows=flows)
    assert [where for code, where in codes(found) if code == "DP230"] == ["flows.old", "flows.older"]


def test_a_greeting_in_an_inner_flow_counts_for_those_who_come_back() -> None:
    main = flow(answer={"step": "answer", "next": "hello"}, hello=into("other", "wait"), wait=WAIT, bye=BYE)
    said = site(main, flows={"main": main, "other": flow(greet={"step": "greeting"})})
    assert codes(said) == []
    silent_greeting = {"step": "greeting", "notice": False}
    untold = site(main, flows={"main": main, "other": flow(greet=silent_greeting)})
    assert codes(untold) == [("DP307", "flows.main.steps.wait")]


def test_an_inner_flow_that_speaks_before_the_answer() -> None:
    main = flow(
        first=into("other", "answer"),
        answer={"step": "answer", "next": "greet"},
        greet=GREET | {"next": "wait"},
        wait=WAIT,
        bye=BYE,
    )
    found = site(main, flows={"main": main, "other": flow(said=PLAY)})
    assert codes(found) == [("DP206", "flows.other.steps.said")]


def test_reach_stops_and_comes_back() -> None:
    found = two({"ask": into("other", "wait"), "wait": WAIT, "bye": BYE}, {"inner": menu(k1="said"), "said": PLAY})
    nesting = Nesting(found)
    everywhere = nesting.reach(nesting.entries)
    assert everywhere == set(nesting.steps)
    assert ("main", "wait") not in nesting.reach(nesting.entries, stop={("other", "said")})
    assert nesting.returning() == {"other"}
    assert nesting.returning(along=silent) == set()
    queues = nesting.leading(nesting.spots(Enqueue))
    assert ("other", "said") in queues
    assert nesting.leading(nesting.spots(Voicemail)) == set()


def test_steps_that_are_not_there_do_no_harm() -> None:
    found = two(
        {"ask": into("nowhere", "wait"), "wait": WAIT | {"after": "gone"}, "bye": BYE}, {"inner": into("other", "lost")}
    )
    told = {code for code, _ in codes(found)}
    assert {"DP207", "DP202", "DP208"} <= told


def test_a_deep_nest_is_walked_without_recursion() -> None:
    flows = {f"f{n}": flow(go=into(f"f{n + 1}", "after"), after=PLAY) for n in range(150)}
    flows["f150"] = flow(said=PLAY)
    found = site(flows["f0"], flows=flows, numbers={"1000": "f0"})
    nesting = Nesting(found)
    assert len(nesting.reach(nesting.entries)) == 301
    assert nesting.returning() == {f"f{n}" for n in range(1, 151)}
