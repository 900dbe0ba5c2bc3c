"""The demo itself, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.speech, pytest.mark.timeout(420)]


def processes_of(home: Path) -> list[str]:
    """Command lines of processes that work in ``home``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(home) in line:
                found.append(line)
    return found


def test_five_calls_go_as_described_and_leave_no_process(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    environment = {**os.environ, "IVR_HOME": str(home), "IVR_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-m", "ivr.app", "demo", "--json"],
        capture_output=True,
        text=True,
        timeout=400,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["ok"]
    assert told["deviations"] == []
    assert told["console"], "it must have shown the calls"
    assert [call["outcome"] for call in told["calls"]] == [
        "answered",
        "answered",
        "abandoned",
        "voicemail",
        "answered",
    ]
    page = Path(told["report"]).read_text("utf-8")
    assert page.count("<svg") >= 5
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert processes_of(home) == []


def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    keep = tmp_path / "thesis.txt"
    keep.write_text("mine", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ivr.app", "demo"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "IVR_HOME": str(tmp_path), "IVR_LANG": "en"},
        check=False,
    )
    assert done.returncode == 2
    assert "not a demo's folder" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.txt"]
