from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.core.resources import asterisk_conf

FOLDER = asterisk_conf() / "agi-bin"
HEADER = "agi_request: last-resort\nagi_channel: PJSIP/a-1\nagi_callerid: 13900001234\nagi_uniqueid: 1.1\n\n"
GREET = ["VERBOSE", "STREAM FILE ivr/emergency-greeting", "SET VARIABLE"]


def run(answers: str, header: str = HEADER, program: Path = FOLDER / "last_resort.py") -> tuple[int, list[str], str]:
    """Exit code, the commands it gave, standard error."""
    done = subprocess.run(
        [sys.executable, str(program)], input=(header + answers).encode(), capture_output=True, timeout=30, check=False
    )
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def begins(commands: list[str], expected: list[str]) -> bool:
    return len(commands) == len(expected) and all(map(str.startswith, commands, expected))


def test_it_greets_and_says_so() -> None:
    code, commands, error = run("200 result=1\n200 result=0 endpos=8000\n200 result=1\n")
    assert code == 0
    assert begins(commands, GREET)
    assert "IVR_TOLD" in commands[2]
    assert "yes" in commands[2]
    assert error == "", "what Asterisk says of the caller stays out of its log"


@pytest.mark.parametrize(
    "answers",
    [
        "",
        "200 result=1\n",
        "200 result=1\n200 result=-1 endpos=0\n",
        "200 result=1\n511 Command Not Permitted on a dead channel or intercept routine\n",
        "200 result=1\n510 Invalid or unknown command\n",
        "200 result=1\n520-Invalid command syntax.  Proper usage follows:\nusage\n520 End of proper usage.\n",
        "HANGUP\n",
        "200 result=1\n\x00\x01\n",
        "garbage\n" * 3,
    ],
)
def test_on_any_trouble_it_leaves_the_rest_to_the_dialplan(answers: str) -> None:
    code, commands, error = run(answers)
    assert code == 1
    assert not any("IVR_TOLD" in command for command in commands)
    assert "Traceback" not in error


def test_a_header_that_ends_early_or_is_no_text() -> None:
    for header in ("", "agi_request", "agi_callerid: \udcff\n\n".encode("utf-8", "surrogateescape").decode("latin-1")):
        code, _, error = run("", header)
        assert code == 1
        assert "Traceback" not in error


def test_the_starter_needs_a_python_that_is_there(tmp_path: Path) -> None:
    for name in ("last-resort", "last_resort.py"):
        shutil.copy(FOLDER / name, tmp_path / name)

    def start() -> subprocess.CompletedProcess[str]:
        answers = HEADER + "200 result=1\n200 result=0 endpos=8000\n200 result=1\n"
        return subprocess.run(
            [str(tmp_path / "last-resort")], input=answers, capture_output=True, text=True, timeout=30, check=False
        )

    written = tmp_path / "last-resort.python"
    for content in (None, "", str(tmp_path / "no-python"), str(tmp_path)):
        if content is not None:
            written.write_text(content)
        done = start()
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), content
    written.write_text(sys.executable + "\n")
    done = start()
    assert (done.returncode, done.stdout.count("\n")) == (0, 3)


def test_it_may_be_run() -> None:
    assert os.access(FOLDER / "last-resort", os.X_OK)
