"""A home worth backing up: calls, sealed and plain recordings, transcripts, verdicts, an audit chain, a site."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from ivr.core.settings import Settings
from ivr.storage import audit, jobs, quality, recordings
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Base, Call, Transcript, Verdict
from recording.vault import Identity, KeyFolder, vault_for
from recording.vault.changes import init

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)


def make_keys(settings: Settings) -> Identity:
    """Keys for a home; returns the escrow's."""
    made = init(KeyFolder(settings.key_folder), NOW)
    assert made.escrow is not None
    return made.escrow


def make_site(folder: Path) -> Path:
    (folder / "flows").mkdir(parents=True)
    (folder / "site.yaml").write_text("name: 测试\n", "utf-8")
    (folder / "flows" / "main.yaml").write_text("main: {}\n", "utf-8")
    return folder


async def furnish(settings: Settings, calls: int = 4, size: int = 70_000) -> dict[str, str]:
    """Fill a home; every second recording is sealed if there are keys. Returns sha256 of the plain files."""
    upgrade(settings.database)
    vault = vault_for(settings)
    settings.recordings.mkdir(parents=True, exist_ok=True)
    digests: dict[str, str] = {}
    async with Database(settings.database, settings.home / "audit.head", sealer=vault) as database:
        for number in range(calls):
            name = f"{number}.1-caller.wav"
            content = os.urandom(size + number)
            (settings.recordings / name).write_bytes(content)
            digests[name] = hashlib.sha256(content).hexdigest()
            await add_call(database, number, name, digests[name])
            if number % 2:
                vault.seal_file(settings.recordings / name, digests[name])
    (settings.home / "secrets.json").write_text('{"ami": "password"}')
    return digests


async def add_call(database: Database, number: int, file: str = "", digest: str = "") -> None:
    """One call with everything that belongs to it."""
    at = NOW + timedelta(minutes=number)
    async with database.write() as session:
        call = Call(
            linkedid=f"{number}.1", caller=f"555{number:04}", started_at=at, evidence={"no": number, "null": None}
        )
        session.add(call)
        await session.flush()
        if not file:
            return
        row = await recordings.upsert(
            session, file, linkedid=f"{number}.1", uniqueid=f"{number}.1", role="caller", state="closed",
            closed_at=at, sha256=digest,
        )  # fmt: skip
        transcript = Transcript(recording_id=row.id, model="m", pipeline="p", text=f"said-{number} 你好", created_at=at)
        transcript.words, transcript.speech = [{"word": f"said-{number}"}], [[0.0, 1.5]]
        await quality.save_transcript(session, transcript)
        verdict = Verdict(
            call_id=call.id, run="r", rule="greeting", value="said", score=99.5, evidence={"heard": f"said-{number}"},
            rulebook="b", rulebook_version="1", model="m", thresholds="t", created_at=at,
        )  # fmt: skip
        await quality.save_judgement(session, [verdict], [])
        await jobs.enqueue(session, "judge", call.id, at)
        await audit.append(session, actor="test", action="listen", object=f"recording:{row.id}", at=at, detail={"n": 1})


async def rows_of(database: Database) -> dict[str, int]:
    """Rows by table."""
    async with database.read() as session:
        return {
            name: await session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
