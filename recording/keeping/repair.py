"""Mending what the check found: headers of killed recorders, rows that nobody wrote, deletions broken off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr.core.clock import Clock
from ivr.core.ids import is_safe_id
from ivr.core.language import Text
from ivr.storage import audit, jobs, ledger, recordings
from ivr.storage.database import Database
from ivr.storage.models import Recording
from ivr.storage.models.recordings import ROLES
from recording.errors import SoundError
from recording.keeping.deletion import HeldError, finish, remove_files
from recording.keeping.erasing import put_in_place
from recording.keeping.faults import Fault
from recording.keeping.files import SHORTER_S, expected_seconds
from recording.keeping.headers import KEPT, mend, read_layout
from recording.vault import SUFFIX, Vault, VaultError, locate


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a fault.

    Args:
        ok: whether it is mended.
        text: what was done, or why nothing could be.
    """

    fault: Fault
    ok: bool
    text: Text


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it is after the header was seen to."""

    rate: int
    frames: int
    bytes: int
    sha256: str
    closed_at: datetime
    was_broken: bool

    @property
    def seconds(self) -> float:
        return self.frames / self.rate


class Repair:
    """Mends faults one by one; safe to run again, and beside the engine.

    Args:
        database: the ledger.
        folder: the recordings.
        vault: opens what is sealed.
        clock: the time.
        actor: who, for the audit.
    """

    def __init__(self, database: Database, folder: Path, vault: Vault, clock: Clock, actor: str) -> None:
        self._database = database
        self._folder = folder
        self._vault = vault
        self._clock = clock
        self._actor = actor

    async def mend(self, fault: Fault) -> Mended:
        """Mend one fault, if that can be done.

        Raises:
            StorageError: if the database refuses.
        """
        how = {
            "broken": self._file,
            "left_open": self._file,
            "found_again": self._file,
            "unknown_file": self._stranger,
            "half_mended": self._half_mended,
            "half_redacted": self._redaction,
            "half_deleted": self._deletion,
            "not_gone": self._deletion,
        }.get(fault.code)
        if how is None:
            return Mended(fault, False, fault.cure)
        try:
            return await how(fault)
        except (OSError, SoundError, VaultError, HeldError) as error:
            return Mended(fault, False, Text(str(error), str(error)))

    async def _file(self, fault: Fault) -> Mended:
        async with self._database.read() as session:
            row = await recordings.find(session, fault.where)
        if row is None:
            return Mended(fault, False, Text("its row is gone", "台账中已无此记录"))
        known = row.sha256 if row.state == "closed" else ""
        found = await asyncio.to_thread(self._seen_to, row.file, known)
        if found is None:
            return await self._lost(fault, row.id)
        text = await self._write_down(row.id, found)
        await asyncio.to_thread(self._forget_original, row.file)
        return Mended(fault, True, text)

    async def _stranger(self, fault: Fault) -> Mended:
        stem, _, role = fault.where.rpartition(".")[0].rpartition("-")
        role = role.rstrip("0123456789")  # a second message of a call is voicemail2
        uniqueid = stem.rpartition("/")[2]
        if role not in ROLES or not is_safe_id(uniqueid):
            text = Text("not named like a recording of ours: move it elsewhere", "文件名不符合本系统格式：请移走")
            return Mended(fault, False, text)
        found = await asyncio.to_thread(self._seen_to, fault.where, "")
        if found is None:
            return Mended(fault, False, Text("it is gone", "文件已不存在"))
        async with self._database.write() as session:
            call = await ledger.call_of_leg(session, uniqueid)
            leg = next((leg for leg in call.legs if leg.uniqueid == uniqueid), None) if call else None
            begun = datetime.fromtimestamp(found.closed_at.timestamp() - found.seconds, UTC)
            row = await recordings.upsert(
                session,
                fault.where,
                linkedid=call.linkedid if call else uniqueid,
                uniqueid=uniqueid,
                role=role,
                started_at=begun,
                **({"agent": leg.agent} if leg is not None and role == "agent" else {}),
            )
            row_id = row.id
        await self._write_down(row_id, found)
        await asyncio.to_thread(self._forget_original, fault.where)
        return Mended(fault, True, Text("taken into the ledger", "已记入台账"))

    async def _half_mended(self, fault: Fault) -> Mended:
        async with self._database.read() as session:
            row = await recordings.find(session, fault.where)
        if row is None or row.state != "closed":
            return Mended(fault, False, Text("its row is not closed", "其台账记录未关闭"))
        path = locate(self._folder, row.file)
        if await asyncio.to_thread(self._vault.digest, path) != row.sha256:
            return Mended(fault, False, Text("the mended file is not the ledger's", "修复后的文件与台账不符"))
        await asyncio.to_thread(self._forget_original, row.file)
        return Mended(fault, True, Text("the original was removed", "已移除原文件"))

    async def _deletion(self, fault: Fault) -> Mended:
        async with self._database.read() as session:
            row = await recordings.find(session, fault.where)
        if row is None:
            return Mended(fault, False, Text("its row is gone", "台账中已无此记录"))
        if row.state in {"deleted", "refused"}:
            await asyncio.to_thread(remove_files, self._folder, row.file)
        await finish(self._database, self._folder, row, self._clock.now())
        return Mended(fault, True, Text("its deletion is finished", "已完成删除"))

    async def _redaction(self, fault: Fault) -> Mended:
        async with self._database.read() as session:
            row = await recordings.find(session, fault.where)
        if row is None:
            return Mended(fault, False, Text("its row is gone", "台账中已无此记录"))
        await asyncio.to_thread(put_in_place, self._folder, self._vault, row)
        return Mended(fault, True, Text("its redaction is finished", "已完成遮蔽"))

    def _seen_to(self, file: str, known: str) -> _Found | None:
        """The file with a true header; None if it is not there.

        Raises:
            SoundError: if it holds no sound that can be used, or is not what a closed row says.
        """
        path = locate(self._folder, file)
        if not path.is_file():
            return None
        if known and self._vault.digest(path) != known:
            text = Text("its bytes are not those of the ledger: not touched", "内容与台账不符：未作改动")
            raise SoundError(text)
        closed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with self._vault.open_file(path) as sound:
            layout = read_layout(sound)
        broken = not layout.whole or path.with_name(path.name + KEPT).exists()
        if not layout.whole:
            if path.name.endswith(SUFFIX):
                raise SoundError(Text("sealed with a broken header", "已加密且文件头损坏"))
            layout = mend(path)
        with self._vault.open_file(path) as sound:
            size = sound.seek(0, 2)
        return _Found(layout.rate, layout.frames, size, self._vault.digest(path), closed, broken)

    async def _write_down(self, row_id: int, found: _Found) -> Text:
        async with self._database.write() as session:
            row = await ledger.locked(session, row_id)
            if row is None:
                return Text("its row is gone", "台账中已无此记录")
            before = {"state": row.state, "sha256": row.sha256, "frames": row.frames}
            row.state, row.rate, row.frames = "closed", found.rate, found.frames
            row.bytes, row.sha256 = found.bytes, found.sha256
            row.closed_at = row.closed_at or found.closed_at
            text = _name_gap(row, found)
            row.note = text.en[:255]
            await audit.append(
                session,
                actor=self._actor,
                action="repair",
                object=f"recording:{row.id}",
                at=self._clock.now(),
                detail={"file": row.file, "before": before, "sha256": found.sha256, "gap": row.gap_cause},
            )
            if row.call_id is not None:
                await jobs.requeue(session, "judge", row.call_id)
        return text

    async def _lost(self, fault: Fault, row_id: int) -> Mended:
        """An open row whose file never was: from now on it is missing."""
        async with self._database.write() as session:
            row = await ledger.locked(session, row_id)
            if row is None or row.state != "open":
                return Mended(fault, False, Text("the file is not there", "文件不存在"))
            row.state, row.gap_cause = "missing", row.gap_cause or "file not found"
            await audit.append(
                session,
                actor=self._actor,
                action="repair",
                object=f"recording:{row.id}",
                at=self._clock.now(),
                detail={"file": row.file, "state": "missing"},
            )
        text = Text("closed as missing: there is no file to mend", "已记为缺失：没有可修复的文件")
        return Mended(fault, False, text)

    def _forget_original(self, file: str) -> None:
        path = locate(self._folder, file)
        path.with_name(path.name + KEPT).unlink(missing_ok=True)


def _told(lost: float | None) -> str:
    return "" if lost is None else f" {lost:.1f} 秒"


def _name_gap(row: Recording, found: _Found) -> Text:
    """Write down why the file is shorter than its party's stay, and say what was done."""
    expected = expected_seconds(row)
    lost = max(0.0, expected - found.seconds) if expected is not None else None
    if found.was_broken:
        much = f"last {lost:.1f} s lost" if lost is not None else "end lost"
        row.gap_cause = f"asterisk killed; {much}"[:64]
        gap = {"cause": "asterisk killed", "start_s": round(found.seconds, 3), "end_s": None}
        row.gaps = [*(one for one in row.gaps if one.get("cause") != "asterisk killed"), gap]
        return Text(f"header mended: {found.seconds:.1f} s of sound; {row.gap_cause}",
                    f"文件头已修复：{found.seconds:.1f} 秒声音；末尾缺失{_told(lost)}")  # fmt: skip
    if row.gap_cause in {"file not found", "not a whole sound file"}:
        row.gap_cause = ""
    if lost is not None and lost > SHORTER_S and not row.gap_cause:
        row.gap_cause = f"closed without notice; {lost:.1f} s short"[:64]
    return Text(f"closed in the ledger: {found.seconds:.1f} s of sound", f"台账已关闭：{found.seconds:.1f} 秒声音")
