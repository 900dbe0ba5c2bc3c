"""Everything of one call in one zip, sealed to recipients where there are keys.

Names in the zip are our own words and ids of rows; nothing that a caller or an agent supplied becomes a name.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from ivr.core.errors import SetupError, UsageError
from ivr.core.ids import mask_number
from ivr.core.language import Text
from ivr.storage import audit, calls, features, ledger, quality
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording, Transcript
from recording.keeping.redact import mask_evidence, mask_transcript, refuse_unknown
from recording.keeping.secrets import CallSecrets, secrets_of
from recording.keeping.subtitles import as_srt, as_text, as_vtt, lines_of
from recording.keeping.tracks import Reader, begin_of, tracks_of, write_stereo
from recording.vault import Vault
from recording.vault.age import wrap_stream

FORMAT = 1
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Args:
        files: names in the zip, with bytes and sha256.
        sealed: whether the zip is encrypted.
        secrets: places that were masked.
    """

    path: Path
    files: tuple[dict[str, Any], ...]
    sealed: bool
    secrets: int


@dataclass(slots=True)
class Material:
    """All rows of one call, read in one go."""

    call: Call
    transcripts: list[tuple[Recording, Transcript]]
    secrets: CallSecrets
    data: dict[str, Any] = field(default_factory=dict)


async def gather(database: Database, call_id: int, *, redacted: bool, phones: bool = False) -> Material:
    """Read everything of a call that goes into the zip, masked if it is to be.

    Raises:
        UsageError: a transcript is sealed and cannot be opened here, so that its secrets cannot be found.
    """
    async with database.read() as session:
        call = await calls.get(session, call_id)
        if call is None:
            raise UsageError(Text(f"no call {call_id}", f"没有通话 {call_id}"), cure="ivr calls list")
        transcripts = list(await quality.transcripts(session, call_id))
        if redacted:
            refuse_unknown(call, transcripts)
        secrets = secrets_of(call, transcripts, phones=phones) if redacted else CallSecrets()
        verdicts = await ledger.verdicts_of(session, call_id)
        scores = await ledger.scores_of(session, call_id)
        tracks = await features.tracks(session, call_id)
        measured = await features.list_features(session, call_id)
        rows = await audit.list_rows(session, objects=objects_of(call), limit=10_000)
        # what is masked here is a copy for the zip; nothing of this session is written
        session.expunge_all()
    if redacted:
        for row, transcript in transcripts:
            mask_transcript(transcript, secrets.spans(row.id))
        for verdict in verdicts:
            verdict.evidence = mask_evidence(verdict, secrets, phones=phones)
    material = Material(call, transcripts, secrets)
    material.data = {
        "transcript.json": [
            {**ledger.plain(transcript), "role": row.role, "agent": row.agent, "offset_s": _offset(call, row)}
            for row, transcript in transcripts
        ],
        "verdicts.json": [ledger.plain(row) for row in verdicts],
        "scores.json": [ledger.plain(row) for row in scores],
        "features.json": {
            "recordings": [ledger.plain(row) for _, row in tracks],
            "calls": [ledger.plain(row) for row in measured],
        },
        "ledger.json": {
            "call": _masked_call(ledger.plain(call)) if redacted else ledger.plain(call),
            "recordings": [ledger.plain(row) for row in call.recordings],
        },
        "audit.json": [ledger.plain(row) for row in reversed(rows)],
    }
    return material


def objects_of(call: Call) -> list[str]:
    """How the audit names a call and its recordings."""
    return [f"call:{call.id}", *(f"recording:{row.id}" for row in call.recordings)]


