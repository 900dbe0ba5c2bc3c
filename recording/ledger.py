"""From closed files to ledger rows: what was recorded, how long, and its checksum.

When a recording begins, the dialplan leaves a notice: a small JSON file named after the recording. Asterisk writes the
sizes into a sound file's header when it closes it, so the header says when the notice is due; where it never comes to
that, the end of the channel does. A notice is taken away only after the ledger has the row, so that a crash between
the two costs nothing: the same notice is taken in again, to the same row.
"""

from __future__ import annotations

import asyncio
import hashlib
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.storage import calls, jobs, pauses, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call
from ivr.storage.models.recordings import MESSAGES
from recording.gaps import gaps_of
from recording.notices import NEVER_CLOSED, Notice, changed_at, is_closed, lying, sealed
from recording.refusals import REFUSED, discard

log = get_logger("ledger")

_BLOCK = 1 << 20
_AT_ONCE = 200  # notices per pass
_A_TRANSACTION = 50  # notices: other writers wait meanwhile
_LONGEST_PAUSE = 30.0  # seconds between passes when nothing works

# A call whose file was not reported closed this long after its end is judged with what there is.
GIVE_UP = timedelta(seconds=90)
# A recording of which nothing is known but its notice is taken in all the same after this time.
FORGOTTEN = timedelta(days=1)


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


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of a recording: what its file holds, what is missing and why, and when it was closed."""

    notice: Notice
    found: Measured
    gap: str
    at: datetime


def measure(path: Path) -> Measured:
    """Checksum and length of a closed sound file; a file that cannot be read is ``broken``."""
    digest = hashlib.sha256()
    size = 0
    try:
        if not path.is_file():
            return Measured() if not path.exists() else Measured(state="broken")
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                size += len(block)
                digest.update(block)
        with wave.open(str(path), "rb") as sound:
            frames, width = sound.getnframes(), sound.getnchannels() * sound.getsampwidth()
            if frames * width > size or not sound.getframerate():  # the disk was full, the recorder was killed
                return Measured(size, digest.hexdigest(), state="broken")
            return Measured(size, digest.hexdigest(), sound.getframerate(), frames, "closed")
    except FileNotFoundError:
        return Measured()
    except (wave.Error, EOFError, OSError, RuntimeError):  # RuntimeError: how wave meets chunks of absurd length
        return Measured(size, digest.hexdigest() if size else "", state="broken")


class Ledger:
    """Takes in notices and asks for the judging of calls that have settled.

    Args:
        database: where the rows are.
        folder: the recordings.
        notices: where the dialplan leaves its notices.
        clock: the time.
    """

    def __init__(self, database: Database, folder: Path, notices: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._notices = notices
        self._clock = clock

    async def take_in(self) -> int:
        """Take in the notices that are due; returns how many recordings the ledger learned of.

        Another process may take them in at the same time: whoever comes second finds them gone.

        Raises:
            StorageError: if the database refuses; the notices stay.
        """
        taken = 0
        due = await self._due()
        for first in range(0, len(due), _A_TRANSACTION):
            batch = due[first : first + _A_TRANSACTION]
            closed = await asyncio.to_thread(self._closings, batch)
            await self._write_down(closed)
            await asyncio.to_thread(_take_away, batch)
            taken += len(closed)
        return taken

    async def _due(self) -> list[Notice]:
        """Notices of recordings that are closed, and of those that never will be."""
        closed, still = await asyncio.to_thread(lying, self._notices, self._folder, self._clock.now())
        now = self._clock.now()
        over: set[str] = set()
        if still:
            async with self._database.read() as session:
                over = await recordings.over(session, {one.uniqueid for one in still}, now - NEVER_CLOSED)
        due = [one for one in still if one.uniqueid in over or now - (changed_at(one.path) or now) > FORGOTTEN]
        return (closed + due)[:_AT_ONCE]

    def _closings(self, notices: Sequence[Notice]) -> list[Closing]:
        """What became of the files, but for those that were taken in, judged and sealed since."""
        closings = []
        for notice in notices:
            sound = self._folder / notice.file
            found = measure(sound)
            if found.state == "missing" and sealed(sound).exists():
                continue
            gap = ""
            if found.state == "missing":
                gap = "file not found"
            elif found.state == "broken":
                gap = "not a whole sound file" if is_closed(sound) else "asterisk killed"
            if gap:
                log.error("recording lost", file=notice.file, linkedid=notice.linkedid, role=notice.role, problem=gap)
            closings.append(Closing(notice, found, gap, changed_at(sound) or self._clock.now()))
        return closings

    async def _write_down(self, closings: Sequence[Closing]) -> None:
        if not closings:
            return
        async with self._database.write() as session:
            homes = await calls.of_channels(session, [(one.notice.linkedid, one.notice.uniqueid) for one in closings])
            before = await recordings.find_all(session, [one.notice.file for one in closings])
            rows: dict[str, dict[str, Any]] = {}
            news: dict[int, str] = {}
            for closing in closings:
                notice, found, gap = closing.notice, closing.found, closing.gap
                row = before.get(notice.file)
                if row is not None and row.state in {"refused", "deleting", "deleted"}:
                    row.deleted_at = None if row.state == "refused" else row.deleted_at  # what came since goes too
                    row.closed_at = closing.at
                    continue
                call, agent = homes.get((notice.linkedid, notice.uniqueid), (None, ""))
                if call is not None and is_refused(call) and notice.role not in MESSAGES:
                    found, gap = Measured(state="refused"), REFUSED
                if call is not None and found.frames and (row is None or row.sha256 != found.sha256):
                    news[call.id] = notice.file
                rows[notice.file] = {
                    "linkedid": notice.linkedid, "uniqueid": notice.uniqueid, "role": notice.role,
                    "state": found.state, "closed_at": closing.at, "rate": found.rate, "frames": found.frames,
                    "bytes": found.bytes, "sha256": found.sha256, "gap_cause": gap,
                    **({"agent": agent or notice.agent} if agent or notice.agent else {}),
                }  # fmt: skip
            await recordings.upsert_all(session, rows)
            for call_id in await jobs.ended(session, "judge", news):
                if await jobs.requeue(session, "judge", call_id):
                    log.warning("recording closed after the call was judged: judged again", file=news[call_id])

    async def settle(self, limit: int = 200) -> int:
        """Ask for the judging of calls that are over and whose files are closed; returns how many were new."""
        now = self._clock.now()
        since = now - timedelta(days=7)
        async with self._database.read() as session:
            unlinked = await recordings.linkable(session)
            over = [one for one in await jobs.unasked(session, "judge", since, limit=limit) if is_settled(one, now)]
        if not unlinked and not over:
            return 0
        for call in over:
            await self._look_after(call)
        async with self._database.write() as session:
            if unlinked:
                await recordings.link(session)
                over = [one for one in await jobs.unasked(session, "judge", since, limit=limit) if is_settled(one, now)]
                session.expunge_all()  # they are not whole
            held = await calls.hold(session, [call.linkedid for call in over])
            settled = [call for call in held.values() if is_settled(call, now)]
            paused = await pauses.of_calls(session, [call.linkedid for call in settled])
            for call in settled:
                name_agents(call)
                for recording in call.recordings:
                    recording.gaps = gaps_of(call, recording, paused.get(call.linkedid, ()))
            return await jobs.enqueue_all(session, "judge", [call.id for call in settled], now)

    async def _look_after(self, call: Call) -> None:
        """Write down files whose closing nobody has told, although their call has been over for long."""
        for row in call.recordings:
            if row.state != "open":
                continue
            found = await asyncio.to_thread(measure, self._folder / row.file)
            cause = {"closed": "closed without notice", "missing": "file not found"}.get(found.state, "asterisk killed")
            log.error("recording never closed", file=row.file, linkedid=call.linkedid, problem=cause)
            async with self._database.write() as session:
                kept = await recordings.find(session, row.file)
                if kept is not None and kept.state == "open":
                    (self._notices / f"{row.file}.json").unlink(missing_ok=True)
                    kept.state, kept.rate, kept.frames = found.state, found.rate, found.frames
                    kept.bytes, kept.sha256, kept.gap_cause = found.bytes, found.sha256, cause

    async def run(self, every: float = 1.0) -> None:
        """Take in and settle until cancelled; trouble is logged and tried again, after ever longer pauses."""
        pause = every
        while True:
            try:
                await self.take_in()
                await discard(self._database, self._folder, self._clock.now())
                await self.settle()
                pause = every
            except Exception:
                pause = min(2 * pause, max(every, _LONGEST_PAUSE))
                log.exception("ledger pass failed", pause=pause)
            await asyncio.sleep(pause)


def is_settled(call: Call, now: datetime) -> bool:
    """Whether all parties' files of an ended call are closed, or have been waited for long enough.

    An agent who talked has a file, even if nobody has told us of it yet.
    """
    if call.ended_at is None or not call.recordings:
        return False
    if is_refused(call):
        return all(recording.state != "open" for recording in call.recordings) or now - call.ended_at > GIVE_UP
    still_open = any(recording.state == "open" for recording in call.recordings)
    talks = sum(visit.connected_at is not None for visit in call.visits)
    files = sum(recording.role == "agent" for recording in call.recordings)
    return (not still_open and files >= talks) or now - call.ended_at > GIVE_UP


def _take_away(notices: Iterable[Notice]) -> None:
    for notice in notices:
        notice.path.unlink(missing_ok=True)


def is_refused(call: Call) -> bool:
    """Whether the caller has refused to be recorded."""
    return bool((call.evidence or {}).get("refused"))


def name_agents(call: Call) -> None:
    """Write an agent's id beside his recordings, where his leg became known after them."""
    agents = {leg.uniqueid: leg.agent for leg in call.legs}
    for recording in call.recordings:
        if recording.role == "agent" and not recording.agent:
            recording.agent = agents.get(recording.uniqueid, "")
