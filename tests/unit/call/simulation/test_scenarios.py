"""Scenario files: what they may say, what is refused, and how a difference is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.call.simulation import Simulator
from ivr.call.simulation.expectations import mismatch
from ivr.call.simulation.files import load_scenarios, load_stubs
from ivr.call.simulation.scenario import usable_keys
from ivr.call.simulation.suite import Report, run_suite
from ivr.core.errors import SiteError, UsageError
from tests.flow_walks import SITES

GOOD = """\
call: {to: 1000, at: 2026-03-04T10:00}
scenarios:
  - name: a message
    keys: 1,2
    expect:
      path: [answer, ..., voicemail, message-thanks]
      heard: [recording-notice, 语音留言请按二, goodbye]
      not_heard: [queue-join]
      language: zh-CN
      outcome: voicemail
      ended: line
      recorded: true
"""


def suite(folder: Path, text: str, only: str = "") -> Report:
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "calls.yaml").write_text(text, "utf-8")
    return asyncio.run(run_suite(Simulator(load_site(demo_site())), folder, only))


def codes(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(SiteError) as refused:
        suite(folder, text)
    return [(problem.where, problem.code) for problem in refused.value.problems]


def told(folder: Path, old: str, new: str) -> list[tuple[str, str]]:
    """The differences when one line of GOOD says something else."""
    assert old in GOOD
    (result,) = suite(folder, GOOD.replace(old, new)).results
    return [(one.where, one.text.en) for one in result.differences]


@pytest.mark.parametrize("folder", SITES, ids=lambda folder: folder.name)
def test_every_site_that_travels_with_the_code_passes_its_scenarios_which_reach_nearly_all_steps(folder: Path) -> None:
    report = asyncio.run(run_suite(Simulator.of_site(folder), folder))
    assert [(result.where, str(one.text)) for result in report.results for one in result.differences] == []
    assert report.ok
    assert report.coverage.reached >= 0.8 * len(report.coverage.steps)


def test_what_is_as_expected_passes(tmp_path: Path) -> None:
    report = suite(tmp_path, GOOD)
    assert report.ok
    assert "main/voicemail" not in report.coverage.missed
    assert "main/service" in report.coverage.missed
    assert report.as_dict()["passed"] == 1


def test_a_site_without_scenarios_does_not_pass(tmp_path: Path) -> None:
    assert load_scenarios(tmp_path) == []
    assert not suite(tmp_path, GOOD, only="something else").ok


@pytest.mark.parametrize(
    ("old", "new", "where", "text"),
    [
        ("voicemail, message", "service, message", "6:27", "path: service expected after ..."),
        ("[answer, ..., voicemail, message-thanks]", "[answer, greeting, ...]", "6:22",
         "path: greeting expected after answer, was language"),
        (", message-thanks]", "]", "6:27", "path: the call ends in message-thanks, not in voicemail"),
        ("[answer, ..., voicemail, message-thanks]", "[answer, language]", "6:22",
         "path: the call ends in message-thanks, not in language"),
        ("heard: [recording-notice", "heard: [queue-comfort", "7:15", "not heard: queue-comfort"),
        ("语音留言请按二", "没有这句话", "7:33", "not heard: 没有这句话"),
        ("goodbye]", "greeting-morning]", "7:42", "heard, but not in this order: greeting-morning"),
        ("[queue-join]", "[早上好]", "8:19", "heard: 早上好"),
        ("zh-CN", "ko-KR", "9:17", "language: ko-KR expected, was zh-CN"),
        ("outcome: voicemail", "outcome: answered", "10:16", "outcome: answered expected, was voicemail"),
        ("ended: line", "ended: caller", "11:14", "ended: caller expected, was line"),
        ("recorded: true", "recorded: false", "12:17", "recorded: false expected, was true"),
        ("recorded: true", "variables: {order: '5'}", "12:26", "order: 5 expected, was (nothing)"),
    ],
)  # fmt: skip
def test_a_difference_is_told_with_its_place(tmp_path: Path, old: str, new: str, where: str, text: str) -> None:
    assert told(tmp_path, old, new) == [(f"tests/calls.yaml:{where}", text)]


def test_the_path_is_shown_as_it_was(tmp_path: Path) -> None:
    (result,) = suite(tmp_path, GOOD.replace("voicemail, message", "service, message")).results
    (one,) = result.differences
    assert one.expected == "answer → ... → service → message-thanks"
    assert one.actual == "answer → language → greeting → hours → main-menu → voicemail → message-thanks"


def test_an_emergency_that_nobody_expects_is_a_difference(tmp_path: Path) -> None:
    lost = GOOD.replace("keys: 1,2", "keys: 1,2\n    replies: {voicemail: failed}")
    lost = lost[: lost.index("    expect:")]
    (result,) = suite(tmp_path, lost).results
    assert [one.what for one in result.differences] == ["ended"]
    (fine,) = suite(tmp_path, lost + "    expect: {ended: emergency}\n").results
    assert fine.ok


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scenarios: []\n", [("tests/calls.yaml:1:12", "TS103")]),
        (GOOD.replace("keys:", "kyes:"), [("tests/calls.yaml:4:5", "TS101")]),
        ("scenarios:\n  - keys: [1]\n", [("tests/calls.yaml:2:5", "TS102")]),
        (GOOD.replace("1,2", "1,two"), [("tests/calls.yaml:4:5", "TS103")]),
        (GOOD.replace("1000", "9999"), [("tests/calls.yaml:1:12", "TS104")]),
        (GOOD.replace(" voicemail,", " voicemial,"), [("tests/calls.yaml:6:27", "TS104")]),
        (GOOD.replace("keys: 1,2", "replies: {elsewhere: full}"), [("tests/calls.yaml:4:26", "TS104")]),
        (GOOD.replace("keys: 1,2", "replies: {service: perhaps}"), [("tests/calls.yaml:4:15", "TS103")]),
        (GOOD.replace("keys: 1,2", "replies: {service: spoken}"), [("tests/calls.yaml:4:24", "TS105")]),
        (GOOD.replace("keys: 1,2", "replies: {voicemail: [silent, key 1]}"), [("tests/calls.yaml:4:26", "TS105")]),
        (GOOD.replace("keys: 1,2", "replies: {greeting: answered}"), [("tests/calls.yaml:4:25", "TS104")]),
        (GOOD.replace("keys: 1,2", "switches: {noon: open}"), [("tests/calls.yaml:4:22", "TS104")]),
        (GOOD.replace("keys: 1,2", "lookups: {nowhere: {}}"), [("tests/calls.yaml:4:24", "TS104")]),
        (GOOD + "    keys: [1]\n", [("tests/calls.yaml:13:5", "DP006")]),
        ("scenarios: &all\n  - name: x\n", [("tests/calls.yaml:1:12", "DP007")]),
        ("scenarios: !!python/object/apply:os.system [ls]\n", [("tests/calls.yaml:1:12", "DP010")]),
        ("scenarios: " + "[" * 30 + "]" * 30, [("tests/calls.yaml:1:31", "DP011")]),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(tmp_path, text) == expected


def test_files_from_elsewhere_are_not_read(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "tests").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(GOOD)
    (site / "tests" / "a.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(SiteError) as refused:
        load_scenarios(site)
    assert [problem.code for problem in refused.value.problems] == ["DP002"]


def test_stubs_are_read_from_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("look: {json: {a: 1}}\nhttp://x/: [{status: 503}, {after: 2}]\n")
    (tmp_path / "b.json").write_text('{"look": {"json": {"a": 1}}, "http://x/": [{"status": 503}, {"after": 2}]}')
    stubs = load_stubs(tmp_path / "a.yaml")
    assert stubs == load_stubs(tmp_path / "b.json")
    assert stubs["look"][0].json_ == {"a": "1"}
    assert [(one.status, one.after) for one in stubs["http://x/"]] == [(503, 0.0), (200, 2.0)]


@pytest.mark.parametrize(
    ("wanted", "was", "at"),
    [
        (["a", "b"], ["a", "b"], None),
        (["..."], [], None),
        ([], [], None),
        (["..."], ["a", "b"], None),
        (["...", "b"], ["a", "b", "c", "b"], None),
        (["...", "b", "..."], ["a", "b", "c"], None),
        (["a", "...", "a"], ["a"], 2),
        (["a", "...", "a"], ["a", "a"], None),
        (["main/a", "in/b"], ["a", "in/b"], None),
        (["b"], ["a"], 0),
        (["a"], ["a", "b"], 1),
        (["...", "a"], ["a", "b"], 2),
        ([], ["a"], 0),
    ],
)
def test_paths_with_gaps(wanted: list[str], was: list[str], at: int | None) -> None:
    assert mismatch(wanted, was, "main") == at


def test_keys_are_what_a_caller_can_do() -> None:
    assert usable_keys(" 1, 123456#,!2,timeout , hangup,") == ["1", "123456#", "!2", "timeout", "hangup"]
    for wrong in ("1;2", "a", "1,!", "!timeout", "٣"):
        with pytest.raises(UsageError):
            usable_keys(wrong)