def write_export(
    material: Material,
    folder: Path,
    vault: Vault,
    target: Path,
    *,
    extra: Mapping[str, bytes],
    about: Mapping[str, Any],
    plain: bool = False,
    progress: Progress = lambda stage, share: None,
) -> Exported:
    """Write the zip, whole or not at all, readable by this user only; blocking, for a thread.

    Args:
        target: the file to be written; what is there is replaced.
        extra: more files by name, e.g. the story; names are the caller's own words.
        about: for the manifest: who, when, whether redacted.
        plain: not sealed, though there are keys.

    Raises:
        SoundError, VaultError, OSError: if a file cannot be read or written.
    """
    sealed = vault.enabled and not plain
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            if sealed:
                # The plain zip has no name; when this process ends, it is gone.
                with tempfile.TemporaryFile(dir=target.parent) as clear:
                    files = _fill(material, folder, vault, cast(BinaryIO, clear), extra, about, progress)
                    clear.seek(0)
                    wrap_stream(cast(BinaryIO, clear), out, vault.recipients)
            else:
                files = _fill(material, folder, vault, out, extra, about, progress)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return Exported(target, tuple(files), sealed, len(material.secrets.found))


def _fill(
    material: Material,
    folder: Path,
    vault: Vault,
    out: BinaryIO,
    extra: Mapping[str, bytes],
    about: Mapping[str, Any],
    progress: Progress,
) -> list[dict[str, Any]]:
    call = material.call
    files: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:

        def add(name: str, write: Callable[[BinaryIO], object]) -> None:
            # the date is fixed: the manifest tells when
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as entry:
                counted = _Counted(cast(BinaryIO, entry))
                write(cast(BinaryIO, counted))
            files.append({"name": name, "bytes": counted.size, "sha256": counted.digest.hexdigest()})

        tracks = tracks_of(call, material.secrets.by_recording)
        for number, track in enumerate(tracks):
            progress(str(Text("sound", "录音")), number / (len(tracks) + 1))
            with Reader(track, folder, vault) as reader:
                add(f"sound/{track.name}.wav", reader.write_to)
        if tracks:
            add("sound/stereo.wav", lambda entry: write_stereo(tracks, folder, vault, entry))
        progress(str(Text("words", "文字")), 1.0)
        lines = lines_of(
            (_speaker(row), _offset(call, row), transcript.words) for row, transcript in material.transcripts
        )
        texts = {"transcript.txt": as_text(lines), "transcript.srt": as_srt(lines), "transcript.vtt": as_vtt(lines)}
        texts |= {name: _json(data) for name, data in material.data.items()}
        contents = {name: text.encode() for name, text in texts.items()} | dict(extra)
        for name, content in sorted(contents.items()):
            add(name, lambda entry, content=content: entry.write(content))  # type: ignore[misc]
        manifest = {"format": FORMAT, "call": call.id, "linkedid": call.linkedid, **about, "files": list(files)}
        add("manifest.json", lambda entry: entry.write(_json(manifest).encode()))
    return files


class _Counted:
    """Writes through, counting and hashing."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._out.write(data)


def check_zip(path: Path) -> list[str]:
    """Names of files in a plain export that are not what its manifest says; empty if all are.

    Raises:
        SetupError: if it is no export.
        OSError: if it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            names = set(archive.namelist())
            wrong = []
            for one in manifest["files"]:
                if one["name"] not in names or _entry_digest(archive, one["name"]) != one["sha256"]:
                    wrong.append(str(one["name"]))
            told = {one["name"] for one in manifest["files"]} | {"manifest.json"}
            return wrong + sorted(names - told)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise SetupError(Text(f"{path.name}: not an export", f"{path.name}：不是导出文件")) from error


def _entry_digest(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as entry:
        return hashlib.file_digest(cast(Any, entry), "sha256").hexdigest()


def _masked_call(data: dict[str, Any]) -> dict[str, Any]:
    masked = {key: value for key, value in data.items() if key != "evidence"}
    return {**masked, "caller": mask_number(str(data.get("caller") or ""))}


def _offset(call: Call, row: Recording) -> float:
    begun = begin_of(row) or call.started_at
    return round((begun - call.started_at).total_seconds(), 3)


def _speaker(row: Recording) -> str:
    return f"{row.role} {row.agent}".strip()


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"


__all__ = ["Exported", "Material", "check_zip", "gather", "objects_of", "write_export"]
