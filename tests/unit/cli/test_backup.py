from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recording.vault import KeyFolder, Vault
from tests.unit.cli.conftest import Ivr


def test_lost_machine_escrow_and_a_successor_with_a_key_of_its_own(
    ivr: Ivr, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    escrow, file, new = tmp_path / "escrow.txt", tmp_path / "b.tar.age", tmp_path / "new"
    ivr("keys", "init", "--escrow-file", str(escrow))
    (home / "recordings").mkdir()
    path = home / "recordings" / "1.1-caller.wav"
    path.write_bytes(b"sound" * 1000)
    Vault(folder=KeyFolder(home / "keys")).seal_file(path)
    made = json.loads(ivr("backup", "--to", str(file), "--json").stdout)
    assert (made["sealed"], made["recordings"], made["missing"]) == (True, 1, [])
    assert json.loads(ivr("backup", "verify", str(file), "--json").stdout)["whole"]
    assert ivr("restore", str(file)).exit_code == 2  # the home is not empty

    shutil.rmtree(home)
    assert ivr("backup", "verify", str(file)).exit_code == 3  # no key
    assert ivr("restore", str(file), "--identity", str(file)).exit_code == 2
    tried = ivr("restore", str(file), "--into", str(new), "--identity", str(escrow), "--dry-run", "--json")
    assert (tried.exit_code, new.exists()) == (0, False)
    done = json.loads(ivr("restore", str(file), "--into", str(new), "--identity", str(escrow), "--json").stdout)
    assert (done["restored"], done["problems"]) == (True, [])

    monkeypatch.setenv("IVR_HOME", str(new))
    assert ivr("audit", "verify").exit_code == 0
    turned = json.loads(ivr("keys", "rotate", "--rewrap", "--identity", str(escrow), "--json").stdout)
    assert (turned["done"], turned["failed"], len(turned["recipients"])) == (1, 0, 2)
    with Vault(folder=KeyFolder(new / "keys")).open_file(new / "recordings" / path.name) as sound:
        assert sound.read() == b"sound" * 1000


def test_a_plain_backup_warns_and_a_missing_file_is_named(ivr: Ivr, home: Path) -> None:
    ivr("db", "upgrade")
    made = ivr("backup")
    assert made.exit_code == 0
    assert "not sealed" in made.stdout
    assert [path.suffix for path in (home / "backups").iterdir()] == [".tar"]
    gone = ivr("backup", "verify", "nothing.tar")
    assert gone.exit_code == 3
    assert "nothing.tar" in gone.stderr
