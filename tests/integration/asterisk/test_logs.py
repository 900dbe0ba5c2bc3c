"""The real Asterisk goes on writing after its logs were turned over, and all rows are still read."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.asterisk.instance import Instance
from ivr.asterisk.logs import rotate
from ivr.asterisk.secrets import AMI_USER, load_secrets
from ivr.journal.sources import Skipped, read_cel
from ivr.journal.sources.files import read_lines
from tests.integration.conftest import StartAsterisk
from tests.unit.asterisk.sites import small_site

pytestmark = pytest.mark.integration


def tell(instance: Instance, *actions: dict[str, str]) -> None:
    """Have the manager do something, one answer each."""
    login = {"Action": "Login", "Username": AMI_USER, "Secret": load_secrets(instance.settings).ami, "Events": "off"}
    with socket.create_connection(("127.0.0.1", instance.settings.ami_port), 10) as line, line.makefile("rb") as heard:
        for action in (login, *actions):
            line.sendall("".join(f"{name}: {value}\r\n" for name, value in action.items()).encode() + b"\r\n")
            while heard.readline().strip():
                pass


def grown(path: Path, least: int) -> None:
    """Wait until a file has so many lines."""
    end = time.monotonic() + 20
    while not path.exists() or len(path.read_bytes().splitlines()) < least:
        assert time.monotonic() < end, f"{path.name} has not grown"
        time.sleep(0.05)


def test_logs_are_turned_over_while_it_runs(asterisk_instance: StartAsterisk) -> None:
    instance = asterisk_instance(small_site())
    dirs = instance.dirs
    call = {
        "Action": "Originate",
        "Channel": "Local/800@ivr-incoming",
        "Application": "Wait",
        "Data": "0",
        "Async": "1",
    }
    tell(instance, call)
    grown(dirs.cel, 4)
    grown(dirs.queue_log, 1)
    done = rotate(instance, datetime.now(UTC), None)
    assert {"messages.log", "queue_log", "cel.json"} <= set(done.files)
    assert done.deleted == []
    tell(instance, call)
    grown(dirs.cel, 4)
    grown(dirs.queue_log, 1)
    again = rotate(instance, datetime.now(UTC), None)
    assert {"queue_log", "cel.json"} <= set(again.files)
    tell(instance, call)
    grown(dirs.cel, 4)
    assert {path.name for path in dirs.cel.parent.iterdir()} == {"cel.json", "cel.json.0", "cel.json.1"}
    assert {"queue_log", "queue_log.0", "queue_log.1"} <= {path.name for path in dirs.log.iterdir()}
    skipped = Skipped()
    rows = read_cel(read_lines(dirs.cel, lambda _: None, skipped), skipped)
    begun = [row.uniqueid for row in rows if row.event == "CHAN_START"]
    assert len(begun) == len(set(begun)) == 6  # both halves of three Local channels
    assert (dirs.log / "queue_log").read_text().count("CONFIGRELOAD") == 1
    assert "QUEUESTART" in (dirs.log / "queue_log.0").read_text()
