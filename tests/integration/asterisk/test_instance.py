"""The real Asterisk runs on what we render."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from ivr.asterisk.instance import Instance
from ivr.asterisk.pidfile import group_exists
from ivr.core.settings import Settings
from tests.integration.conftest import StartAsterisk
from tests.ports import free_port
from tests.unit.asterisk.sites import small_site

pytestmark = pytest.mark.integration


def complaints(instance: Instance) -> list[str]:
    lines = instance.dirs.messages.read_text("utf-8").splitlines()
    return [line for line in lines if re.search(r"\b(WARNING|ERROR)\b", line)]


def test_a_rendered_site_comes_up_without_a_complaint_and_goes_without_a_trace(
    asterisk_instance: StartAsterisk,
) -> None:
    site = small_site()
    instance = asterisk_instance(site)
    pid = instance.status().pid
    assert pid is not None
    endpoints = instance.run_cli("pjsip show endpoints")
    for agent in site.agents.values():
        assert re.search(rf"Endpoint:\s+{agent.extension}\b", endpoints)
    assert re.search(r"Endpoint:\s+anonymous\b", endpoints)
    queues = instance.run_cli("queue show")
    assert {"support", "sales"} <= set(re.findall(r"^(\S+) has 0 calls", queues, re.MULTILINE))
    assert "'800'" in instance.run_cli("dialplan show ivr-incoming")
    assert "default" in instance.run_cli("moh show classes")
    assert "Logging: Enabled" in instance.run_cli("cel show status")
    assert complaints(instance) == []

    assert instance.stop()
    assert not group_exists(pid)
    assert not (instance.dirs.run / "asterisk.ctl").exists()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", instance.settings.sip_port))


def test_every_module_that_was_asked_for_is_running(asterisk_instance: StartAsterisk) -> None:
    instance = asterisk_instance(small_site())
    asked = re.findall(
        r"^(?:require|load) = (\S+)$", (instance.dirs.etc / "modules.conf").read_text("utf-8"), re.MULTILINE
    )
    shown = instance.run_cli("module show")
    running = {line.split()[0] for line in shown.splitlines() if " Running " in line}
    assert set(asked) - running == set()


def test_two_instances_share_a_host(
    asterisk_instance: StartAsterisk, asterisk_settings: Settings, tmp_path: Path
) -> None:
    first = asterisk_instance(small_site())
    second_settings = asterisk_settings.model_copy(
        update={
            "home": tmp_path / "second",
            "sip_port": free_port(),
            "ami_port": free_port(),
        }
    )
    second = asterisk_instance(small_site(agents={}), second_settings)
    assert "6001" in first.run_cli("pjsip show endpoints")
    assert "6001" not in second.run_cli("pjsip show endpoints")
    assert second.stop()
    assert first.status().running


def test_a_home_with_a_long_path_works(
    asterisk_instance: StartAsterisk, asterisk_settings: Settings, tmp_path: Path
) -> None:
    long = asterisk_settings.model_copy(update={"home": tmp_path / ("long-" * 24)})
    instance = asterisk_instance(small_site(), long)
    assert instance.run_cli("core show version").startswith("Asterisk ")
    assert len(os.fsencode(instance.dirs.run)) < 96


def test_an_agents_name_reaches_asterisk_as_he_wrote_it(asterisk_instance: StartAsterisk) -> None:
    instance = asterisk_instance(small_site())
    assert re.search(r'callerid\s+: "李雷" <6001>', instance.run_cli("pjsip show endpoint 6001"))


def test_the_manager_gives_the_engine_what_it_needs_and_no_more(asterisk_instance: StartAsterisk) -> None:
    instance = asterisk_instance(small_site())
    user = instance.run_cli("manager show user ivr")
    read = re.search(r"read perm: (.*)", user)
    write = re.search(r"write perm: (.*)", user)
    assert read is not None
    assert write is not None
    assert set(read.group(1).split(",")) == {"system", "call", "agent", "user", "reporting"}
    assert set(write.group(1).split(",")) == {"call", "agent", "reporting", "originate"}
