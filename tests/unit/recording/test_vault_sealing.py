from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.core.clock import FixedClock
from ivr.storage import jobs, quality, recordings
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Transcript
from recording.ledger import Ledger
from recording.vault import DamagedError, Identity, Vault
from recording.vault.sealing import LONG_PATIENCE, PATIENCE, Sealing, rewrap, seal_rows
from tests.unit.storage.test_repositories import add_call

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
ME, NEXT = Identity.new(), Identity.new()
BOTH = Vault([ME.recipient], [ME])
SEALER = Vault([ME.recipient])


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    upgrade(url)
    async with Database(url) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "recordings"
    place.mkdir()
    return place


async def record(database: Database, folder: Path, name: str, job: str = "", closed: datetime = NOW) -> bytes:
    """A closed file with its row and, if ``job`` is a state, its call's job."""
    content = os.urandom(1000)
    (folder / f"{name}.wav").write_bytes(content)
    call = await add_call(database, name)
    async with database.write() as session:
        digest = hashlib.sha256(content).hexdigest()
        await recordings.upsert(
            session, f"{name}.wav", linkedid=name, uniqueid=name, role="caller", state="closed", closed_at=closed,
            sha256=digest,
        )  # fmt: skip
        if job:
            await jobs.enqueue(session, "judge", call, NOW)
    if job in {"done", "running", "failed"}:
        async with database.write() as session:
            found = await jobs.claim(session, "judge", "w", now=NOW)
            assert found is not None
            if job == "done":
                await jobs.finish(session, found.id, "w", now=NOW)
            if job == "failed":
                await jobs.fail(session, found.id, "w", "x", now=NOW, retry=False)
    return content


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_file_is_sealed_when_its_transcription_is_done_and_not_before(database: Database, folder: Path) -> None:
    content = await record(database, folder, "1.1", "done")
    await record(database, folder, "1.2", "running")
    await record(database, folder, "1.3")
    sealing = Sealing(database, folder, SEALER, FixedClock(NOW))
    assert (await sealing.sweep()).done == 1
    assert (await sealing.sweep()).done == 0
    assert names(folder) == {"1.1.wav.sealed", "1.2.wav", "1.3.wav"}
    async with database.read() as session:
        row = await recordings.find(session, "1.1.wav")
    assert row is not None
    assert row.sealed_at == NOW
    assert BOTH.digest(folder / "1.1.wav") == row.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("vault", "patience"), [(BOTH, PATIENCE), (SEALER, LONG_PATIENCE)])
async def test_what_nobody_transcribes_is_sealed_in_the_end(
    database: Database, folder: Path, vault: Vault, patience: timedelta
) -> None:
    await record(database, folder, "1.1", "failed")
    await record(database, folder, "1.2")
    await record(database, folder, "1.3", "queued")
    clock = FixedClock(NOW)
    sealing = Sealing(database, folder, vault, clock)
    clock.advance(patience.total_seconds() - 1)
    assert (await sealing.sweep()).done == 0
    clock.advance(2)
    assert (await sealing.sweep()).done == 2
    assert names(folder) == {"1.1.wav.sealed", "1.2.wav.sealed", "1.3.wav"}


async def test_without_keys_nothing_happens(database: Database, folder: Path) -> None:
    await record(database, folder, "1.1", "done")
    assert (await Sealing(database, folder, Vault(), FixedClock(NOW)).sweep()).done == 0
    assert names(folder) == {"1.1.wav"}


async def test_killed_before_the_row_the_next_pass_writes_it(database: Database, folder: Path) -> None:
    content = await record(database, folder, "1.1", "done")
    SEALER.seal_file(folder / "1.1.wav", hashlib.sha256(content).hexdigest())
    assert (await Sealing(database, folder, SEALER, FixedClock(NOW)).sweep()).done == 1
    async with database.read() as session:
        row = await recordings.find(session, "1.1.wav")
    assert row is not None
    assert row.sealed_at == NOW


async def test_changed_and_missing_files_are_told_and_do_not_stop_the_others(database: Database, folder: Path) -> None:
    for name in ("1.1", "1.2", "1.3"):
        await record(database, folder, name, "done")
    (folder / "1.1.wav").write_bytes(b"changed")
    (folder / "1.2.wav").unlink()
    found = await Sealing(database, folder, BOTH, FixedClock(NOW)).sweep()
    assert (found.done, found.failed) == (1, 2)
    assert "ledger" in found.problems[0]
    assert "1.2.wav: missing" in found.problems[1]
    assert names(folder) == {"1.1.wav", "1.3.wav.sealed"}


