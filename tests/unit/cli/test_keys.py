from __future__ import annotations

import json
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from recording.vault import Identity, KeyFolder, LockedError, Vault, vault_for
from recording.vault.keys import check_private, clean_name
from tests.unit.cli.conftest import Ivr


def recipients(home: Path) -> list[str]:
    return [one.key for one in KeyFolder(home / "keys").recipients()]


def audit(home: Path) -> list[str]:
    with sqlite3.connect(home / "ivr.db") as connection:
        found = [row[0] for row in connection.execute("SELECT action FROM audit ORDER BY id")]
    connection.close()
    return found


def test_the_first_keys_and_an_escrow_that_stays_nowhere(ivr: Ivr, home: Path) -> None:
    shown = ivr("keys", "init")
    assert shown.exit_code == 0
    secret = re.search(r"AGE-SECRET-KEY-1\w+", shown.stdout)
    assert secret is not None
    escrow = Identity(secret[0])
    assert recipients(home)[1] == escrow.recipient
    keys = home / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert stat.S_IMODE((keys / "identity.txt").stat().st_mode) == 0o600
    assert not [path for path in home.rglob("*") if path.is_file() and secret[0].encode() in path.read_bytes()]
    assert ivr("keys", "init").exit_code == 2
    listed = json.loads(ivr("keys", "list", "--json").stdout)
    assert [one["role"] for one in listed["recipients"]] == ["machine", "escrow"]
    assert listed["identities"] == recipients(home)[:1]
    assert audit(home) == ["keys.init"]


def test_the_escrow_goes_into_a_file_away_from_home(ivr: Ivr, home: Path, tmp_path: Path) -> None:
    assert ivr("keys", "init", "--escrow-file", str(home / "escrow.txt")).exit_code == 2
    assert not (home / "keys").exists()
    target = tmp_path / "stick.txt"
    shown = ivr("keys", "init", "--escrow-file", str(target), "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["escrow_identity"] == ""
    assert "AGE-SECRET-KEY-1" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_machine_that_only_seals(ivr: Ivr, home: Path, tmp_path: Path) -> None:
    elsewhere = Identity.new()
    assert ivr("keys", "init", "--seal-only", "--no-escrow").exit_code == 2
    assert ivr("keys", "init", "--seal-only", "--no-escrow", "--to", elsewhere.recipient).exit_code == 0
    assert not (home / "keys" / "identity.txt").exists()
    vault = Vault(folder=KeyFolder(home / "keys"))
    assert (vault.enabled, vault.can_open) == (True, False)
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    vault.seal_file(path)
    with pytest.raises(LockedError):
        vault.open_file(path)
    with Vault([], [elsewhere]).open_file(path) as file:
        assert file.read() == b"sound"
    assert "seals and cannot open" in ivr("keys", "list").stdout


def test_recipients_are_added_and_removed(ivr: Ivr, home: Path) -> None:
    ivr("keys", "init", "--json")
    own, escrow = recipients(home)
    person = Identity.new().recipient
    assert ivr("keys", "add", person, "--name", "QA 张\n# escrow\x1b[31m").exit_code == 0
    assert KeyFolder(home / "keys").recipients()[2].name == "QA 张 escrow 31m"
    assert ivr("keys", "add", person).exit_code == 2
    assert ivr("keys", "add", "age1nonsense").exit_code == 2
    assert ivr("keys", "remove", escrow).exit_code == 2
    assert ivr("keys", "remove", own).exit_code == 2
    assert ivr("keys", "remove", "nobody").exit_code == 2
    assert ivr("keys", "remove", person[:20], "--json").exit_code == 0
    assert ivr("keys", "remove", escrow, "--force").exit_code == 0
    assert recipients(home) == [own]
    assert ivr("keys", "remove", own, "--force").exit_code == 2
    assert audit(home) == ["keys.init", "keys.add", "keys.remove", "keys.remove"]


def test_rotation_rewraps_what_there_is_and_forgets_the_old(ivr: Ivr, home: Path) -> None:
    ivr("keys", "init", "--json")
    old = KeyFolder(home / "keys").identities()
    (home / "recordings").mkdir()
    path = home / "recordings" / "1.1-caller.wav"
    path.write_bytes(b"sound" * 100)
    vault = Vault(folder=KeyFolder(home / "keys"))
    vault.seal_file(path)
    assert ivr("keys", "rotate", "--forget").exit_code == 2
    assert ivr("keys", "rotate").exit_code == 0
    with Vault(folder=KeyFolder(home / "keys")).open_file(path) as file:  # with the retired key
        assert file.read() == b"sound" * 100
    done = json.loads(ivr("keys", "rotate", "--rewrap", "--forget", "--json").stdout)
    assert (done["done"], done["failed"], done["forgotten"]) == (1, 0, 2)
    assert json.loads(ivr("keys", "rewrap", "--json").stdout)["done"] == 0
    with vault.open_file(path) as file:  # a vault of before has noticed
        assert file.read() == b"sound" * 100
    with pytest.raises(LockedError):
        Vault([], old).open_file(path)
    assert len(recipients(home)) == 2


def test_sealing_and_rewrapping_need_keys(ivr: Ivr) -> None:
    for command in (["seal"], ["rewrap"], ["rotate"], ["add", Identity.new().recipient]):
        assert ivr("keys", *command).exit_code == 3
    assert "nothing is sealed" in ivr("keys", "list").stdout


def test_keys_that_others_can_read_are_refused(ivr: Ivr, home: Path) -> None:
    ivr("keys", "init", "--json")
    (home / "keys" / "identity.txt").chmod(0o644)
    refused = ivr("keys", "list")
    assert refused.exit_code == 3
    assert "chmod 600" in refused.stderr
    (home / "keys" / "identity.txt").chmod(0o600)
    (home / "keys").chmod(0o755)
    with pytest.raises(Exception, match="chmod 700"):
        check_private(home / "keys")


def test_a_damaged_folder_names_the_line(ivr: Ivr, home: Path) -> None:
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "recipients.txt").write_text("# person x 2026-01-01\nage1junk\n")
    refused = ivr("keys", "list")
    assert refused.exit_code == 3
    assert "recipients.txt:2" in refused.stderr


def test_the_doctor_looks_at_the_keys(ivr: Ivr, home: Path) -> None:
    def said() -> tuple[bool, str]:
        found = json.loads(ivr("doctor", "--json").stdout)["findings"]
        return next((one["ok"], one["detail"]) for one in found if one["name"] == "keys")

    assert said() == (True, "none: recordings are not sealed (ivr keys init)")
    ivr("keys", "init", "--json")
    assert said() == (True, "2 recipients, an identity here")
    (home / "keys").chmod(0o755)
    assert said()[0] is False
    (home / "keys").chmod(0o700)
    ivr("keys", "remove", recipients(home)[1], "--force")
    assert said() == (False, "no escrow: recordings are lost with this machine")


@pytest.mark.parametrize(
    ("name", "kept"), [("张三", "张三"), ("a\nb", "a b"), ("x" * 99, "x" * 60), ("a@b.c", "a@b.c"), ("\x1b[0m", "0m")]
)
def test_names_stay_on_their_line(name: str, kept: str) -> None:
    assert clean_name(name) == kept


def test_settings_name_the_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ivr: Ivr) -> None:
    monkeypatch.setenv("IVR_KEYS", str(tmp_path / "elsewhere"))
    assert ivr("keys", "init", "--json").exit_code == 0
    assert (tmp_path / "elsewhere" / "recipients.txt").exists()
    from ivr.core.settings import Settings

    assert vault_for(Settings()).enabled
