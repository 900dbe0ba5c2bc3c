"""Stories from the database and the recordings folder."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.reports.books import books_of
from ivr.reports.model import CallStory
from ivr.reports.story import build_story
from ivr.reports.tracks import Wave
from ivr.storage import calls, features, quality
from ivr.storage.models import Call, Recording, Transcript
from prompts.catalogue import load as load_catalogue
from recording.audio.peaks import peaks
from recording.audio.wav import Sound, read_wav
from recording.errors import SoundError
from recording.vault import VaultError, locate

Reader = Callable[[Path], Sound]

WAVE_POINTS = 1200
"""How many points a waveform as long as its call has."""
MOST_CALLS = 500
_MOST_BYTES = 512 * 1024 * 1024


async def load_story(
    session: AsyncSession,
    call: int | str,
    recordings: Path | None = None,
    *,
    zone: tzinfo = UTC,
    mask: bool = False,
    read: Reader = read_wav,
) -> CallStory:
    """One call's story with its newest judging.

    Args:
        call: id of the call, or its linkedid.
        recordings: the recordings folder; None: no waveforms.
        zone: in which times are told.
        mask: whether the caller's number is hidden but for its end.
        read: reads a sound file; ``recording.vault.sound.sound_reader`` where some are sealed.

    Raises:
        UsageError: if there is no such call.
    """
    found = await (calls.get(session, call) if isinstance(call, int) else calls.find(session, call))
    if found is None:
        raise UsageError(
            Text(f"no call {str(call)[:80]!r}", f"没有通话 {str(call)[:80]!r}"),
            cure=Text("ivr calls list shows the calls there are", "用 ivr calls list 查看已有通话"),
        )
    return await _story(session, found, recordings, zone, mask=mask, read=read)


async def load_day(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    recordings: Path | None = None,
    *,
    zone: tzinfo = UTC,
    mask: bool = False,
    limit: int = MOST_CALLS,
    read: Reader = read_wav,
) -> list[CallStory]:
    """The stories of calls begun in ``since <= t < until``, the oldest first.

    Args:
        limit: at most this many, the newest.
        read: reads a sound file.
    """
    found = await calls.list_calls(session, since=since, until=until, limit=limit)
    return [await _story(session, call, recordings, zone, mask=mask, read=read) for call in reversed(found)]


def prompt_text(prompt: str, language: str) -> str:
    """The words of a prompt in the catalogue; "" if it is not there."""
    try:
        found = load_catalogue(language).prompts.get(prompt)
    except IvrError:
        return ""
    return found.text if found else ""


def wave_of(path: Path, points: int, read: Reader = read_wav) -> Wave:
    """A file's waveform in ``points`` points; empty when there is no file that can be read here."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ()
        samples = read(path).samples
    except (OSError, SoundError, VaultError):
        return ()
    return tuple((float(low), float(high)) for low, high in peaks(samples, max(1, points)))


async def _story(
    session: AsyncSession, call: Call, recordings: Path | None, zone: tzinfo, *, mask: bool, read: Reader
) -> CallStory:
    waves: dict[int, Wave] = {}
    if recordings is not None:
        waves = await asyncio.to_thread(_waves, call.recordings, recordings, _length(call), read)
    return await story_of(session, call, await quality.transcripts(session, call.id), zone=zone, mask=mask, waves=waves)


async def story_of(
    session: AsyncSession,
    call: Call,
    transcripts: Iterable[tuple[Recording, Transcript]],
    *,
    zone: tzinfo,
    mask: bool,
    waves: Mapping[int, Wave] | None = None,
) -> CallStory:
    """The story of a call that was loaded whole, with its newest judging.

    Args:
        transcripts: the newest of each recording.
        zone, mask: as in :func:`load_story`.
        waves: by id of the recording.
    """
    run = await quality.latest_run(session, call.id)
    scores = await quality.list_scores(session, call.id, run) if run else ()
    return build_story(
        call,
        zone=zone,
        transcripts={row.id: transcript for row, transcript in transcripts},
        verdicts=await quality.list_verdicts(session, call.id, run) if run else (),
        scores=scores,
        features=await features.list_features(session, call.id, run) if run else (),
        books=await books_of(session, scores),
        waves=waves,
        say=prompt_text,
        mask=mask,
    )


def _waves(rows: Iterable[Recording], folder: Path, length: float, read: Reader) -> dict[int, Wave]:
    root = folder.resolve()
    found: dict[int, Wave] = {}
    for row in rows:
        path = (root / row.file).resolve()
        if row.state != "closed" or not row.frames or not row.rate or not path.is_relative_to(root):
            continue
        share = (row.frames / row.rate) / length if length > 0 else 1.0
        found[row.id] = wave_of(locate(root, row.file), min(WAVE_POINTS, max(16, math.ceil(WAVE_POINTS * share))), read)
    return found


def _length(call: Call) -> float:
    if call.ended_at is not None:
        return (call.ended_at - call.started_at).total_seconds()
    return max((row.frames / row.rate for row in call.recordings if row.frames and row.rate), default=0.0)
