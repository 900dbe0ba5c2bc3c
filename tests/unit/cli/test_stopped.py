"""A command that is told to stop ends with what it started, and says so."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PLAIN = """
import sys, time
from ivr.cli.common import guarded
def work():
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        print("tidied", flush=True)
guarded(work)
"""

IN_A_LOOP = """
import asyncio
from ivr.cli.common import guarded
from ivr.cli.demo import _interruptible
async def work():
    try:
        print("begun", flush=True)
        await asyncio.sleep(60)
    finally:
        print("tidying", flush=True)
        await asyncio.sleep(0.5)
        print("tidied", flush=True)
    return 0
guarded(lambda: asyncio.run(_interruptible(work())))
"""


def start(code: str) -> subprocess.Popen[str]:
    run = f"import typer\nCODE = {code!r}\ntyper.run(lambda: exec(CODE, {{}}))"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[3]), "IVR_LANG": "en"}
    return subprocess.Popen(
        [sys.executable, "-c", run], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


@pytest.mark.parametrize("code", [PLAIN, IN_A_LOOP])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_tidies_up_says_so_and_exits_with_130(code: str, number: signal.Signals) -> None:
    process = start(code)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(number)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out.endswith("tidied\n")
    assert error.strip() == "stopped"


def test_a_second_ctrl_c_does_not_cut_the_tidying_short() -> None:
    process = start(IN_A_LOOP)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "tidying\n"
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error.strip()) == (130, "tidied\n", "stopped")


def test_sigterm_counts_where_ctrl_c_is_ignored() -> None:
    process = start(f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{PLAIN}")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error.strip()) == (130, "tidied\n", "stopped")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_the_command_is_still_loading(number: signal.Signals) -> None:
    code = f"""
import signal, sys, types
class Loading(types.ModuleType):
    def __getattr__(self, name):
        signal.raise_signal({int(number)})
sys.modules["ivr.cli.main"] = Loading("ivr.cli.main")
from ivr.app import main
main()
"""
    process = start(code)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error.strip()) == (130, "", "stopped")