async def test_two_sealers_at_once_lose_nothing(database: Database, folder: Path) -> None:
    contents = {f"1.{number}": await record(database, folder, f"1.{number}", "done") for number in range(8)}
    passes = [Sealing(database, folder, SEALER, FixedClock(NOW)).sweep() for _ in range(3)]
    assert all(one.failed == 0 for one in await asyncio.gather(*passes))
    for name, content in contents.items():
        assert BOTH.digest(folder / f"{name}.wav") == hashlib.sha256(content).hexdigest()
    assert all(name.endswith(".sealed") for name in names(folder))


async def add_transcript(database: Database, recording: int, text: str) -> None:
    async with database.write() as session:
        row = Transcript(
            recording_id=recording, model="m", pipeline="p", text=text, words=[], speech=[], created_at=NOW
        )
        await quality.save_transcript(session, row)


async def test_rows_from_before_the_keys_are_sealed_and_rewrapped(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    await record(database, folder, "1.1", "done")
    for number in range(7):
        await add_transcript(database, 1, f"secret-word {number}")
    url = database.url.render_as_string()
    async with Database(url, sealer=SEALER) as sealer:
        assert (await seal_rows(sealer, SEALER, page=3)).done == 7
        assert (await seal_rows(sealer, SEALER, page=3)).done == 0
        await Sealing(sealer, folder, SEALER, FixedClock(NOW)).sweep()
    async with Database(url, sealer=BOTH) as opened, opened.read() as session:
        ((_, transcript),) = await quality.transcripts(session, 1)
        assert transcript.text == "secret-word 6"

    turn = Vault([NEXT.recipient], [ME, NEXT])
    assert (await rewrap(database, folder, turn, page=3)).done == 8
    assert (await rewrap(database, folder, turn, page=3)) == (await rewrap(database, folder, Vault([NEXT.recipient])))
    newcomer = Vault([NEXT.recipient], [NEXT])
    async with Database(url, sealer=newcomer) as opened, opened.read() as session:
        ((_, transcript),) = await quality.transcripts(session, 1)
        assert transcript.text == "secret-word 6"
    assert newcomer.digest(folder / "1.1.wav")
    lost = await rewrap(database, folder, Vault([ME.recipient], [ME]))
    assert (lost.done, lost.failed) == (0, 8)


async def test_a_damaged_file_does_not_stop_the_rewrapping(database: Database, folder: Path) -> None:
    for name in ("1.1", "1.2"):
        await record(database, folder, name, "done")
    await Sealing(database, folder, BOTH, FixedClock(NOW)).sweep()
    sealed = folder / "1.1.wav.sealed"
    sealed.write_bytes(sealed.read_bytes()[:-1])
    found = await rewrap(database, folder, Vault([NEXT.recipient], [ME]))
    assert (found.done, found.failed) == (1, 1)
    assert "cut" in found.problems[0]
    with pytest.raises(DamagedError):
        BOTH.open_file(sealed)


async def test_a_late_notice_of_a_sealed_file_changes_nothing(database: Database, folder: Path, tmp_path: Path) -> None:
    await record(database, folder, "1.1", "done")
    await Sealing(database, folder, SEALER, FixedClock(NOW)).sweep()
    notices = tmp_path / "spool"
    notices.mkdir()
    said = {"file": "1.1.wav", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}
    (notices / "1.1.wav.json").write_text(json.dumps(said))
    assert await Ledger(database, folder, notices, FixedClock(NOW)).take_in() == 0
    assert list(notices.iterdir()) == []
    async with database.read() as session:
        row = await recordings.find(session, "1.1.wav")
    assert row is not None
    assert (row.state, row.gap_cause) == ("closed", "")


@pytest.mark.parametrize("look", [1, 2, 3])
def test_a_file_that_another_process_seals_between_two_looks_is_sealed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    path = folder / "1.1.wav"
    path.write_bytes(b"sound")
    real, looks = Path.stat, 0

    def sealed_just_after(self: Path, **more: bool) -> os.stat_result:
        nonlocal looks
        found = real(self, **more)
        if self == path:
            looks += 1
            if looks == look:
                with monkeypatch.context() as patch:
                    patch.setattr(Path, "stat", real)
                    SEALER.seal_file(path)
        return found

    monkeypatch.setattr(Path, "stat", sealed_just_after)
    assert SEALER.seal_file(path) == folder / "1.1.wav.sealed"
    assert BOTH.digest(path) == hashlib.sha256(b"sound").hexdigest()
