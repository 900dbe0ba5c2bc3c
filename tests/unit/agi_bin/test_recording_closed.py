from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from ivr.core.resources import asterisk_conf
from recording.ledger import read_notice

PROGRAM = asterisk_conf() / "agi-bin" / "recording-closed"


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *args],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={**os.environ, **environment},
    )


def test_it_leaves_a_notice_that_the_ledger_reads(tmp_path: Path) -> None:
    before = time.time()
    done = run(str(tmp_path / "a spool"), "1700000000.1-caller.wav", "1700000000.0", "1700000000.1", "caller")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (path,) = (tmp_path / "a spool").iterdir()
    assert path.name == "1700000000.1-caller.wav.json"
    notice = read_notice(path)
    assert notice is not None
    assert (notice.file, notice.linkedid, notice.uniqueid, notice.role) == (
        "1700000000.1-caller.wav",
        "1700000000.0",
        "1700000000.1",
        "caller",
    )
    assert before - 1 <= notice.closed_at.timestamp() <= time.time() + 1


def test_the_same_recording_again_replaces_its_notice(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(str(tmp_path), "x.wav", "1.0", "1.1", "agent").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.wav.json"]


HOSTILE = ["", "a b", "../x", "a/b", "x;id", "$(id)", "`id`", 'a"b', "a'b", "a\nb", "a\\b", "é", "１", "a*", "~"]


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("locale", ["C.UTF-8", "en_US.UTF-8"])
def test_what_is_no_id_is_refused(tmp_path: Path, value: str, place: int, locale: str) -> None:
    args = ["x.wav", "1.0", "1.1", "caller"]
    args[place] = value
    done = run(str(tmp_path / "spool"), *args, LC_ALL=locale)
    assert done.returncode == 2
    assert "refused" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", range(5))
def test_too_few_arguments_leave_nothing(tmp_path: Path, count: int) -> None:
    args = [str(tmp_path / "spool"), "x.wav", "1.0", "1.1", "caller"][:count]
    assert run(*args).returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", [".", "..", "-n", ".hidden"])
def test_odd_names_stay_in_the_folder(tmp_path: Path, file: str) -> None:
    assert run(str(tmp_path / "spool"), file, "1.0", "1.1", "caller").returncode == 0
    (path,) = (tmp_path / "spool").iterdir()
    assert json.loads(path.read_text())["file"] == file
    assert [one.name for one in tmp_path.iterdir()] == ["spool"]


def test_a_spool_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run(str(tmp_path / "file" / "spool"), "x.wav", "1.0", "1.1", "caller").returncode != 0
