"""An agent who is added or removed while Asterisk runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.agents.roster import NewAgent, add_agent, remove_agent
from ivr.asterisk.apply import apply
from ivr.asterisk.instance import Instance
from ivr.core.settings import Settings
from tests.unit.dialplan.sites import write_site

pytestmark = pytest.mark.integration

AGENTS = "lee:\n  name: Lee\n  extension: 6001\n  number: 801\n  queues: [service]\n"


def test_asterisk_takes_the_change_over(
    asterisk_instance: Callable[..., Instance], asterisk_settings: Settings, tmp_path: Path
) -> None:
    folder = write_site(tmp_path / "site", agents=AGENTS)
    site, kim = add_agent(folder, NewAgent("kim", "Kim", queues=["service"]))
    remove_agent(folder, "kim")
    before, _ = add_agent(folder, NewAgent("park", "Park"))
    assert not apply(asterisk_settings, before).running
    instance = asterisk_instance(before)
    assert "Unable to find" in instance.run_cli("pjsip show endpoint 6003")

    site, kim = add_agent(folder, NewAgent("kim", "Kim", queues=["service"]))
    assert apply(asterisk_settings, site).running
    assert f"{kim.extension}/{kim.extension}" in instance.run_cli(f"pjsip show endpoint {kim.extension}")
    assert f"'{kim.extension}'" in instance.run_cli("dialplan show ivr-transfer")
    instance.run_cli(f"queue add member PJSIP/{kim.extension} to service")
    assert f"PJSIP/{kim.extension}" in instance.run_cli("queue show service")

    site, gone = remove_agent(folder, "kim")
    assert apply(asterisk_settings, site, gone=[gone]).running
    assert "Unable to find" in instance.run_cli(f"pjsip show endpoint {kim.extension}")
    assert f"PJSIP/{kim.extension}" not in instance.run_cli("queue show service")
    assert "6001/6001" in instance.run_cli("pjsip show endpoint 6001")
