"""scripts/common.sh in a copy of the project, with a Python, pip and apt-get that only pretend."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import ivr

COMMON = Path(ivr.__file__).resolve().parent.parent / "scripts" / "common.sh"
pytestmark = pytest.mark.skipif(not COMMON.is_file(), reason="the commands of a checkout are not installed")

PYTHON = """#!/bin/bash
# A Python that does as FAKE says and notes what it was asked.
printf '%s\\n' "$*" >>"$FAKE_LOG"
case "$*" in
    -c*) exit 0 ;;
    --version) echo "Python 3.11.99"; exit ;;
    -VV) echo "Python 3.11.99 (${FAKE_BUILD:-one})"; exit ;;
    *"-m venv"*)
        for folder; do :; done
        if [ "$FAKE" = no-ensurepip ] && [[ "$*" != *--without-pip* ]]; then
            mkdir -p "$folder/bin"; echo "ensurepip is not available"; exit 1
        fi
        if [ "$FAKE" = no-venv ]; then echo "Error: venv is broken"; exit 1; fi
        mkdir -p "$folder/bin" "$folder/lib/python3.11/site-packages"
        cp "$FAKE_PYTHON" "$folder/bin/python"
        touch "$folder/pyvenv.cfg" ;;
    *requirements.lock*)
        case $FAKE in
            network) echo "ERROR: Could not find a version that satisfies the requirement one"; exit 1 ;;
            offline) echo "WARNING: Retrying (Retry(total=4)) after connection broken"
                echo "ERROR: No matching distribution found for one"; exit 1 ;;
            full) echo "ERROR: Could not install packages: [Errno 28] No space left on device"; exit 1 ;;
            slow) echo $$ >"$FAKE_LOG.pid"; exec sleep 120 ;;
        esac
        echo "Collecting one==1.0"; echo "Collecting two==2.0"; echo "Installing collected packages" ;;
