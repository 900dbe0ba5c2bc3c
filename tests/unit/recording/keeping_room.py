"""Calls with real sound files, a ledger that tells the truth about them, and what checks, mends and deletes."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from ivr.core.clock import FixedClock
from ivr.storage.database import Database
from ivr.storage.models import Call, Leg, QueueVisit, Recording, Score, Transcript, Verdict
from recording.keeping.faults import Fault
from recording.keeping.repair import Mended, Repair
from recording.keeping.verify import Verification
from recording.vault import Vault

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RATE = 8000


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def tone(seconds: float, hertz: float = 300.0) -> np.ndarray[Any, np.dtype[np.int16]]:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(np.rint(8000 * np.sin(2 * np.pi * hertz * times)), np.int16)


def spoken(text: str, at: float = 1.0, each: float = 0.4) -> list[dict[str, Any]]:
    return [
        {"word": word, "start": round(at + place * each, 3), "end": round(at + place * each + 0.3, 3), "conf": 1.0}
        for place, word in enumerate(text.split())
    ]


class KeepingRoom:
    """A database, a folder of recordings, a clock."""

    def __init__(self, database: Database, root: Path, vault: Vault | None = None) -> None:
        self.database = database
        self.folder = root / "recordings"
        self.folder.mkdir(exist_ok=True)
        self.vault = vault or Vault()
        self.clock = FixedClock(after(3600))

    def sound(self, file: str, seconds: float, hertz: float = 300.0) -> Path:
        path = self.folder / file
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(tone(seconds, hertz).astype("<i2").tobytes())
        return path

    async def call(
        self,
        number: int = 1,
        *,
        seconds: float = 20.0,
        caller: str = "",
        agent: str = "",
        queue: str = "sales",
        began: datetime = NOW,
        score: float | None = None,
        language: str = "zh-CN",
        outcome: str = "answered",
    ) -> int:
        """A call whose caller's and agent's files are closed; the agent comes after 5 s."""
        linkedid, unique = f"{number}.1", f"{number}.2"
        end = began + timedelta(seconds=seconds)
        connected = began + timedelta(seconds=5)
        call = Call(
            linkedid=linkedid, number="1000", caller="13800138000", started_at=began, answered_at=began, ended_at=end,
            outcome=outcome, language=language, evidence={},
        )  # fmt: skip
        call.legs = [
            Leg(uniqueid=linkedid, role="caller", started_at=began, ended_at=end),
            Leg(uniqueid=unique, role="agent", agent="lee", started_at=connected, ended_at=end),
        ]
        call.visits = [
            QueueVisit(
                queue=queue, joined_at=began, connected_at=connected, completed_at=end, agent="lee", outcome="answered"
            )
        ]
        parties = (
            ("caller", linkedid, began, seconds, caller, 300.0),
            ("agent", unique, connected, seconds - 5, agent, 500.0),
        )
        for role, uniqueid, begins, length, text, hertz in parties:
            path = self.sound(f"{uniqueid}-{role}.wav", length, hertz)
            row = Recording(
                linkedid=linkedid, uniqueid=uniqueid, role=role, agent="lee" if role == "agent" else "", file=path.name,
                started_at=begins, closed_at=end, rate=RATE, frames=round(length * RATE), bytes=path.stat().st_size,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(), state="closed", gaps=[],
            )  # fmt: skip
            words = spoken(text)
            row.transcripts = [
                Transcript(
                    model="fake", pipeline="1", text=text, words=words, speech=[[0.5, length - 0.5]], snr_db=30.0,
                    created_at=end,
                )
            ]  # fmt: skip
            call.recordings.append(row)
        async with self.database.write() as session:
            session.add(call)
            await session.flush()
            session.add(
                Verdict(
                    call_id=call.id, recording_id=call.recordings[1].id, agent="lee", run="r", rule="opening",
                    value="said", passed=True, start_s=1.0, end_s=2.0, evidence={"heard": agent, "reason": "because"},
                    rulebook="b", rulebook_version="1", model="fake", thresholds="1", created_at=end,
                )
            )  # fmt: skip
            if score is not None:
                session.add(
                    Score(
                        call_id=call.id, agent="lee", run="r", points=score, possible=100.0, items=[], rulebook="b",
                        rulebook_version="1", created_at=end,
                    )
                )  # fmt: skip
            return call.id

    async def row(self, file: str) -> Recording:
        from ivr.storage import recordings

        async with self.database.read() as session:
            found = await recordings.find(session, file)
        assert found is not None
        return found

    async def change(self, file: str, **values: Any) -> None:
        from ivr.storage import recordings

        async with self.database.write() as session:
            found = await recordings.find(session, file)
            assert found is not None
            for name, value in values.items():
                setattr(found, name, value)

    async def faults(self, *, deep: bool = False) -> list[Fault]:
        check = Verification(self.database, self.folder, self.vault, self.clock, deep=deep)
        return [fault async for fault in check.faults()]

    async def codes(self, *, deep: bool = False) -> list[tuple[str, str]]:
        return [(fault.code, fault.where) for fault in await self.faults(deep=deep)]

    async def repair(self) -> list[Mended]:
        mender = Repair(self.database, self.folder, self.vault, self.clock, "test")
        return [await mender.mend(fault) for fault in await self.faults() if fault.mendable]


def kill(path: Path, *, cut: int = 0) -> bytes:
    """Leave a file as a killed recorder does: sizes of 0 in the header, the end lost; returns the sound in it."""
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    kept = bytes(content[: len(content) - cut])
    path.write_bytes(kept)
    return kept[44 : 44 + (len(kept) - 44) // 2 * 2]


def names(found: Sequence[tuple[str, str]]) -> list[str]:
    return [code for code, _ in found]
