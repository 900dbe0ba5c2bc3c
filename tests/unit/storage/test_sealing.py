from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ivr.core.errors import StorageError
from ivr.storage import quality
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Transcript, Verdict
from recording.vault import Identity, Vault
from tests.unit.storage.test_repositories import NOW, add_call

IDENTITY, OTHER = Identity.new(), Identity.new()
OPENER = Vault([IDENTITY.recipient], [IDENTITY])
WORDS = [{"word": "secret-word", "start": 0.0, "end": 0.4, "conf": 0.9}]
EVIDENCE: dict[str, Any] = {
    "heard": "my secret-word",
    "hits": [{"heard": "secret-word"}],
    "title": "Greeting",
    "by": "text",
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    upgrade(address)
    return address


@pytest.fixture
async def kept(url: str) -> AsyncIterator[tuple[str, int, int]]:
    """One sealed transcript and verdict: url, call, recording."""
    async with Database(url, sealer=OPENER) as database:
        call, recording = await keep(database)
    yield url, call, recording


async def keep(database: Database) -> tuple[int, int]:
    from ivr.storage import recordings

    call = await add_call(database, "1.1")
    async with database.write() as session:
        row = await recordings.upsert(session, "a.wav", linkedid="1.1", uniqueid="1.1", role="caller", state="closed")
        transcript = await quality.save_transcript(session, transcript_of(row.id))
        assert (transcript.text, transcript.words) == ("secret-word", WORDS)  # still open for whoever saved it
        await quality.save_judgement(session, [verdict_of(call)], [])
    return call, row.id


def transcript_of(recording: int) -> Transcript:
    return Transcript(
        recording_id=recording,
        model="m",
        pipeline="p",
        text="secret-word",
        words=WORDS,
        speech=[[0, 1]],
        created_at=NOW,
    )


def verdict_of(call: int) -> Verdict:
    return Verdict(
        call_id=call, run="r", rule="greeting", value="said", evidence=EVIDENCE, rulebook="b", rulebook_version="1",
        model="m", thresholds="t", created_at=NOW,
    )  # fmt: skip


def on_disk(url: str) -> bytes:
    folder = Path(url.removeprefix("sqlite+aiosqlite:///")).parent
    return b"".join(path.read_bytes() for path in folder.glob("ivr.db*"))


async def test_words_are_open_to_who_has_an_identity_and_nowhere_on_disk(kept: tuple[str, int, int]) -> None:
    url, call, _ = kept
    assert b"secret-word" not in on_disk(url)
    assert b"Greeting" in on_disk(url)  # out of the rulebook: no secret
    async with Database(url, sealer=OPENER) as database, database.read() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
        (verdict,) = await quality.list_verdicts(session, call)
    assert (transcript.text, transcript.words, transcript.locked) == ("secret-word", WORDS, "")
    assert (verdict.evidence, verdict.locked) == (EVIDENCE, "")


@pytest.mark.parametrize("sealer", [None, Vault(), Vault([IDENTITY.recipient]), Vault([], [OTHER])])
async def test_without_the_identity_readers_are_told_so(kept: tuple[str, int, int], sealer: Vault | None) -> None:
    url, call, recording = kept
    async with Database(url, sealer=sealer) as database, database.read() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
        (verdict,) = await quality.list_verdicts(session, call)
        assert (transcript.text, transcript.words, transcript.locked) == ("[sealed]", [], "locked")
        assert verdict.evidence == {"heard": "[sealed]", "hits": [], "title": "Greeting", "by": "text"}
        assert verdict.locked == "locked"
        with pytest.raises(StorageError, match="sealed"):
            await quality.find_transcript(session, recording, "m", "p")


async def test_who_only_has_public_keys_seals(url: str) -> None:
    async with Database(url, sealer=Vault([IDENTITY.recipient])) as database:
        call, _ = await keep(database)
    assert b"secret-word" not in on_disk(url)
    async with Database(url, sealer=OPENER) as database, database.read() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
    assert transcript.text == "secret-word"


async def test_without_keys_rows_are_plain(url: str) -> None:
    async with Database(url, sealer=Vault()) as database:
        call, _ = await keep(database)
    assert b"secret-word" in on_disk(url)
    async with Database(url) as database, database.read() as session:
        (verdict,) = await quality.list_verdicts(session, call)
    assert (verdict.evidence, verdict.sealed) == (EVIDENCE, None)


async def test_a_changed_row_is_sealed_anew_and_a_blanked_one_is_empty(kept: tuple[str, int, int]) -> None:
    url, call, recording = kept
    async with Database(url, sealer=OPENER) as database:
        async with database.write() as session:
            found = await quality.find_transcript(session, recording, "m", "p")
            assert found is not None
            found.words = [{"word": "other-word"}]
            (verdict,) = await quality.list_verdicts(session, call)
            verdict.evidence = {"title": "Greeting"}
        async with database.read() as session:
            ((_, transcript),) = await quality.transcripts(session, call)
            (verdict,) = await quality.list_verdicts(session, call)
            assert (transcript.text, transcript.words) == ("secret-word", [{"word": "other-word"}])
            assert (verdict.sealed, verdict.evidence) == (None, {"title": "Greeting"})
        assert b"other-word" not in on_disk(url)
    async with Database(url) as locked, locked.write() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
        transcript.text, transcript.words = "", []  # deleting needs no identity
    async with Database(url, sealer=OPENER) as database, database.read() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
        assert (transcript.text, transcript.words, transcript.sealed) == ("", [], None)


async def test_a_row_that_is_not_open_is_not_overwritten(kept: tuple[str, int, int]) -> None:
    url, call, _ = kept
    async with Database(url) as database:
        with pytest.raises(StorageError, match="cannot be changed"):
            async with database.write() as session:
                ((_, transcript),) = await quality.transcripts(session, call)
                transcript.words = WORDS


@pytest.mark.parametrize("change", ["flip", "cut", "swap", "junk"])
async def test_bytes_changed_in_the_table_show(kept: tuple[str, int, int], change: str) -> None:
    url, call, _ = kept
    path = url.removeprefix("sqlite+aiosqlite:///")
    with sqlite3.connect(path) as connection:
        (sealed,) = connection.execute("SELECT sealed FROM transcripts").fetchone()
        (other,) = connection.execute("SELECT sealed FROM verdicts").fetchone()
        put = {"flip": sealed[:-1] + bytes([sealed[-1] ^ 1]), "cut": sealed[:-20], "swap": other, "junk": b"x"}[change]
        connection.execute("UPDATE transcripts SET sealed = ?", (put,))
    connection.close()
    async with Database(url, sealer=OPENER) as database, database.read() as session:
        ((_, transcript),) = await quality.transcripts(session, call)
    assert (transcript.text, transcript.words, transcript.locked) == ("[sealed, damaged]", [], "damaged")


async def test_other_changes_leave_the_seal_alone(kept: tuple[str, int, int]) -> None:
    url, call, _ = kept
    async with Database(url) as database:
        async with database.write() as session:
            (verdict,) = await quality.list_verdicts(session, call)
            before = verdict.sealed
            verdict.passed = True
        async with database.read() as session:
            (verdict,) = await quality.list_verdicts(session, call)
            assert (verdict.passed, verdict.sealed) == (True, before)
