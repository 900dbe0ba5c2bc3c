"""What the check tells of the new steps and of what surrounds them, and where it keeps quiet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from dialplan.schedule import make_up_known
from dialplan.semantics.prompts import step_prompts
from dialplan.semantics.saying import KINDS, sayable
from dialplan.steps import STEPS, FlowStep
from prompts.saying import say
from tests.unit.dialplan.sites import write_site

STEP: TypeAdapter[FlowStep] = TypeAdapter(FlowStep)
HEAD = "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: ask}\n"
TAIL = "  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
ACCESSIBLE = TINY_SITE["site.yaml"] + "accessible: {}\n"
SWITCHING = TINY_SITE["agents.yaml"].replace("queues", "switches: true, queues")
COLLECT = "step: collect, prompts: [enter-number], next: wait"
LOOKUP = "step: lookup, url: 'https://crm.example.com/', failure: bye, next: wait"


def found(folder: Path, *steps: str, top: str = "", **files: Any) -> list[str]:
    """The codes told of a flow with these steps between the greeting and the queue."""
    flow = top + HEAD + "".join(f"  {step}\n" for step in steps) + TAIL
    return [one.code for one in check_site(write_site(folder, flows__main=flow, **files))]


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        (f"{COLLECT}, variable: a, terminator: ''", ["DP255"]),
        (f"{COLLECT}, variable: a, terminator: '', min: 6, max: 6", []),
        (f"{COLLECT}, variable: a, confirm: true", []),
        (f"{COLLECT}, variable: a, tries: 2", ["DP312"]),
        (f"{COLLECT}, variable: a, timeout: 4.5, tries: 5", ["DP311"]),
        (f"{COLLECT}, variable: a, silent: [no-input, no-input]", []),
        (f"{COLLECT}, variable: a, silent: [no-input, no-input, no-input]", ["DP254"]),
        (f"{COLLECT}, variable: a, tries: 1, again: [enter-number]", ["DP312", "DP254"]),
        (f"{COLLECT}, variable: queue_status", ["DP405"]),
        (f"{COLLECT}, variable: and", ["DP405"]),
        (f"{COLLECT}, variable: class", ["DP405"]),
        ("step: language, choices: {1: zh-CN}, tries: 1, next: wait", []),
        ("step: survey, tries: 1, next: wait", ["DP294", "DP310"]),
    ],
)
def test_entries(tmp_path: Path, step: str, codes: list[str]) -> None:
    assert found(tmp_path, f"ask: {{{step}}}") == codes


@pytest.mark.parametrize(
    ("choices", "codes"),
    [
        ("{0: wait}", []),
        ("{0: wait, '*': ask}", []),
        ("{0: wait, '*': bye}", ["DP256"]),
        ("{1: wait, 0: bye}", ["DP256"]),
    ],
)
def test_keys_of_the_accessible_profile(tmp_path: Path, choices: str, codes: list[str]) -> None:
    menu = f"ask: {{step: menu, prompts: [main-menu], choices: {choices}}}"
    assert found(tmp_path / "a", menu, top="human: wait\n", site=ACCESSIBLE) == codes
    assert found(tmp_path / "b", menu) == []


def test_a_human_for_the_accessible_profile_makes_its_step_reachable(tmp_path: Path) -> None:
    steps = ("ask: {step: hangup}",)
    assert found(tmp_path / "a", *steps) == ["DP203", "DP203"]
    assert found(tmp_path / "b", *steps, top="human: wait\n", site=ACCESSIBLE) == []


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        ("agent: lee", []),
        ("queue: service", []),
        ("extension: '{caller}'", []),
        ("extension: '6001'", []),
        ("extension: 6002", ["DP293"]),
        ("agent: kim, queue: nowhere", ["DP290", "DP291", "DP216"]),
        ("ring: 20", ["DP290"]),
        ("outside: 9001", ["DP292"]),
    ],
)
def test_targets_of_a_transfer(tmp_path: Path, target: str, codes: list[str]) -> None:
    assert found(tmp_path, f"ask: {{step: transfer, {target}, failure: wait}}") == codes


def test_a_number_outside_that_the_site_allows(tmp_path: Path) -> None:
    site = TINY_SITE["site.yaml"] + "outside: {9001: {trunk: main, number: 110}}\n"
    trunks = "main: {host: 203.0.113.7, numbers: {01088886666: 1000}}\n"
    step = "ask: {step: transfer, outside: 9001, failure: wait}"
    assert found(tmp_path, step, site=site, trunks=trunks) == []


def test_a_survey_follows_every_talk_or_none(tmp_path: Path) -> None:
    asks = "ask: {step: queue, queue: service, after: rate, timeout: wait}"
    rate = "rate: {step: survey, next: bye}"
    assert found(tmp_path / "a", asks, rate) == ["DP310"]
    both = TAIL.replace("timeout", "after: rate, timeout")
    flow = HEAD + f"  {asks}\n  {rate}\n" + both
    assert check_site(write_site(tmp_path / "b", flows__main=flow)) == []


@pytest.mark.parametrize(
    ("when", "codes"),
    [
        ("order == '1'", []),
        ("caller == '' or weekday in ('sat', 'sun')", []),
        ("oder == '1'", ["DP403"]),
        ("order ==", ["DP401"]),
        ("true", ["DP417"]),
        ("pin == '1'", ["DP406"]),
        ("later == '1'", ["DP404"]),
    ],
)
def test_conditions(tmp_path: Path, when: str, codes: list[str]) -> None:
    steps = (
        "ask: {step: collect, prompts: [enter-number], variable: order, next: more}",
        "more: {step: collect, prompts: [enter-number], variable: pin, secret: true, next: which}",
        f'which: {{step: branch, cases: [{{when: "{when}", go: bye}}], next: set}}',
        "set: {step: set, values: {later: '1'}, next: wait}",
    )
    assert found(tmp_path, *steps) == codes


def test_what_a_later_step_of_a_circle_sets_is_set_before(tmp_path: Path) -> None:
    steps = (
        "ask: {step: branch, cases: [{when: tries == '1', go: wait}], next: menu}",
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 1: count}}",
        "count: {step: set, values: {tries: '1'}, next: ask}",
    )
    assert found(tmp_path, *steps) == []


def test_what_an_inner_flow_sets_is_set_after_it(tmp_path: Path) -> None:
    inner = f"start: a\nsteps:\n  a: {{{COLLECT.replace(', next: wait', '')}, variable: order}}\n"
    steps = (
        "ask: {step: subflow, flow: inner, next: which}",
        "which: {step: branch, cases: [{when: order == '1', go: bye}], next: wait}",
    )
    assert found(tmp_path, *steps, flows__inner=inner) == []


@pytest.mark.parametrize(
    ("setting", "codes"),
    [
        ("headers: {X-Key: '{env.IVR_LOOKUP_CRM}', X-Pin: '{secret.pin}'}", []),
        ("method: POST, body: {pin: '{secret.pin}', who: '{caller}'}", []),
        ("query: {key: '{env.IVR_LOOKUP_CRM}'}", []),
        ("query: {pin: '{secret.pin}'}", ["DP406"]),
        ("query: {pin: '{pin}'}", ["DP406"]),
        ("headers: {X-Pin: '{secret.pen}'}", ["DP403"]),
        ("query: {a: '{{not a name}}'}", []),
        ("query: {a: '{{env.PATH}}'}", []),
        ("query: {a: 'x {env.PATH}'}", ["DP408"]),
        ("query: {a: '{env.}'}", ["DP408"]),
        ("query: {a: '{env.IVR_LOOKUP_A} {caller'}", ["DP402"]),
        ("save: {date: order.date}", ["DP405"]),
        ("save: {pin: order.pin}", ["DP407"]),
        ("timeout: 5, retries: 2", []),
        ("timeout: 5.1, retries: 2", ["DP414"]),
    ],
)
def test_lookups(tmp_path: Path, setting: str, codes: list[str]) -> None:
    steps = (
        "ask: {step: collect, prompts: [enter-number], variable: pin, secret: true, next: more}",
        f"more: {{{LOOKUP}, {setting}}}",
    )
    assert found(tmp_path, *steps) == codes


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("http://127.0.0.1:8080/", []),
        ("http://localhost/", []),
        ("https://10.0.0.1/", []),
        ("http://10.0.0.1/", ["DP412"]),
        ("http://127.0.0.1.example.com/", ["DP412"]),
        ("https://example.com/{caller}", []),
    ],
)
def test_where_a_lookup_goes(tmp_path: Path, url: str, codes: list[str]) -> None:
    assert found(tmp_path, f"ask: {{step: lookup, url: '{url}', failure: bye, next: wait}}") == codes


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        ("number: -3.5", []),
        ("number: '{caller}'", []),
        ("number: '{caller'", ["DP402"]),
        ("number: many", ["DP411"]),
        ("money: 12.50, currency: USD", []),
        ("money: 1,250", ["DP411"]),
        ("date: 2026-02-30", ["DP411"]),
        ("date: 02-28", []),
        ("time: 8:30", []),
        ("time: 25:00", ["DP411"]),
        ("digits: A-12", ["DP411"]),
        ("prompt: closed, number: 1", ["DP410"]),
        ("currency: USD", ["DP410"]),
        ("prompt: closed, weekday: true", ["DP416"]),
    ],
)
def test_what_is_said(tmp_path: Path, item: str, codes: list[str]) -> None:
    quoted = item.replace("1,250", "'1,250'")
    assert found(tmp_path, f"ask: {{step: say, say: [{{{quoted}}}], next: wait}}") == codes


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        ("{always: open, switch: 1}", []),
        ("{always: closed, breaks: [{days: [mon], start: 12:00, end: 13:00}]}", ["DP273"]),
        ("{always: open, breaks: [{days: [sun], start: 12:00, end: 13:00}]}", []),
        (
            "{openings: [{days: [mon], start: 09:00, end: 00:00}], breaks: [{days: [mon], start: 23:00, end: 00:00}]}",
            ["DP278"],
        ),
        (
            "{openings: [{days: [mon], start: 09:00, end: 18:00}], breaks: [{days: [mon], start: 17:00, end: 19:00}]}",
            ["DP273"],
        ),
        (
            "{openings: [{days: [mon], start: 09:00, end: 18:00}], breaks: [{days: [mon], start: 13:00, end: 12:00}]}",
            ["DP227"],
        ),
    ],
)
def test_breaks_and_switches(tmp_path: Path, hours: str, codes: list[str]) -> None:
    told = found(tmp_path, "ask: {step: hangup}", hours=f"office: {hours}\n", agents=SWITCHING)
    assert [code for code in told if code not in {"DP203"}] == (
        codes if "DP278" in codes or "switch" in hours else [*codes, "DP278"]
    )


@pytest.mark.parametrize("way", ["closed: bye", "closed: mail, at_break: bye", "closed: mail, holiday: bye"])
def test_whoever_comes_while_nobody_works_can_leave_a_message(tmp_path: Path, way: str) -> None:
    hours = (
        "office:\n  holidays: CN\n  openings: [{days: [mon], start: 09:00, end: 18:00}]\n"
        "  breaks: [{days: [mon], start: 12:00, end: 13:00}]\n"
    )
    steps = (f"ask: {{step: hours, hours: office, open: wait, {way}}}", "mail: {step: voicemail, next: bye}")
    assert [code for code in found(tmp_path, *steps, hours=hours) if code != "DP203"] == ["DP306"]


def test_a_way_round_the_hours_to_another_queue_is_none(tmp_path: Path) -> None:
    steps = (
        "ask: {step: menu, prompts: [main-menu], choices: {0: wait, 1: office}}",
        "office: {step: hours, hours: office, open: sales, closed: mail}",
        "sales: {step: queue, queue: sales, timeout: bye}",
        "mail: {step: voicemail, next: bye}",
    )
    agents = TINY_SITE["agents.yaml"].replace("[service]", "[service, sales]")
    assert found(tmp_path, *steps, queues="service: {}\nsales: {}\n", agents=agents) == []


def test_a_number_that_is_always_answered_is_no_way_round_another_ones_hours(tmp_path: Path) -> None:
    gate = "ask: {step: hours, hours: office, open: wait, closed: mail}"
    files = {"numbers": "1000: main\n2000: always\n", "flows__always": TINY_SITE["flows/main.yaml"]}
    assert found(tmp_path, gate, "mail: {step: voicemail, next: bye}", **files) == []


def test_the_year_matters_only_where_holidays_do(tmp_path: Path) -> None:
    year = next(year for year in range(2026, 2050) if not make_up_known("CN", year))
    opening = "  openings: [{days: [mon], start: 09:00, end: 18:00}]\n"

    def told(hours: str, today: date | None) -> list[str]:
        return [one.code for one in check_site(write_site(tmp_path, hours=hours), today=today)]

    unknown = f"office:\n  holidays: CN\n{opening}"
    assert told(unknown, date(year, 3, 1)) == ["DP276"]
    assert told(unknown, date(year - 1, 12, 1)) == ["DP276"]
    assert told(unknown, date(year - 1, 11, 30)) == []
    assert told(unknown, None) == []
    assert told(f"office:\n{opening}", date(year, 3, 1)) == []
    assert told(unknown + f"  open: [{year}-10-10]\n", date(year, 3, 1)) == []


@settings(max_examples=300)
@given(
    kind=st.sampled_from(KINDS),
    text=st.one_of(
        st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,8})?", fullmatch=True),
        st.from_regex(r"[0-9 -]{1,50}", fullmatch=True),
        st.from_regex(r"([0-9]{4}-)?[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-9]{2})?", fullmatch=True),
        st.from_regex(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", fullmatch=True),
        st.sampled_from(["999999999999", "999999999999.1", "1000000000000", "12.500", "2/3", "", " 7 ", "٣", "02-29"]),
        st.text(max_size=8),
    ),
    currency=st.sampled_from(["CNY", "USD", "KRW"]),
)
def test_what_the_check_lets_pass_is_what_can_be_said(kind: str, text: str, currency: str) -> None:
    try:
        say("en-US", kind, text, currency=currency)
    except ValueError:
        said = False
    else:
        said = True
    assert sayable(kind, text, currency) == said


def test_every_kind_of_step_is_asked_for_its_prompts() -> None:
    least: dict[str, dict[str, Any]] = {
        "play": {"prompts": ["closed"]},
        "say": {"say": [{"prompt": "closed"}]},
        "menu": {"prompts": ["main-menu"], "choices": {"1": "a"}},
        "collect": {"prompts": ["enter-number"], "variable": "a", "confirm": True},
        "language": {"choices": {"1": "zh-CN"}, "next": "a"},
        "hours": {"hours": "office", "open": "a", "closed": "a"},
        "lookup": {"url": "https://crm.example.com/", "failure": "a"},
        "branch": {"next": "a"},
        "queue": {"queue": "service"},
        "callback": {"queue": "service"},
        "record": {"prompts": ["closed"], "review": True},
        "voicemail": {"review": True},
        "subflow": {"flow": "main"},
    }
    said = {
        name: {prompt for prompt, _ in step_prompts(STEP.validate_python({"step": name} | least.get(name, {})))}
        for name in STEPS
    }
    assert {name for name, prompts in said.items() if not prompts} == {"answer", "hours", "set", "branch", "subflow"}
    assert said["survey"] == {"survey-satisfaction", "survey-thanks", "invalid-choice", "no-input"}
    assert {"collect-entered", "collect-confirm", "no-input-last"} <= said["collect"]
    assert {"record-failed", "record-review", "closed"} <= said["record"]
    assert "no-input-last" not in said["language"]
