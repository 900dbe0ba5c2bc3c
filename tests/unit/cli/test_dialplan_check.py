"""``ivr dialplan check``, ``codes`` and ``schema`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialplan.codes import CODES
from dialplan.schema import FILES
from tests.unit.cli.conftest import Ivr
from tests.unit.dialplan.sites import write_site

_ADVERT = "language: zh-CN\nprompts:\n  our-menu: {text: 全场五折大促销。查询请按一，人工请按零。}\n"
_FLOW = (
    "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: menu}\n"
    "  menu: {step: menu, prompts: [our-menu], choices: {1: wait, 0: wait}}\n"
    "  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
)


def test_the_sites_own_prompts_are_known_and_heard(ivr: Ivr, tmp_path: Path) -> None:
    folder = write_site(tmp_path, flows__main=_FLOW, **{"prompts__zh-CN": _ADVERT})
    found = json.loads(ivr("dialplan", "check", str(folder), "--json").stdout)
    assert [(one["code"], one["where"]) for one in found["problems"]] == [
        ("DP313", "flows/main.yaml:5:32"),
        ("SD101", "prompts/zh-CN.yaml:3"),  # nobody has built it yet
    ]
    assert "全场五折大促销" in found["problems"][0]["text"]
    assert ivr("dialplan", "check", str(folder)).exit_code == 0
    assert ivr("dialplan", "check", str(folder), "--strict").exit_code == 4


def test_own_prompts_that_are_wrong_are_told(ivr: Ivr, tmp_path: Path) -> None:
    folder = write_site(tmp_path, **{"prompts__zh-CN": "language: zh-CN\nprompts:\n  our-menu: {txt: 您好}\n"})
    result = ivr("dialplan", "check", str(folder), "--json")
    assert result.exit_code == 4
    assert {one["code"][:2] for one in json.loads(result.stdout)["problems"]} == {"PR"}


def test_sarif_into_a_file_and_to_standard_output(ivr: Ivr, tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", numbers="1000: nowhere\n")
    into = tmp_path / "found.sarif"
    plain = ivr("dialplan", "check", str(folder), "--sarif", str(into))
    assert plain.exit_code == 4
    assert "DP211" in plain.stdout
    log = json.loads(into.read_text("utf-8"))
    printed = ivr("dialplan", "check", str(folder), "--sarif", "-")
    assert printed.exit_code == 4
    assert json.loads(printed.stdout) == log
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["DP211", "DP230"]


def test_sarif_that_cannot_be_written(ivr: Ivr, tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    result = ivr("dialplan", "check", str(folder), "--sarif", str(tmp_path / "nowhere" / "found.sarif"))
    assert result.exit_code == 3
    assert "nowhere" in result.stderr
    both = ivr("dialplan", "check", str(folder), "--json", "--sarif", "-")
    assert both.exit_code == 2
    assert "error" in json.loads(both.stdout)


def test_codes_are_listed(ivr: Ivr) -> None:
    listed = json.loads(ivr("dialplan", "codes", "--json").stdout)
    assert [one["code"] for one in listed] == list(CODES)
    assert len(listed) >= 40
    for one in listed:
        assert one["severity"] in {"error", "warning"}
        assert all(one[part] for part in ("text", "text_zh", "cure", "cure_zh"))
    shown = ivr("dialplan", "codes").stdout
    assert all(code in shown for code in CODES)


def test_one_code_with_its_example(ivr: Ivr) -> None:
    shown = ivr("dialplan", "codes", "dp106").stdout
    assert shown.startswith("DP106 ")
    assert "service: {ring: 90}" in shown
    assert "DP107" not in shown
    unknown = ivr("dialplan", "codes", "DP000")
    assert unknown.exit_code == 2
    assert "DP000" in unknown.stderr


def test_schemas_are_printed_and_written(ivr: Ivr, tmp_path: Path) -> None:
    whole = json.loads(ivr("dialplan", "schema").stdout)
    assert {"numbers", "flows"} <= set(whole["properties"])
    flow = json.loads(ivr("dialplan", "schema", "--part", "flow").stdout)
    assert set(flow["properties"]) == {"start", "steps", "human"}
    assert ivr("dialplan", "schema", "--into", str(tmp_path / "schemas")).exit_code == 0
    written = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "schemas").iterdir()}
    assert set(written) == {f"{part}.schema.json" for part in FILES}
    assert written["flow.schema.json"] == flow
    told = json.loads(ivr("dialplan", "schema", "--into", str(tmp_path / "schemas"), "--json").stdout)
    assert sorted(told["files"]) == sorted(str(path) for path in (tmp_path / "schemas").iterdir())
    assert json.loads(ivr("dialplan", "schema", "--json").stdout) == whole
    refused = ivr("dialplan", "schema", "--part", "flows", "--json")
    assert (refused.exit_code, "flows" in json.loads(refused.stdout)["error"]) == (2, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_the_language_of_the_console(ivr: Ivr, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    code = ivr("dialplan", "codes", "DP202").stdout
    schema = ivr("dialplan", "schema", "--part", "flow").stdout
    assert ("请" in code) == (language == "zh")
    assert ("步骤" in schema) == (language == "zh")
