"""From closed files to ledger rows: what was recorded, how long, and its checksum.

When a recording is complete, Asterisk runs ``recording-closed``, which leaves a notice: a small JSON
file named after the recording. A notice is taken away only after the ledger has the row, so that a
crash between the two costs nothing: the same notice is taken in again, to the same row.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import wave
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.core.clock import Clock
from ivr.core.ids import is_safe_id
from ivr.core.log import get_logger
from ivr.storage import calls, jobs, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call

log = get_logger("ledger")

_ROLES = frozenset({"caller", "agent", "voicemail"})
_BLOCK = 1 << 20
_AT_ONCE = 200  # notices per pass

# A call whose file was not reported closed this long after its end is judged with what there is.
GIVE_UP = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Notice:
    """What ``recording-closed`` left."""

    path: Path
    file: str
    linkedid: str
    uniqueid: str
    role: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """What a closed file holds.

    Args:
        rate: samples per second (Hz).
        frames: samples.
        state: ``closed``, ``broken`` (no readable header) or ``missing``.
    """

    bytes: int = 0
    sha256: str = ""
    rate: int | None = None
    frames: int | None = None
    state: str = "missing"


def read_notice(path: Path) -> Notice | None:
    """The notice at ``path``; ``None`` if it is not one of ours."""
    try:
        data = json.loads(path.read_text("utf-8"))
        names = [data["file"], data["linkedid"], data["uniqueid"], data["role"]]
        if not all(isinstance(name, str) and is_safe_id(name) for name in names) or data["role"] not in _ROLES:
            return None
        closed = datetime.fromtimestamp(float(data["closed"]), UTC)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    file, linkedid, uniqueid, role = names
    return Notice(path, file, linkedid, uniqueid, role, closed)


def measure(path: Path) -> Measured:
    """Checksum and length of a closed sound file."""
    try:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        size = path.stat().st_size
    except FileNotFoundError:
        return Measured()
    try:
        with wave.open(str(path), "rb") as sound:
            return Measured(size, digest.hexdigest(), sound.getframerate(), sound.getnframes(), "closed")
    except (wave.Error, EOFError):
        return Measured(size, digest.hexdigest(), state="broken")


class Ledger:
    """Takes in notices and asks for the judging of calls that have settled.

    Args:
        database: where the rows are.
        folder: the recordings.
        notices: where ``recording-closed`` leaves its notices.
        clock: the time.
    """

    def __init__(self, database: Database, folder: Path, notices: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._notices = notices
        self._clock = clock

    async def take_in(self) -> int:
        """Take in the notices that lie there; returns how many recordings the ledger learned of."""
        taken = 0
        for path in sorted(self._notices.glob("*.json"))[:_AT_ONCE]:
            notice = read_notice(path)
            if notice is None:
                log.warning("notice refused", file=path.name)
                await asyncio.to_thread(path.rename, path.with_suffix(".refused"))
                continue
            found = await asyncio.to_thread(measure, self._folder / notice.file)
            await self._write_down(notice, found)
            await asyncio.to_thread(path.unlink, missing_ok=True)
            taken += 1
        return taken

    async def _write_down(self, notice: Notice, found: Measured) -> None:
        gap = {"missing": "file not found", "broken": "header unreadable"}.get(found.state, "")
        async with self._database.write() as session:
            call = await calls.find(session, notice.linkedid)
            agent = next((leg.agent for leg in call.legs if leg.uniqueid == notice.uniqueid), "") if call else ""
            more = {"agent": agent} if agent else {}
            await recordings.upsert(
                session,
                notice.file,
                linkedid=notice.linkedid,
                uniqueid=notice.uniqueid,
                role=notice.role,
                state=found.state,
                closed_at=notice.closed_at,
                rate=found.rate,
                frames=found.frames,
                bytes=found.bytes,
                sha256=found.sha256,
                gap_cause=gap,
                **more,
            )

    async def settle(self, limit: int = 200) -> int:
        """Ask for the judging of calls that are over and whose files are closed; returns how many were new."""
        now = self._clock.now()
        async with self._database.write() as session:
            await recordings.link(session)
            asked = 0
            for call in await calls.list_calls(session, since=now - timedelta(days=7), limit=limit):
                if is_settled(call, now) and await jobs.enqueue(session, "judge", call.id, now):
                    asked += 1
        return asked

    async def run(self, every: float = 1.0) -> None:
        """Take in and settle until cancelled; trouble is logged and tried again at the next turn."""
        while True:
            try:
                await self.take_in()
                await self.settle()
            except Exception:
                log.exception("ledger pass failed")
            await asyncio.sleep(every)


def is_settled(call: Call, now: datetime) -> bool:
    """Whether all parties' files of an ended call are closed, or have been waited for long enough."""
    if call.ended_at is None or not call.recordings:
        return False
    still_open = any(recording.state == "open" for recording in call.recordings)
    return not still_open or now - call.ended_at > GIVE_UP
