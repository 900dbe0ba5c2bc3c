from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import wave
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialplan.examples import TINY_SITE
from ivr.storage.database import Database
from tests.unit.cli.conftest import Ivr
from tests.unit.recording.keeping_room import NOW, KeepingRoom, kill

CARD = "我的 卡号 是 四一一一 一一一一 一一一一 一一一一 谢谢"


@pytest.fixture
def site(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    for name, text in TINY_SITE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    monkeypatch.setenv("IVR_SITE", str(folder))
    return folder


@pytest.fixture
def house(home: Path, site: Path, migrated: Path) -> Path:
    """A home with two calls; the first dictates a card's number."""
    home.mkdir()
    shutil.copy(migrated, home / "ivr.db")

    async def fill() -> None:
        async with Database(f"sqlite+aiosqlite:///{home}/ivr.db") as database:
            room = KeepingRoom(database, home)
            await room.call(1, caller=CARD, agent="好的 谢谢")
            await room.call(2, began=NOW - timedelta(days=400))

    asyncio.run(fill())
    return home


@contextmanager
def table(home: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(home / "ivr.db")
    with connection:
        yield connection
    connection.close()


def asked(ivr: Ivr, *words: str, code: int = 0) -> Any:
    result = ivr(*words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_verify_and_repair(ivr: Ivr, house: Path) -> None:
    found = asked(ivr, "recordings", "verify", "--deep")
    assert (found["ok"], found["recordings"], found["calls"], found["faults"]) == (True, 4, 2, [])
    assert "in order" in ivr("recordings", "verify").stdout
    kill(house / "recordings" / "1.2-agent.wav", cut=16000)
    with table(house) as connection:
        connection.execute("UPDATE recordings SET state = 'broken', sha256 = '' WHERE file = '1.2-agent.wav'")
    found = asked(ivr, "recordings", "verify", code=1)
    assert found["counts"] == {"broken": 1}
    assert found["faults"][0]["mendable"]
    plain = ivr("recordings", "verify")
    assert plain.exit_code == 1
    assert "1.2-agent.wav" in plain.stdout
    assert "1 faults" in plain.stderr
    found = asked(ivr, "recordings", "repair")
    assert found["faults"][0]["mended"]
    assert "asterisk killed; last 1.0 s lost" in found["faults"][0]["done"]
    assert asked(ivr, "recordings", "verify", "--deep")["ok"]
    (row,) = [row for row in asked(ivr, "recordings", "list") if row["file"] == "1.2-agent.wav"]
    assert row["gap_cause"] == "asterisk killed; last 1.0 s lost"
    assert "1.2-agent.wav" in ivr("recordings", "list", "--agent", "lee").stdout


def test_a_fault_accepted(ivr: Ivr, house: Path) -> None:
    (house / "recordings" / "2.2-agent.wav").unlink()
    assert asked(ivr, "recordings", "verify", code=1)["counts"] == {"missing": 1}
    assert ivr("recordings", "accept", "2.2-agent.wav", "--reason", "  ").exit_code == 2
    assert ivr("recordings", "accept", "nothing.wav", "--reason", "x").exit_code == 2
    assert ivr("recordings", "accept", "2.2-agent.wav", "--reason", "disk failed").exit_code == 0
    assert asked(ivr, "recordings", "verify")["ok"]


def test_every_listening_is_audited_before_the_sound_is_there(
    ivr: Ivr, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "heard.wav"
    found = asked(ivr, "recordings", "listen", "1", "--from", "2", "--to", "9", "--out", str(out))
    assert found["seconds"] == 7.0
    with wave.open(str(out)) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, 7 * 8000)
    assert out.stat().st_mode & 0o777 == 0o600
    rows = asked(ivr, "audit", "list", "--call", "1")
    assert [(row["action"], row["object"], row["detail"]["from"]) for row in rows] == [("listen", "call:1", 2.0)]

    def broken(*_: object, **__: object) -> float:
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr("recording.keeping.tracks.write_stereo", broken)
    assert ivr("recordings", "listen", "1", "--out", str(tmp_path / "b.wav"), "--party", "agent").exit_code == 3
    assert not list(tmp_path.glob("*b.wav*"))
    assert len(asked(ivr, "audit", "list", "--action", "listen")) == 2
    monkeypatch.undo()


def test_nothing_is_heard_when_it_cannot_be_audited(ivr: Ivr, house: Path, tmp_path: Path) -> None:
    (house / "audit.head").write_text("damaged")
    out = tmp_path / "heard.wav"
    result = ivr("recordings", "listen", "1", "--out", str(out))
    assert result.exit_code == 1
    assert "audit anchor --renew" in result.stderr
    assert not out.exists()
    assert ivr("recordings", "export", "1", "--out", str(tmp_path / "x.zip")).exit_code == 1
    assert not (tmp_path / "x.zip").exists()
    assert asked(ivr, "audit", "verify", code=1)["fault"] == "bad_head"


def test_listening_without_a_player_or_a_party(
    ivr: Ivr, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert ivr("recordings", "listen", "1").exit_code == 3
    assert asked(ivr, "audit", "list") == []  # nothing could be heard
    player = tmp_path / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\nPATH=/bin:/usr/bin\nwc -c < "$2" > {tmp_path}/played\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(player.parent))
    assert ivr("recordings", "listen", "1", "--party", "caller").exit_code == 0
    assert int((tmp_path / "played").read_text()) == 44 + 20 * 8000 * 4
    assert ivr("recordings", "listen", "1", "--party", "nobody").exit_code == 2
    assert ivr("recordings", "listen", "77", "--out", "x").exit_code == 2


def test_export_masks_unless_told_otherwise(ivr: Ivr, house: Path, tmp_path: Path) -> None:
    out = tmp_path / "call.zip"
    found = asked(ivr, "recordings", "export", "1", "--out", str(out))
    assert (found["file"], found["sealed"], found["redacted"], found["masked"]) == (str(out), False, True, 1)
    with zipfile.ZipFile(out) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert "story.html" in contents
    for name, content in contents.items():
        assert "四一一一".encode() not in content, name
    assert b"13800138000" not in b"".join(contents.values())
    assert [row["action"] for row in json.loads(contents["audit.json"])] == ["export"]
    asked(ivr, "recordings", "export", "1", "--out", str(out), "--unredacted")
    with zipfile.ZipFile(out) as archive:
        assert "四一一一".encode() in archive.read("story.json")
    assert [row["detail"]["redacted"] for row in asked(ivr, "audit", "list")] == [False, True]


def test_export_is_sealed_when_there_are_keys(ivr: Ivr, house: Path, tmp_path: Path) -> None:
    from recording.vault import Identity

    keys = house / "keys"
    keys.mkdir(mode=0o700)
    (keys / "recipients.txt").write_text(Identity.new().recipient + "\n")
    found = asked(ivr, "recordings", "export", "1", "--out", str(tmp_path / "call.zip"))
    assert (found["file"], found["sealed"]) == (str(tmp_path / "call.zip.age"), True)
    assert (tmp_path / "call.zip.age").read_bytes().startswith(b"age-encryption.org/v1")
    assert not (tmp_path / "call.zip").exists()
    asked(ivr, "recordings", "export", "1", "--out", str(tmp_path / "call.zip"), "--plain")
    assert zipfile.is_zipfile(tmp_path / "call.zip")


def test_redact_shows_then_removes(ivr: Ivr, house: Path, tmp_path: Path) -> None:
    found = asked(ivr, "recordings", "redact", "1")
    (place,) = found["places"]
    assert (place["role"], place["kind"], place["digits"]) == ("caller", "card", 16)
    assert "nothing was changed" in ivr("recordings", "redact", "1").stdout
    assert asked(ivr, "audit", "list") == []
    asked(ivr, "recordings", "redact", "1", "--export", str(tmp_path / "x.zip"))
    asked(ivr, "recordings", "redact", "1", "--in-place")
    assert asked(ivr, "recordings", "redact", "1")["places"] == []
    assert asked(ivr, "recordings", "verify", "--deep")["ok"]
    with table(house) as connection:
        for text, words in connection.execute("SELECT text, words FROM transcripts"):
            assert "四一一一" not in text + json.dumps(json.loads(words), ensure_ascii=False)
    assert [row["action"] for row in asked(ivr, "audit", "list")] == ["redact", "export"]


def test_retention_holds_and_deletion(ivr: Ivr, house: Path, site: Path) -> None:
    assert asked(ivr, "recordings", "retention")["rules"] == 0
    (site / "retention.yaml").write_text("rules:\n  - name: all\n    min_days: 10000\n    max_days: 20000\n")
    refused = ivr("recordings", "delete", "2", "--reason", "asked for")
    assert refused.exit_code == 2
    assert "all keeps it until" in refused.stderr
    (site / "retention.yaml").write_text("rules:\n  - name: all\n    max_days: 30\n    match: {number: 1000}\n")
    assert ivr("recordings", "hold", "add", "2", "--reason", "case 7").exit_code == 0
    dry = asked(ivr, "recordings", "retention", "--dry-run")
    assert {one["file"].partition(".")[0]: one["fate"] for one in dry["recordings"]}["2"] == "held"
    assert asked(ivr, "recordings", "hold", "list")[0]["reason"] == "case 7"
    assert ivr("recordings", "delete", "2", "--reason", "please", "--force").exit_code == 1
    assert ivr("recordings", "hold", "release", "2", "--reason", "over").exit_code == 0
    assert ivr("recordings", "hold", "release", "2", "--reason", "over").exit_code == 1
    assert (house / "recordings" / "2.1-caller.wav").exists()
    done = asked(ivr, "recordings", "retention")
    assert not (house / "recordings" / "2.1-caller.wav").exists()
    assert done["counts"]["deleted"] in {2, 4}  # the other call is as old as this test
    assert asked(ivr, "recordings", "verify", "--deep")["ok"]
    assert len(asked(ivr, "audit", "list", "--action", "delete", "--call", "2")) == 2
    (site / "retention.yaml").write_text("rules:\n  - nam: all\n")
    wrong = ivr("recordings", "retention")
    assert wrong.exit_code == 4
    assert "retention.yaml:2:5" in wrong.stderr


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET actor = 'nobody' WHERE id = 1",
    "DELETE FROM audit WHERE id = 1",
    "DELETE FROM audit WHERE id = 2",
])  # fmt: skip
def test_audit_verify_says_which_row(ivr: Ivr, house: Path, statement: str) -> None:
    for reason in ("one", "two"):
        ivr("recordings", "hold", "add", "1", "--reason", reason)
    found = asked(ivr, "audit", "verify")
    assert (found["ok"], found["rows"]) == (True, 2)
    assert ivr("audit", "anchor").stdout.split() == ["2", found["hash"]]
    with table(house) as connection:
        connection.execute(statement)
    assert not asked(ivr, "audit", "verify", code=1)["ok"]
    result = ivr("audit", "verify")
    assert result.exit_code == 1
    assert "row" in result.stderr


def test_an_anchor_is_renewed_with_a_reason(ivr: Ivr, house: Path) -> None:
    ivr("recordings", "hold", "add", "1", "--reason", "one")
    (house / "audit.head").unlink()
    assert asked(ivr, "audit", "verify", code=1)["fault"] == "no_head"
    assert ivr("audit", "anchor", "--renew").exit_code == 2
    asked(ivr, "audit", "anchor", "--renew", "--reason", "restored from the backup of Sunday")
    assert asked(ivr, "audit", "verify")["ok"]
    (row, *_) = asked(ivr, "audit", "list")
    assert (row["action"], row["detail"]["fault"]) == ("anchor", "no_head")


def test_everything_speaks_chinese_too(ivr: Ivr, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    for words in ("recordings list", "recordings verify", "recordings retention", "recordings redact 1",
                  "recordings hold list", "audit list", "audit verify"):  # fmt: skip
        result = ivr(*words.split())
        assert result.exit_code == 0
        assert any("\u4e00" <= char <= "\u9fff" for char in result.stdout), words


@pytest.mark.parametrize("words", [["recordings", "verify"], ["audit", "verify"], ["recordings", "list"]])
def test_without_a_database(ivr: Ivr, site: Path, words: list[str]) -> None:
    result = ivr(*words)
    assert result.exit_code == 3
    assert "ivr db upgrade" in result.stderr
