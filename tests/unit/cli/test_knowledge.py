"""``ivr knowledge`` and ``ivr report rollup``: articles laid in and taken out, days added up."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Ivr


def test_articles_are_laid_in_listed_and_taken_out(ivr: Ivr, tmp_path: Path) -> None:
    first = json.loads(ivr("knowledge", "import", "--as", "ann", "--json").stdout)
    again = json.loads(ivr("knowledge", "import", "--as", "ann", "--json").stdout)
    assert (len(first["added"]), len(again["same"]), again["added"]) == (17, 17, [])
    listed = json.loads(ivr("knowledge", "list", "--json").stdout)
    assert {one["slug"] for one in listed} == set(first["added"])
    file = tmp_path / "all.yaml"
    assert json.loads(ivr("knowledge", "export", str(file), "--json").stdout)["articles"] == 17
    file.write_text(file.read_text("utf-8").replace("Apologising", "Saying sorry"), "utf-8")
    left = ivr("knowledge", "import", str(file), "--as", "ann")
    assert left.exit_code == 0 and "apology" in left.output
    changed = json.loads(ivr("knowledge", "import", str(file), "--as", "ann", "--replace", "--json").stdout)
    assert changed["changed"] == ["apology"]
    audited = json.loads(ivr("audit", "list", "--json").stdout)
    assert [(row["actor"], row["action"]) for row in audited] == [("ann", "knowledge.import")] * 2


def test_a_file_that_is_wrong_is_refused(ivr: Ivr, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("articles: {a: {texts: {}}}", "utf-8")
    result = ivr("knowledge", "import", str(tmp_path / "wrong.yaml"), "--as", "ann", "--json")
    assert result.exit_code == 2
    assert "wrong.yaml" in json.loads(result.stdout)["error"]


def test_without_calls_no_day_is_added_up(ivr: Ivr) -> None:
    assert ivr("db", "upgrade").exit_code == 0
    assert json.loads(ivr("report", "rollup", "--json").stdout) == {"days": 0}
