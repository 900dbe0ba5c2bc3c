"""ivr dialplan simulate, and ivr dialplan test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialplan.sites import demo_site
from ivr.cli.dialplan_try import TypedCaller
from tests.unit.cli.conftest import Ivr

AT = ("--at", "2026-03-04T10:00")


def plain(text: str) -> str:
    return " ".join(text.split())


def simulated(ivr: Ivr, *args: str) -> dict[str, Any]:
    result = ivr("dialplan", "simulate", *AT, *args, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_call_is_told_step_by_step(ivr: Ivr) -> None:
    result = ivr("dialplan", "simulate", "--to", "1000", "--from", "13800138000", *AT, "--keys", "2,7,2")
    assert result.exit_code == 0
    told = plain(result.stdout)
    assert "13800138000 calls 1000 at 2026-03-04 10:00 (Asia/Shanghai)" in told
    assert "main/main-menu menu hears “For service, press one." in told
    assert "presses 7 key 7 is no choice hears" in told
    assert "hours service: open (always)" in told
    assert "leaves a message: the caller speaks" in told
    assert "the line hangs up. Outcome voicemail" in told


def test_and_in_chinese(ivr: Ivr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    told = plain(ivr("dialplan", "simulate", *AT, "--keys", "1,hangup").stdout)
    assert "听到“早上好，欢迎致电客户服务热线。”（greeting-morning），中途挂机" in told
    assert "来电者挂机。结果 self_service" in told


def test_the_time_is_that_of_the_site(ivr: Ivr) -> None:
    first = json.loads(ivr("dialplan", "simulate", "--at", "2026-03-04T23:30", "--keys", "1", "--json").stdout)
    second = json.loads(ivr("dialplan", "simulate", "--at", "2026-03-04T15:30+00:00", "--keys", "1", "--json").stdout)
    assert first == second
    assert "greeting-evening" in json.dumps(first)


def test_the_world_answers_as_told(ivr: Ivr, tmp_path: Path) -> None:
    late = simulated(ivr, "--keys", "1,1", "--reply", "queue=timeout", "--reply", "voicemail=hangup")
    assert late["path"][-2:] == ["busy", "voicemail"]
    assert (late["ended"], late["outcome"]) == ("caller", "voicemail")
    assert simulated(ivr, "--keys", "1,1", "--switch", "service=closed")["path"][-3] == "closed"
    bank = demo_site().parent / "aftersales"
    stub = tmp_path / "stub.json"
    stub.write_text('{"look": {"json": {"repair": {"state": "in-repair"}}}}')
    found = simulated(ivr, str(bank), "--keys", "1,12345678,1", "--stub", str(stub))
    assert "repair-status/in-repair" in found["path"]
    assert found["unanswered_lookups"] == []
    assert simulated(ivr, str(bank), "--keys", "1,12345678,1")["unanswered_lookups"] == ["repair-status/look"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--to", "9999"), 2),
        (("--keys", "1,x"), 2),
        (("--at", "tomorrow"), 2),
        (("--reply", "queue=perhaps"), 2),
        (("--reply", "queue"), 2),
        (("--reply", "voicemail=answered"), 2),
        (("--reply", "greeting=answered"), 2),
        (("--switch", "service=ajar"), 2),
        (("--switch", "nowhere=open"), 2),
        (("--from", "1" * 400 + "\n[red]"), 2),
        (("--stub", "none.yaml"), 4),
        (("no-such-folder",), 4),
    ],
)
def test_what_cannot_be_meant_is_refused(ivr: Ivr, args: tuple[str, ...], code: int) -> None:
    result = ivr("dialplan", "simulate", "--json", "--keys", "1", *args)
    assert result.exit_code == code, result.output
    assert json.loads(result.stdout)["error"]


def test_an_engine_that_fails_is_exit_code_1(ivr: Ivr) -> None:
    result = ivr("dialplan", "simulate", *AT, "--keys", "1,2", "--reply", "voicemail=failed")
    assert result.exit_code == 1
    assert "emergency route" in result.stdout


def test_the_typed_caller_is_asked_until_he_does_something_he_can(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["x", "12#", "", "h"])
    monkeypatch.setattr("ivr.cli.dialplan_try.console.input", lambda _: next(typed))
    caller = TypedCaller()
    assert [caller.at_wait(5) for _ in range(3)] == ["1", "2", "#"]
    assert [caller.at_wait(5), caller.at_wait(5)] == ["timeout", "hangup"]


def test_keys_typed_too_many_stop_the_next_prompt_or_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.cli.dialplan_try.console.input", lambda _: "123")
    caller = TypedCaller()
    assert caller.at_wait(5) == "1"
    assert [caller.at_prompt("a", "3"), caller.at_prompt("b", "123")] == ["3", ""]


def test_what_becomes_of_him_is_asked_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["busy", "key 4", "", "perhaps", "no-answer"])
    monkeypatch.setattr("ivr.cli.dialplan_try.console.input", lambda _: next(typed))
    caller = TypedCaller()
    assert [caller.choose("queue", "main/a"), caller.choose("queue", "main/a")] == ["key 4", "answered"]
    assert caller.choose("transfer", "main/b") == "no-answer"


def test_no_more_input_is_hanging_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def over(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("ivr.cli.dialplan_try.console.input", over)
    assert TypedCaller().at_wait(5) == "hangup"


def test_the_scenarios_of_the_site_in_force_pass(ivr: Ivr) -> None:
    result = ivr("dialplan", "test")
    assert result.exit_code == 0
    assert "✓ an agent, in Mandarin" in result.stdout
    assert "demo: 10 of 10 scenarios pass" in plain(result.stdout)


def test_a_failed_scenario_is_told_with_its_place_and_exit_code_1(ivr: Ivr, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for path in demo_site().rglob("*.yaml"):
        to = tmp_path / "site" / path.relative_to(demo_site())
        to.parent.mkdir(exist_ok=True)
        to.write_bytes(path.read_bytes())
    calls = tmp_path / "site" / "tests" / "calls.yaml"
    calls.write_text(calls.read_text("utf-8").replace("main-menu, service, thanks]", "main-menu, thanks]", 1), "utf-8")
    result = ivr("dialplan", "test", str(tmp_path / "site"))
    assert result.exit_code == 1
    told = plain(result.stdout)
    assert "✗ an agent, in Mandarin" in told
    assert "tests/calls.yaml:7:60 path: thanks expected after main-menu, was service" in told
    assert "expected: answer → language → greeting → hours → main-menu → thanks" in told
    report = json.loads(ivr("dialplan", "test", str(tmp_path / "site"), "--json").stdout)
    assert (report["ok"], report["failed"], report["passed"]) == (False, 1, 9)
    assert ivr("dialplan", "test", str(tmp_path / "site"), "--only", "Korean").exit_code == 0
    calls.write_text("scenarios: 5\n")
    assert ivr("dialplan", "test", str(tmp_path / "site")).exit_code == 4
    calls.unlink()
    assert ivr("dialplan", "test", str(tmp_path / "site")).exit_code == 1
