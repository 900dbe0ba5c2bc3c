"""Problems as SARIF: what the format asks for, and what a CI system needs to show them beside the lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialplan.checks import check_site
from dialplan.codes import CODES
from dialplan.sarif import sarif
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from tests.unit.dialplan.sites import write_site

_TEXT = Text("wrong", "有误")


def run_of(log: dict[str, Any]) -> dict[str, Any]:
    """The one run of a log, which must hold what the format requires and only words it knows."""
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert isinstance(run, dict)
    assert set(run) == {"tool", "language", "columnKind", "results"}
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "rules"}
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert set(rule) <= {"id", "shortDescription", "help", "defaultConfiguration"}
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
    for result in run["results"]:
        assert set(result) == {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"}
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"].get("region", {})
        assert all(isinstance(number, int) and number >= 1 for number in region.values())
        assert set(region) <= {"startLine", "startColumn"}
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
    return run


def uri(problem: Problem, folder: Path, base: Path | None = None) -> str:
    (result,) = run_of_loose(sarif([problem], folder, base=base))["results"]
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def run_of_loose(log: dict[str, Any]) -> dict[str, Any]:
    (run,) = log["runs"]
    return dict(run)


def test_problems_of_a_site(tmp_path: Path) -> None:
    folder = write_site(
        tmp_path / "my site", numbers="1000: main\n2000: nacht\n", queues="service: {announce_position: 0}\n"
    )
    problems = check_site(folder)
    run = run_of(sarif(problems, folder, base=tmp_path))
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(CODES)
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("DP211", "error")
    location = first["locations"][0]["physicalLocation"]
    assert location == {
        "artifactLocation": {"uri": "my%20site/numbers.yaml"},
        "region": {"startLine": 2, "startColumn": 7},
    }
    assert {one["level"] for one in run["results"]} == {"error", "warning"}


def test_no_problem_is_a_run_without_results(tmp_path: Path) -> None:
    assert run_of(sarif([], tmp_path))["results"] == []


def test_every_rule_tells_how_to_mend_it(tmp_path: Path) -> None:
    rules = {rule["id"]: rule for rule in run_of(sarif([], tmp_path))["tool"]["driver"]["rules"]}
    assert rules["DP106"]["help"]["markdown"].endswith("```yaml\nservice: {ring: 90}\n```\n")
    assert rules["DP301"]["defaultConfiguration"] == {"level": "warning"}
    assert "{" not in rules["DP101"]["shortDescription"]["text"]


@pytest.mark.parametrize(
    ("where", "file", "region"),
    [
        ("flows/main.yaml:3:5", "flows/main.yaml", {"startLine": 3, "startColumn": 5}),
        ("prompts/zh-CN.yaml:12", "prompts/zh-CN.yaml", {"startLine": 12}),
        ("flows", "flows", None),
        ("a:b c.yaml:1:1", "a%3Ab%20c.yaml", {"startLine": 1, "startColumn": 1}),
        ("中.yaml:1:1", "%E4%B8%AD.yaml", {"startLine": 1, "startColumn": 1}),
    ],
)
def test_places(tmp_path: Path, where: str, file: str, region: dict[str, int] | None) -> None:
    log = sarif([Problem(where, "DP101", _TEXT, _TEXT)], tmp_path / "site", base=tmp_path)
    location = run_of(log)["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == f"site/{file}"
    assert location.get("region") == region


def test_a_site_outside_is_named_in_full(tmp_path: Path) -> None:
    found = Problem("site.yaml:1:1", "DP101", _TEXT, _TEXT)
    assert uri(found, tmp_path / "site", tmp_path / "elsewhere") == f"{(tmp_path / 'site').as_uri()}/site.yaml"
    assert uri(found, tmp_path, tmp_path) == "site.yaml"
    lost = Problem(str(tmp_path / "gone"), "DP002", _TEXT, _TEXT)
    assert uri(lost, tmp_path / "gone") == (tmp_path / "gone").as_uri()


def test_codes_of_prompts_are_rules_too(tmp_path: Path) -> None:
    log = sarif([Problem("prompts/zh-CN.yaml:2", "PR104", _TEXT, _TEXT, Severity.ERROR)], tmp_path)
    run = run_of_loose(log)
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == "PR104"


def test_a_problem_is_known_again_when_lines_move(tmp_path: Path) -> None:
    def prints(where: str, text: Text = _TEXT) -> object:
        return run_of(sarif([Problem(where, "DP101", text, _TEXT)], tmp_path))["results"][0]["partialFingerprints"]

    assert prints("site.yaml:1:1") == prints("site.yaml:9:4")
    assert prints("site.yaml:1:1") != prints("numbers.yaml:1:1")
    assert prints("site.yaml:1:1") != prints("site.yaml:1:1", Text("other", "其他"))
