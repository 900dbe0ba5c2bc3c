"""Starting and stopping, with a stand-in Asterisk: ports, stale pids, processes that fail."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk.instance import Instance
from ivr.asterisk.pidfile import read_pid, runs_with, write_pid
from ivr.asterisk.render import render
from ivr.asterisk.secrets import ensure_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings
from tests.ports import free_port
from tests.unit.asterisk.conftest import script
from tests.unit.asterisk.sites import small_site

# asterisk -C CONF -f. It answers the manager as Asterisk does, unless told to fail.
FAKE = """\
import os, socket, sys, time
if "-V" in sys.argv:
    print("Asterisk 22.10.1~fake"); raise SystemExit
if "-rx" in sys.argv:
    print("Unable to connect to remote asterisk"); raise SystemExit(1)
mode = os.environ["LANG"]
if mode == "dies":
    print("ERROR[1] loader.c: cannot load the world"); raise SystemExit(2)
if mode == "mute":
    time.sleep(60)
server = socket.create_server(("127.0.0.1", int(os.environ["TZ"])))
while True:
    link, _ = server.accept()
    said = link.recv(4096)
    if b"Secret: " in said and mode != "refuses":
        link.sendall(b"Asterisk Call Manager/9.0.0\\r\\nResponse: Success\\r\\n\\r\\nEvent: FullyBooted\\r\\n\\r\\n")
    else:
        link.sendall(b"Asterisk Call Manager/9.0.0\\r\\nResponse: Error\\r\\nMessage: No\\r\\n\\r\\n")
"""


@pytest.fixture
def instance(tmp_path: Path, host: Toolbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """A rendered instance whose Asterisk is a script; LANG tells it how to behave, TZ its manager port."""
    settings = Settings(
        home=tmp_path / "home",
        cache=tmp_path / "cache",
        sip_port=free_port(),
        ami_port=free_port(),
    )
    program = tmp_path / "fake.py"
    program.write_text(FAKE, "utf-8")
    script(host.host["asterisk"], f'exec "{sys.executable}" "{program}" "$@"\n')
    monkeypatch.setenv("LANG", "well")
    monkeypatch.setenv("TZ", str(settings.ami_port))
    site = small_site()
    render(site, settings, ensure_secrets(settings, site.agents), host, tmp_path)
    instance = Instance(settings, host)
    yield instance
    instance.stop()


def test_it_starts_is_seen_running_by_others_and_stops_without_a_trace(instance: Instance) -> None:
    status = instance.start()
    assert status.running
    assert status.pid is not None
    assert instance.start() == status  # starting again changes nothing
    other = Instance(instance.settings, instance.toolbox)
    assert other.status() == status
    assert instance.stop()
    assert not runs_with(status.pid, str(instance.dirs.conf))
    assert not instance.pidfile.exists()
    assert not instance.stop()


def test_an_instance_can_be_stopped_by_another_process_than_the_one_that_started_it(instance: Instance) -> None:
    pid = instance.start().pid
    assert pid is not None
    assert Instance(instance.settings, instance.toolbox).stop()
    assert not runs_with(pid, str(instance.dirs.conf))
    assert not instance.status().running


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_named_and_nothing_is_started(instance: Instance, kind: socket.SocketKind) -> None:
    udp = kind == socket.SOCK_DGRAM
    port = instance.settings.sip_port if udp else instance.settings.ami_port
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", port))
        if not udp:
            taken.listen()
        expected = rf"{'UDP' if udp else 'TCP'} port {port}.*{'IVR_SIP_PORT' if udp else 'IVR_AMI_PORT'}"
        with pytest.raises(AsteriskError, match=expected):
            instance.start()
    assert not instance.pidfile.exists()


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("dies", "ended at once.*cannot load the world"),
        ("mute", "did not come up"),
        ("refuses", "refuses our password"),
    ],
)
def test_a_start_that_fails_is_told_and_leaves_no_process(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, mode: str, message: str
) -> None:
    monkeypatch.setenv("LANG", mode)
    with pytest.raises(AsteriskError, match=message):
        instance.start(limit=1.5 if mode == "mute" else 10)
    assert not instance.pidfile.exists()
    conf = os.fsencode(instance.dirs.conf)
    running = [path for path in Path("/proc").glob("[0-9]*/cmdline") if conf in _read(path).split(b"\0")]
    assert not running


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_an_instance_that_was_not_rendered_says_so(settings: Settings, host: Toolbox) -> None:
    with pytest.raises(AsteriskError, match="ivr asterisk render"):
        Instance(settings, host).start()


def test_a_pid_that_now_belongs_to_another_process_is_left_alone(instance: Instance) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            write_pid(instance.pidfile, stranger.pid)
            assert not instance.status().running
            assert not instance.stop()
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.parametrize("text", ["", "abc", "-1", "0", "1", "99999999"])
def test_a_broken_pidfile_means_not_running(tmp_path: Path, text: str) -> None:
    (tmp_path / "pid").write_text(text, "ascii")
    assert read_pid(tmp_path / "pid", "x") is None


def test_a_console_command_is_one_line(instance: Instance) -> None:
    with pytest.raises(AsteriskError, match="one line"):
        instance.run_cli("core show version\ncore stop now")
    with pytest.raises(AsteriskError, match="does not answer"):
        instance.run_cli("core show version")
