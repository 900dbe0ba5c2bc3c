"""One process at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ivr.core.alone import alone
from ivr.core.errors import UsageError

HOLD = """
import sys, pathlib
from ivr.core.alone import alone
from ivr.core.errors import UsageError
with alone(pathlib.Path(sys.argv[1]), UsageError("taken")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_is_refused_until_the_first_has_ended_even_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "run" / "up.lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="taken"), alone(path, UsageError("taken")):
            pass
        first.kill()
        first.wait(10)
    with alone(path, UsageError("taken")):
        pass
