"""Fetching Asterisk with a stand-in apt-get: the way through, and each way it can fail."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk import install
from ivr.asterisk.apt import Apt
from ivr.asterisk.install import build_rootfs, find_asterisk, is_complete, read_manifest, rootfs
from ivr.asterisk.setup import find_tools
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings
from tests.unit.asterisk.conftest import script

# Its first two words are "-c FILE"; the folder of archives is told by that file.
APT_GET = """\
echo "$@" >> "$FAKE_LOG"
archives=$(sed -n 's/^Dir::Cache "\\(.*\\)";/\\1/p' "$2")/archives
version=${FAKE_VERSION:-22.10.1~fake-1}
case "$*" in
*update*)
    [ -z "$FAKE_HANG" ] || { sleep 300 & echo $! > "$FAKE_HANG"; wait; }
    [ -z "$FAKE_OFFLINE" ] || { echo "E: Could not resolve 'mirror.example.net'" >&2; exit 100; } ;;
*--print-uris*)
    echo "Reading package lists..."
    echo "'http://m.example.net/asterisk.deb' asterisk_1%3a${version}_amd64.deb 10 SHA256:00"
    echo "'http://m.example.net/libc6.deb' libc6_2.41_amd64.deb 6 SHA256:00" ;;
*--download-only*)
    [ -z "$FAKE_CUT" ] || { echo "E: Failed to fetch libc6" >&2; exit 100; }
    printf 0123456789 > "$archives/asterisk_1%3a${version}_amd64.deb"
    printf 012345 > "$archives/libc6_2.41_amd64.deb" ;;
esac
"""

# dpkg-deb -x ARCHIVE ROOT: Asterisk is a script and the loader one that runs its last words.
DPKG_DEB = """\
[ -z "$FAKE_BROKEN" ] || { echo "dpkg-deb: error: $2 is corrupt" >&2; exit 2; }
case "$2" in
*asterisk*)
    mkdir -p "$3/usr/sbin"
    printf '#!/bin/sh\\necho "Asterisk 22.10.1~fake-1"\\n' > "$3/usr/sbin/asterisk"
    chmod 755 "$3/usr/sbin/asterisk" ;;
