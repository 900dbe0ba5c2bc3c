"""What a change of a site means, in words."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dialplan.differing import Section, Side, compare
from dialplan.differing.weekly import weekly_changes
from dialplan.hours import Hours
from dialplan.model import Site

Steps = dict[str, dict[str, Any]]

STEPS: Steps = {
    "answer": {"step": "answer", "next": "menu"},
    "menu": {"step": "menu", "prompts": ["main-menu"], "choices": {"1": "sales", "2": "message", "0": "sales"}},
    "sales": {"step": "queue", "queue": "sales", "after": "bye", "timeout": "message"},
    "message": {"step": "voicemail", "next": "bye"},
    "bye": {"step": "hangup"},
}


def site(steps: Steps | None = None, **parts: Any) -> Site:
    whole: dict[str, Any] = {
        "name": "small",
        "company": {"en-US": "Small"},
        "zone": "Asia/Shanghai",
        "languages": ["en-US"],
        "default_queue": "sales",
        "numbers": {"1000": "main"},
        "flows": {"main": {"start": "answer", "steps": steps or STEPS}},
        "queues": {"sales": {}, "support": {}},
        "agents": {"li": {"name": "Li", "extension": "6001", "number": "1"}},
        "hours": {"office": {"openings": [{"days": ["mon", "sat"], "start": "09:00", "end": "12:00"}]}},
    }
    return Site.model_validate(whole | parts)


def changed(**steps: dict[str, Any]) -> Steps:
    return STEPS | {name.replace("_", "-"): step for name, step in steps.items()}


def told(new: Site, old: Site | None = None, section: Section | None = Section.CALLS) -> list[str]:
    found = compare(Side(old or site()), Side(new))
    return [one.text.en for one in found if section is None or one.section is section]


def test_the_same_site_differs_in_nothing() -> None:
    assert told(site(), section=None) == []


def test_a_key_that_leads_elsewhere() -> None:
    steps = changed(menu=STEPS["menu"] | {"choices": {"1": "sales", "2": "sales", "3": "message"}})
    assert told(site(steps)) == [
        "number 1000, key 0: gone, was queue sales",
        "number 1000, key 3: new, voicemail message",
        "number 1000, key 2: was voicemail message, now queue sales",
    ]
    change = compare(Side(site()), Side(site(steps)))[2]
    assert change.text.zh == "号码 1000，按 2：原为留言 message，现为排队 sales"
    assert change.as_dict()["section"] == "calls"


def test_another_queue_under_the_same_name_of_a_step() -> None:
    steps = changed(sales=STEPS["sales"] | {"queue": "support"})
    assert told(site(steps), section=None) == [
        "number 1000, key 1: was queue sales, now queue support",
        "number 1000, key 0: was queue sales, now queue support",
    ]


def test_a_step_under_another_name_is_no_change_of_calls() -> None:
    steps = {("voice" if name == "message" else name): step for name, step in STEPS.items()}
    steps["menu"] = STEPS["menu"] | {"choices": {"1": "sales", "2": "voice", "0": "sales"}}
    steps["sales"] = STEPS["sales"] | {"timeout": "voice"}
    assert told(site(steps)) == []
    assert told(site(steps), section=Section.STEPS) == [
        "flow main, step message: gone, was voicemail",
        "flow main, step voice: new, voicemail",
    ]


def test_a_step_put_in_and_taken_out() -> None:
    steps = changed(
        answer={"step": "answer", "next": "news"}, news={"step": "play", "prompts": ["closed"], "next": "menu"}
    )
    assert told(site(steps)) == ["number 1000, before menu: new, play (closed)"]
    assert told(site(), site(steps)) == ["number 1000, before menu: gone, was play (closed)"]
    gate = {"step": "hours", "hours": "office", "open": "menu", "closed": "message"}
    steps = changed(answer={"step": "answer", "next": "gate"}, gate=gate)
    assert told(site(steps)) == ["number 1000, before menu: new, hours office"]
    asked = {"step": "menu", "prompts": ["closed"], "choices": {"1": "menu"}}
    steps = changed(answer={"step": "answer", "next": "first"}, first=asked)
    assert told(site(steps)) == [
        "number 1000, key 2: gone, was voicemail message",
        "number 1000, key 0: gone, was queue sales",
        "number 1000, key 1: was queue sales, now menu",
    ], "a menu in a menu's place is told by its keys"


def test_what_parts_is_told_for_every_way_to_it() -> None:
    gate = {"step": "hours", "hours": "office", "open": "menu", "closed": "shut"}
    shut = {"step": "play", "prompts": ["closed"], "next": "message"}
    old = changed(answer={"step": "answer", "next": "gate"}, gate=gate, shut=shut)
    new = old | {"shut": shut | {"next": "bye"}, "menu": STEPS["menu"] | {"choices": {"1": "sales", "2": "bye"}}}
    assert told(site(new), site(old)) == [
        "number 1000, when open, key 0: gone, was queue sales",
        "number 1000, when open, key 2: was voicemail message, now hangup (goodbye)",
        "number 1000, when closed: was voicemail message, now hangup (goodbye)",
    ]


def test_numbers_and_other_flows() -> None:
    night = {"start": "message", "steps": {name: STEPS[name] for name in ("message", "bye")}}
    main = {"start": "answer", "steps": STEPS}
    old = site(numbers={"1000": "main", "2000": "main"}, flows={"main": main, "night": night})
    new = site(numbers={"1000": "main", "2000": "night", "3000": "main"}, flows={"main": main, "night": night})
    assert told(new, old, None) == [
        "number 2000: was flow main, now flow night",
        "number 3000: new, flow main",
        "number 2000: was answer, now voicemail message",
    ]


def test_inside_a_subflow_and_by_the_human_key() -> None:
    def nested(target: str, human: str | None) -> Site:
        inner = {"start": "ask", "steps": {"ask": {"step": "menu", "prompts": ["closed"], "choices": {"1": target}}}}
        inner["steps"] |= {name: STEPS[name] for name in ("sales", "message", "bye")}  # type: ignore[operator]
        outer = changed(answer={"step": "subflow", "flow": "inner", "next": "menu"})
        main = {"start": "answer", "steps": outer, "human": human}
        return site(flows={"main": main, "inner": inner})

    assert told(nested("message", "sales"), nested("sales", "message")) == [
        "number 1000, key 0 of the accessible profile: was voicemail message, now queue sales",
        "number 1000, flow inner, key 1: was queue sales, now voicemail message",
    ]


def test_a_human_key_that_comes() -> None:
    def by(human: str | None) -> Site:
        return site(flows={"main": {"start": "answer", "steps": STEPS, "human": human}})

    assert told(by("sales"), by(None)) == ["number 1000, key 0 of the accessible profile: new, queue sales"]
    assert told(by(None), by("sales")) == ["number 1000, key 0 of the accessible profile: gone, was queue sales"]


def test_branches_by_their_conditions() -> None:
    branch = {"step": "branch", "cases": [{"when": "kind == 'vip'", "go": "sales"}], "next": "message"}
    old = changed(answer={"step": "answer", "next": "by"}, by=branch)
    other = branch | {"cases": [{"when": "kind == 'gold'", "go": "sales"}], "languages": {"en-US": "bye"}}
    assert told(site(old | {"by": other}), site(old)) == [
        "number 1000, if kind == 'vip': gone, was queue sales",
        "number 1000, if kind == 'gold': new, queue sales",
        "number 1000, in en-US: new, hangup (goodbye)",
    ]


def test_settings_of_steps_queues_agents_and_the_site() -> None:
    new = site(
        changed(menu=STEPS["menu"] | {"timeout": 8, "prompts": ["main-menu", "closed"]}),
        queues={"sales": {"ring": 20}, "vip": {}},
        agents={"li": {"name": "Li", "extension": "6002", "number": "1"}},
        patience=20,
        staffing={"phone_check": 30},
    )
    found = told(new, section=None)
    assert "flow main, step menu, timeout: was 5.0, now 8.0" in found
    assert "flow main, step menu, prompts: was main-menu, now main-menu, closed" in found
    assert "queue sales, ring: was 15, now 20" in found
    assert any(one.startswith("queue vip: new") for one in found)
    assert any(one.startswith("queue support: gone") for one in found)
    assert "agent li, extension: was 6001, now 6002" in found
    assert "patience: was 15, now 20" in found
    assert any(one.startswith("staffing.phone_check: was ") for one in found)


def test_hours_by_the_week_and_single_days() -> None:
    new = site(
        hours={
            "office": {
                "openings": [
                    {"days": ["mon", "tue"], "start": "09:00", "end": "00:00"},
                    {"days": ["sat"], "start": "09:00", "end": "10:00"},
                ],
                "breaks": [{"days": ["mon", "tue"], "start": "11:00", "end": "11:30"}],
                "closed": ["2026-10-01"],
                "holidays": "CN",
            },
            "night": {"always": "open"},
        }
    )
    found = told(new, section=Section.HOURS)
    assert "hours office, Sat 10:00-12:00: was open, now closed" in found
    assert "hours office, Mon 12:00-24:00: was closed, now open" in found
    assert "hours office, Tue 11:30-24:00: was closed, now open" in found
    assert "hours office, Mon 11:00-11:30: was open, now a break" in found
    assert "hours office, Tue 11:00-11:30: was closed, now a break" in found
    assert "hours office, 2026-10-01: was as on other such days, now closed" in found
    assert "hours office, holidays: was none, now CN" in found
    assert found[0].startswith("hours night: new")
    zh = [one.text.zh for one in compare(Side(site()), Side(new)) if "12:00-24:00" in one.text.zh]
    assert zh == ["营业时间 office，周一 12:00-24:00：原为不营业，现为营业"]


@pytest.mark.parametrize("always", ["open", "closed"])
def test_hours_that_are_always_the_same(always: str) -> None:
    week = Hours.model_validate(
        {"openings": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "08:00", "end": "20:00"}]}
    )
    found = [(when.en, now) for when, _, now in weekly_changes(week, Hours.model_validate({"always": always}))]
    open_ = [("Mon-Sun 00:00-08:00", "open"), ("Mon-Sun 20:00-24:00", "open")]
    assert found == (open_ if always == "open" else [("Mon-Sun 08:00-20:00", "closed")])


def test_words_of_prompts() -> None:
    old = Side(site(), {"en-US": {"hello": "Good day.", "gone": "x"}, "ko-KR": {"hello": "a"}})
    new = Side(site(), {"en-US": {"hello": "Hello.", "come": "y"}, "ko-KR": {"hello": "b"}})
    assert [one.text.en for one in compare(old, new)] == [
        'prompt come (en-US): new, "y"',
        'prompt gone (en-US): gone, was "x"',
        'prompt hello (en-US): was "Good day.", now "Hello."',
    ]


def test_a_large_site_with_rings_is_walked_to_its_end() -> None:
    steps: Steps = {"answer": {"step": "answer", "next": "m0"}, "bye": {"step": "hangup"}}
    for number in range(1000):
        choices = {"1": f"m{(number + 1) % 1000}", "2": f"m{(number * 7) % 1000}", "3": "bye"}
        steps[f"m{number}"] = {"step": "menu", "prompts": ["closed"], "choices": choices}
    last = steps["m999"] | {"choices": steps["m999"]["choices"] | {"3": "m1"}}
    began = time.process_time()
    found = told(site(steps | {"m999": last}), site(steps))
    assert len(found) == 1
    assert found[0].endswith("key 3: was hangup (goodbye), now menu m1")
    assert time.process_time() - began < 20