esac
"""

APT = """#!/bin/bash
printf 'apt-get %s\\n' "$*" >>"$FAKE_LOG"
[ "$FAKE_APT" = none ] && { echo "E: Unable to locate package python3-pip-whl" >&2; exit 100; }
case "$*" in *download*) touch python3-pip-whl_1_all.deb ;; esac
"""

DPKG = """#!/bin/bash
mkdir -p "$3/usr/share/python-wheels"; touch "$3/usr/share/python-wheels/pip-1-py3-none-any.whl"
"""

COMMAND = """#!/usr/bin/env bash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
venv_ready
echo "and now the work"
"""


class Checkout:
    """A copy of what the commands need, and the machine around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "check out"
        self.tmp = root / "tmp"
        self.bin = root / "bin"
        self.log = root / "asked"
        for folder in (self.project / "scripts", self.tmp, self.bin):
            folder.mkdir(parents=True)
        shutil.copy(COMMON, self.project / "scripts")
        self.put(self.project / "scripts" / "work", COMMAND)
        for name, text in (("python3", PYTHON), ("apt-get", APT), ("dpkg-deb", DPKG)):
            self.put(self.bin / name, text)
        (self.project / "requirements.lock").write_text("one==1.0 \\\n    --hash=sha256:0\nsetuptools==2.0\n")
        (self.project / "pyproject.toml").write_text("[project]\n")

    @staticmethod
    def put(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    @property
    def venv(self) -> Path:
        return self.project / ".venv"

    def environment(self, **changes: str) -> dict[str, str]:
        return {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(self.root),
            "TMPDIR": str(self.tmp),
            "LANG": "C.UTF-8",
            "FAKE": "",
            "FAKE_APT": "",
            "FAKE_LOG": str(self.log),
            "FAKE_PYTHON": str(self.bin / "python3"),
            **changes,
        }

    def start(self, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.project / "scripts" / "work")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(**changes),
            cwd=self.root,
            start_new_session=True,
        )

    def run(self, **changes: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        process = self.start(**changes)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error

    def asked(self, words: str) -> int:
        """How often a line with ``words`` was asked since the last look."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sum(words in line for line in lines)

    def nothing_left(self) -> bool:
        return not self.venv.exists() and list(self.tmp.iterdir()) == []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_environment_is_built_once(checkout: Checkout) -> None:
    code, out, error = checkout.run()
    assert (code, error) == (0, "")
    assert "Python environment: building (Python 3.11.99)" in out
    assert out.endswith("Python environment: ready\nand now the work\n")
    assert checkout.asked("--require-hashes") == 2
    assert list(checkout.tmp.iterdir()) == []
    code, out, error = checkout.run()
    assert (code, out, error) == (0, "Python environment: ready\nand now the work\n", "")
    assert checkout.asked("install") == 0


def test_progress_is_shown_without_a_terminal_too(checkout: Checkout) -> None:
    _, out, _ = checkout.run()
    assert "100%" in out
    assert "\r" not in out
    assert "\x1b" not in out


@pytest.mark.parametrize("change", ["lock", "python", "moved", "damaged"])
def test_it_is_built_anew_when_it_no_longer_fits(checkout: Checkout, change: str) -> None:
    checkout.run()
    checkout.asked("")
    more = {}
    if change == "lock":
        (checkout.project / "requirements.lock").write_text("one==1.1 \\\n    --hash=sha256:1\nsetuptools==2.0\n")
    elif change == "python":
        more = {"FAKE_BUILD": "two"}
    elif change == "moved":
        checkout.project = checkout.project.rename(checkout.root / "elsewhere")
    else:
        (checkout.venv / "bin" / "python").unlink()
    code, out, _ = checkout.run(**more)
    assert code == 0
    assert "building" in out
    assert checkout.asked("--require-hashes") == 2


def test_a_changed_project_is_installed_again_alone(checkout: Checkout) -> None:
    checkout.run()
    checkout.asked("")
    (checkout.project / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    code, out, _ = checkout.run()
    assert (code, "building" in out) == (0, False)
    assert checkout.asked("-m pip") == 1


def test_no_python(checkout: Checkout) -> None:
    for name in ("python3", "python3.13", "python3.12", "python3.11", "python3.14"):
        Checkout.put(checkout.bin / name, "#!/bin/sh\nexit 1\n")
    code, out, error = checkout.run()
    assert (code, out) == (3, "")
    assert "No Python 3.11 or newer" in error
    assert "IVR_PYTHON" in error
    code, _, error = checkout.run(IVR_LANG="zh")
    assert (code, "未找到 Python" in error) == (3, True)
    code, _, error = checkout.run(IVR_PYTHON="/no/such/python")
    assert (code, error.startswith("IVR_PYTHON: /no/such/python")) == (3, True)
    assert checkout.nothing_left()


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        ("network", "Could not find a version.*Cure: check the network"),
        ("offline", "the package index cannot be reached.*No matching.*proxy"),
        ("full", "the disk is full.*IVR_VENV and TMPDIR"),
        ("no-venv", "venv is broken"),
    ],
)
def test_what_fails_is_said_and_nothing_half_built_stays(checkout: Checkout, fake: str, says: str) -> None:
    code, out, error = checkout.run(FAKE=fake)
    assert code == 3
    assert re.search(says, error), error
    assert "and now the work" not in out
    assert checkout.nothing_left()
    assert checkout.run()[0] == 0, "the next run begins anew"


def test_a_python_without_pip_gets_one(checkout: Checkout) -> None:
    code, out, error = checkout.run(FAKE="no-ensurepip")
    assert (code, error) == (0, "")
    assert out.endswith("and now the work\n")
    assert checkout.asked("python3-pip-whl") == 1
    assert list(checkout.tmp.iterdir()) == []


def test_a_python_without_pip_where_none_is_to_be_had(checkout: Checkout) -> None:
    code, _, error = checkout.run(FAKE="no-ensurepip", FAKE_APT="none")
    assert code == 3
    assert "Unable to locate package" in error
    assert "apt-get install python3-venv" in error
    assert checkout.nothing_left()


def test_a_folder_that_is_no_environment_is_never_deleted(checkout: Checkout) -> None:
    precious = checkout.root / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("ten years")
    code, _, error = checkout.run(IVR_VENV=str(precious))
    assert code == 3
    assert "is no Python environment" in error
    assert (precious / "thesis.txt").read_text() == "ten years"


def test_an_environment_somewhere_else(checkout: Checkout) -> None:
    code, _, _ = checkout.run(IVR_VENV="some where/venv")
    assert code == 0
    assert (checkout.root / "some where" / "venv" / "bin" / "python").exists()
    (checkout.root / "file").touch()
    code, _, error = checkout.run(IVR_VENV=str(checkout.root / "file" / "venv"))
    assert (code, "IVR_VENV" in error) == (3, True)
    code, _, error = checkout.run(TMPDIR=str(checkout.root / "nowhere"), FAKE_BUILD="two")
    assert (code, "TMPDIR" in error) == (3, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_in_the_middle(checkout: Checkout, number: signal.Signals) -> None:
    process = checkout.start(FAKE="slow")
    pip = Path(f"{checkout.log}.pid")
    deadline = time.monotonic() + 30
    while not (pip.exists() and pip.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in error
    with pytest.raises(ProcessLookupError):
        os.kill(int(pip.read_text()), 0)
    assert checkout.nothing_left()


def test_two_at_a_time_build_once(checkout: Checkout) -> None:
    both = [checkout.start() for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("building" in out for out, _ in said) == 1
    assert all(out.endswith("and now the work\n") for out, _ in said)
