"""The sites that travel with the code: in order, and each does what its scenarios say, step for step."""

from __future__ import annotations

import json

import pytest

from dialplan.sites import EXAMPLES, demo_site, example_site
from tests.unit.cli.conftest import Ivr

SITES = {"demo": demo_site()} | {name: example_site(name) for name in EXAMPLES}


@pytest.mark.parametrize("name", SITES)
def test_the_check_finds_nothing(ivr: Ivr, name: str) -> None:
    done = ivr("dialplan", "check", str(SITES[name]), "--strict", "--json")
    assert json.loads(done.stdout)["problems"] == []
    assert done.exit_code == 0


@pytest.mark.parametrize("name", SITES)
def test_every_scenario_passes_and_every_step_is_reached(ivr: Ivr, name: str) -> None:
    done = ivr("dialplan", "test", str(SITES[name]), "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [one["name"] for one in report["scenarios"] if not one["ok"]] == []
    assert report["passed"] >= 8
    if name in EXAMPLES:
        assert report["coverage"]["missed"] == []
        assert [one["name"] for one in report["scenarios"] if one["unanswered_lookups"]] == []
