"""``ivr demo-data``: fills an empty database, leaves another alone."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Ivr


def test_an_empty_database_is_filled_and_a_filled_one_is_left_alone(ivr: Ivr, home: Path) -> None:
    done = ivr("demo-data", "--calls", "20", "--days", "3", "--sound", "0", "--yes", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["calls"] == 20
    assert report["site"].endswith("centre")
    listed = json.loads(ivr("calls", "list", "--json").stdout)
    assert len(listed) == 20
    again = ivr("demo-data", "--calls", "20", "--yes", "--json")
    assert again.exit_code == 2
    assert "--beside" in json.loads(again.stdout)["cure"]


def test_nothing_is_written_without_a_yes(ivr: Ivr, home: Path) -> None:
    done = ivr("demo-data", "--calls", "20")
    assert done.exit_code == 130
    assert not list(home.rglob("ivr.db"))


def test_no_calls_is_wrong_use(ivr: Ivr) -> None:
    assert ivr("demo-data", "--calls", "0", "--yes").exit_code == 2
