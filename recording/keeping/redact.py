"""Redacting a call in place: its files, all its transcripts, and what its verdicts quote."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit, calls, ledger, quality
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording, Transcript, Verdict
from recording.keeping.deletion import HeldError, OpenError
from recording.keeping.erasing import put_in_place, write_redacted
from recording.keeping.redaction import mask_text, mask_words
from recording.keeping.secrets import CallSecrets, secrets_of
from recording.keeping.tracks import tracks_of
from recording.vault import Vault


async def find_in_call(database: Database, call_id: int, *, phones: bool = False) -> tuple[Call, CallSecrets]:
    """A call and its secrets.

    Raises:
        UsageError: if there is no such call, or a transcript is sealed and cannot be opened here.
    """
    async with database.read() as session:
        call = await calls.get(session, call_id)
        transcripts = list(await quality.transcripts(session, call_id))
    if call is None:
        raise UsageError(Text(f"no call {call_id}", f"没有通话 {call_id}"), cure="ivr calls list")
    refuse_unknown(call, transcripts)
    return call, secrets_of(call, transcripts, phones=phones)


def refuse_unknown(call: Call, transcripts: Sequence[tuple[Recording, Transcript]]) -> None:
    """See that all that was said is known, or else what is to be masked cannot be found.

    Raises:
        UsageError: if a file has no transcript, or one is sealed and cannot be opened here.
    """
    if any(transcript.locked for _, transcript in transcripts):
        raise UsageError(
            Text("a transcript is sealed and cannot be opened here", "转写已加密，本机无法打开"),
            cure=Text("use a machine that has an identity: ivr keys list", "请在持有身份密钥的机器上操作"),
        )
    known = {row.id for row, _ in transcripts}
    silent = [row.file for row in call.recordings if row.state == "closed" and row.frames and row.id not in known]
    if silent:
        raise UsageError(
            Text(
                f"{silent[0]}: not transcribed: digits in it cannot be found",
                f"{silent[0]}：尚未转写，无法查找其中的号码",
            ),
            cure=Text("ivr qa run; or export with --unredacted", "ivr qa run；或使用 --unredacted 导出"),
        )


async def redact_in_place(
    database: Database, folder: Path, vault: Vault, clock: Clock, call_id: int, *, actor: str, phones: bool = False
) -> CallSecrets:
    """Remove a call's secrets from its files, transcripts and verdicts; the originals are gone then.

    Raises:
        UsageError: there is no such call, or it cannot be opened here.
        HeldError: a legal hold lies on it.
        OpenError: it goes on.
        SoundError, VaultError, OSError: a file cannot be read or written; safe to run again.
    """
    call, secrets = await find_in_call(database, call_id, phones=phones)
    if call.ended_at is None:
        raise OpenError(call.linkedid)
    async with database.read() as session:
        if await ledger.held(session, [call.id]):
            raise HeldError(call.linkedid)
    for row in call.recordings:
        if row.state == "closed" and row.redacted_at is not None:
            await asyncio.to_thread(put_in_place, folder, vault, row)
    written: dict[int, tuple[str, int]] = {}
    for track in tracks_of(call, secrets.by_recording):
        if track.secrets:
            written[track.row.id] = await asyncio.to_thread(write_redacted, folder, vault, track)
    if not written:
        return secrets
    for told in await _write_down(database, call, secrets, written, actor, clock):
        await asyncio.to_thread(put_in_place, folder, vault, told)
    return secrets


async def _write_down(
    database: Database,
    call: Call,
    secrets: CallSecrets,
    written: Mapping[int, tuple[str, int]],
    actor: str,
    clock: Clock,
) -> list[Recording]:
    """Ledger, words and audit of all parties in one transaction: what one dictated, the other may have repeated."""
    now, changed = clock.now(), []
    async with database.write() as session:
        for row_id, (digest, size) in written.items():
            row = await ledger.locked(session, row_id)
            if row is None or row.state != "closed":
                continue
            if await ledger.held(session, [call.id]):
                raise HeldError(row.linkedid)
            spans, before = secrets.spans(row_id), row.sha256
            row.sha256, row.bytes, row.redacted_at = digest, size, now
            seconds = sum(end - start for start, end in spans)
            row.note = f"redacted: {len(spans)} places, {seconds:.1f} s; sha256 before: {before}"[:255]
            row.gaps = [*row.gaps, *({"cause": "redacted", "start_s": start, "end_s": end} for start, end in spans)]
            for transcript in await ledger.words_of(session, row_id):
                mask_transcript(transcript, spans)
            detail = {"call": call.id, "file": row.file, "before": before, "sha256": digest, "places": len(spans)}
            await audit.append(
                session, actor=actor, action="redact", object=f"recording:{row.id}", at=now, detail=detail
            )
            changed.append(row)
        for verdict in await ledger.verdicts_of(session, call.id):
            verdict.evidence = mask_evidence(verdict, secrets)
    return changed


def mask_evidence(verdict: Verdict, secrets: CallSecrets, *, phones: bool = False) -> dict[str, Any]:
    """A verdict's evidence without what was dictated."""
    if secrets.overlaps(verdict.recording_id, verdict.start_s, verdict.end_s):
        return ledger.without_words(verdict.evidence)
    masked: dict[str, Any] = mask_data(verdict.evidence, phones=phones)
    return masked


def mask_transcript(transcript: Transcript, spans: tuple[tuple[float, float], ...]) -> None:
    """Take the words in the spans out of a transcript."""
    transcript.words = mask_words(transcript.words, spans)
    transcript.text = " ".join(str(word["word"]) for word in transcript.words)
    if transcript.grammar_words is not None:
        transcript.grammar_words = mask_words(transcript.grammar_words, spans)
    passes = (transcript.detail or {}).get("again")
    if transcript.detail is not None and passes:  # further passes over the same sound, as the transcriber keeps them
        transcript.detail = {**transcript.detail, "again": [mask_words(one, spans) for one in passes]}


def mask_data(data: Any, *, phones: bool = False) -> Any:
    """Plain data with every text masked that holds a run of digits."""
    if isinstance(data, str):
        return mask_text(data, phones=phones)
    if isinstance(data, dict):
        return {key: mask_data(value, phones=phones) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [mask_data(value, phones=phones) for value in data]
    return data


__all__ = ["find_in_call", "mask_data", "mask_evidence", "mask_transcript", "redact_in_place", "refuse_unknown"]