*libc6*)
    mkdir -p "$3/usr/lib/x86_64-linux-gnu"
    printf '#!/bin/sh\\nshift 3\\nexec "$@"\\n' > "$3/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    chmod 755 "$3/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Debian without Asterisk whose apt-get and dpkg-deb are scripts; gives the log of apt-get's words."""
    programs = tmp_path / "bin"
    script(programs / "apt-get", APT_GET)
    script(programs / "dpkg-deb", DPKG_DEB)
    for tool in ("sh", "sed", "mkdir", "chmod", "sleep", "cat"):
        (programs / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    etc = tmp_path / "etc-apt" / "sources.list.d"
    etc.mkdir(parents=True)
    (etc / "debian.list").write_text("deb http://mirror.example.net/debian bookworm main\n", "utf-8")
    log = tmp_path / "apt.log"
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("FAKE_LOG", str(log))
    monkeypatch.setenv("IVR_APT_ETC", str(etc.parent))
    monkeypatch.delenv("IVR_ROOTFS", raising=False)
    monkeypatch.delenv("IVR_MIRROR", raising=False)
    monkeypatch.setattr(install, "host_tools", dict)
    monkeypatch.setattr(install, "read_os_release", lambda: {"ID": "debian", "VERSION_CODENAME": "bookworm"})
    yield log


def nothing_left(settings: Settings) -> bool:
    return [path.name for path in settings.cache.iterdir()] == ["rootfs.lock"]


def test_the_rootfs_is_fetched_once_and_then_reused(settings: Settings, machine: Path) -> None:
    told: list[tuple[str, float]] = []
    toolbox = find_asterisk(settings, progress=lambda stage, done: told.append((stage, done)))
    assert toolbox.root == rootfs(settings)
    assert toolbox.version() == "22.10.1"
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["package lists", "download", "unpack"]
    assert told[-1] == ("unpack", 1.0)
    assert all(0 <= done <= 1 for _, done in told)
    manifest = read_manifest(rootfs(settings))
    assert manifest["asterisk"] == "22.10.1"
    assert manifest["packages"] == ["asterisk_1%3a22.10.1~fake-1_amd64.deb", "libc6_2.41_amd64.deb"]
    assert sorted(path.name for path in settings.cache.iterdir()) == ["rootfs", "rootfs.lock"]

    calls = machine.read_text("utf-8")
    assert calls.count("\n") == 3
    find_asterisk(settings)
    assert machine.read_text("utf-8") == calls


def test_the_mirror_given_by_hand_takes_the_place_of_the_hosts(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_MIRROR", "http://given.example.net/debian")
    written: list[str] = []
    monkeypatch.setattr(
        Apt,
        "update",
        lambda apt, _tick: written.append((apt.folder / "sources.d/asterisk.sources").read_text("utf-8")),
    )
    build_rootfs(settings)
    assert "URIs: http://given.example.net/debian\nSuites: sid\n" in written[0]


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("FAKE_OFFLINE", "Could not resolve 'mirror.example.net'.*IVR_MIRROR"),
        ("FAKE_CUT", "Failed to fetch libc6"),
        ("FAKE_BROKEN", "corrupt"),
    ],
)
def test_a_failure_is_told_and_leaves_nothing_half_built(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch, variable: str, message: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(AsteriskError, match=message):
        find_asterisk(settings)
    assert nothing_left(settings)
    monkeypatch.delenv(variable)
    assert find_asterisk(settings).has("asterisk")


def test_an_asterisk_that_is_too_old_is_refused_before_the_download(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_VERSION", "18.10.0~dfsg-1")
    with pytest.raises(AsteriskError, match=r"Asterisk 18\.10\.0.*20 or later"):
        find_asterisk(settings)
    assert "--download-only" not in machine.read_text("utf-8")
    assert nothing_left(settings)


def test_too_little_space_is_told_before_anything_is_fetched(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "NEEDED_BYTES", 10**18)
    with pytest.raises(AsteriskError, match=r"free.*IVR_CACHE"):
        find_asterisk(settings)
    assert not machine.exists()


@pytest.mark.parametrize("tool", ["apt-get", "dpkg-deb"])
def test_a_machine_without_apt_is_told_so(settings: Settings, machine: Path, tool: str) -> None:
    (machine.parent / "bin" / tool).unlink()
    with pytest.raises(AsteriskError, match=f"{tool} is missing"):
        find_asterisk(settings)
    assert nothing_left(settings)


def test_nothing_is_fetched_when_the_caller_says_so(settings: Settings, machine: Path) -> None:
    with pytest.raises(AsteriskError, match=r"asterisk.*ivr asterisk install"):
        find_asterisk(settings, install=False)
    assert not machine.exists()


def test_what_a_killed_build_left_is_cleared_and_an_unfinished_rootfs_is_not_used(
    settings: Settings, machine: Path
) -> None:
    left = settings.cache / "rootfs.new-dead" / "root" / "usr"
    left.mkdir(parents=True)
    left.chmod(0o500)
    script(settings.cache / "rootfs/usr/sbin/asterisk", "exit 1\n")
    assert not is_complete(rootfs(settings))
    find_asterisk(settings)
    assert not (settings.cache / "rootfs.new-dead").exists()
    assert is_complete(rootfs(settings))


def test_a_second_installation_waits_for_the_first(settings: Settings, machine: Path) -> None:
    settings.cache.mkdir(parents=True)
    waiting = threading.Event()

    def watch(stage: str, _fraction: float) -> None:
        if "waiting" in stage:
            waiting.set()

    result: list[Path] = []
    with (settings.cache / "rootfs.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        second = threading.Thread(target=lambda: result.append(build_rootfs(settings, progress=watch)))
        second.start()
        assert waiting.wait(10)
        assert not machine.exists()
        script(rootfs(settings) / "usr/sbin/asterisk", "exit 0\n")  # the first one finishes meanwhile
        (rootfs(settings) / "manifest.json").write_text(json.dumps({"format": 1}), "utf-8")
    second.join(10)
    assert result == [rootfs(settings)]
    assert not machine.exists()


def test_an_interrupted_installation_kills_what_it_started_and_leaves_nothing(
    settings: Settings, machine: Path, tmp_path: Path
) -> None:
    pid_of_child = tmp_path / "child.pid"
    code = textwrap.dedent(
        f"""
        from pathlib import Path
        from ivr.asterisk import install
        from ivr.core.settings import Settings
        install.read_os_release = lambda: {{"ID": "debian", "VERSION_CODENAME": "bookworm"}}
        install.build_rootfs(Settings(home=Path({str(settings.home)!r}), cache=Path({str(settings.cache)!r})))
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "FAKE_HANG": str(pid_of_child), "PYTHONPATH": str(Path(install.__file__).parents[2])},
        stderr=subprocess.PIPE,
    )
    try:
        end = time.monotonic() + 20
        while not (pid_of_child.exists() and pid_of_child.read_text("ascii").strip()) and time.monotonic() < end:
            time.sleep(0.05)
        child = int(pid_of_child.read_text("ascii"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert b"KeyboardInterrupt" in said
    assert nothing_left(settings)
    end = time.monotonic() + 5
    while (
        Path(f"/proc/{child}/cmdline").exists()
        and Path(f"/proc/{child}/cmdline").read_bytes()
        and time.monotonic() < end
    ):
        time.sleep(0.02)
    assert not Path(f"/proc/{child}/cmdline").exists() or Path(f"/proc/{child}/cmdline").read_bytes() == b""


async def test_a_cancelled_search_ends_the_download_at_once(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid_of_child = tmp_path / "child"
    monkeypatch.setenv("FAKE_HANG", str(pid_of_child))
    search = asyncio.create_task(find_tools(settings))
    async with asyncio.timeout(20):
        while not (pid_of_child.exists() and pid_of_child.read_text("ascii").strip()):
            await asyncio.sleep(0.02)
        search.cancel()
        with pytest.raises(asyncio.CancelledError):
            await search
    assert nothing_left(settings)
    alive = Path(f"/proc/{int(pid_of_child.read_text('ascii'))}/cmdline")
    assert not alive.exists() or alive.read_bytes() == b""


async def test_a_search_from_a_coroutine_finds_and_fails_as_any_other(
    settings: Settings, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_OFFLINE", "1")
    with pytest.raises(AsteriskError, match="Could not resolve"):
        await find_tools(settings)
    monkeypatch.delenv("FAKE_OFFLINE")
    told: list[str] = []
    toolbox = await find_tools(settings, progress=lambda stage, _: told.append(stage))
    assert toolbox.root == rootfs(settings)
    assert set(told) == {"package lists", "download", "unpack"}


def test_a_rootfs_given_by_hand_comes_first_and_must_hold_asterisk(
    settings: Settings, machine: Path, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    with pytest.raises(AsteriskError, match="IVR_ROOTFS"):
        find_asterisk(settings, env={"IVR_ROOTFS": str(given)})
    script(given / "usr/sbin/asterisk", "exit 0\n")
    assert find_asterisk(settings, env={"IVR_ROOTFS": str(given)}).root == given


def test_the_hosts_asterisk_comes_first_and_is_completed_only_when_tools_are_wanted(
    settings: Settings, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real host_tools
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    script(tmp_path / "bin" / "asterisk", 'echo "Asterisk 20.6.0~dfsg-1"\n')
    toolbox = find_asterisk(settings, needs=["asterisk"], env={})
    assert toolbox.command("asterisk") == [str(tmp_path / "bin" / "asterisk")]
    assert toolbox.root is None
    script(tmp_path / "bin" / "asterisk", 'echo "Asterisk 18.10.0"\n')
    assert install.host_tools() == {}
