"""The sound of a call for one person: stereo, from anywhere, audited before the first byte; and its waveform."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from ivr.console.context import Console
from ivr.console.errors import Conflict, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.call import models
from ivr.console.services.call.looking import state_of
from ivr.console.services.call.openings import PART, Opening, Openings
from ivr.console.services.call.vaults import vault
from ivr.console.services.casework import must_see_call
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.reports.playback import CallSound, sound_of
from ivr.storage import audit
from recording.errors import SoundError
from recording.keeping.peaks import PeaksBook
from recording.keeping.stereo import HEADER, StereoSound

log = get_logger("console")
T = TypeVar("T")

LONGEST_CLIP = 120.0  # seconds
_PEAKS = "peaks"


async def sound(
    console: Console, who: Person, call_id: int, *, opening: str = "", plain: bool = False, heard: bool = True
) -> StereoSound:
    """The sound of a call, its files open; whoever gets it closes it (``__exit__``).

    The audit gets one row for each opening of the player by one person: ``opening`` is the same in all requests of
    one. It lasts an hour; after that, or after a restart, the next byte is audited again.

    Args:
        plain: with dictated numbers.
        heard: False: only how long it is.

    Raises:
        Forbidden, NotFound: if he may not, or there is no such call for him.
        Conflict: if it cannot be heard; says why.
    """
    found = await _found(console, who, call_id, plain=plain)
    made = StereoSound(found.tracks, console.settings.recordings, vault(console))
    await readable(asyncio.to_thread(made.__enter__))
    try:
        if heard:
            asked = Opening(who.id, who.session, call_id, opening, plain)
            openings: Openings = console.parts.setdefault(PART, Openings(console.clock))
            await openings.once(asked, lambda: _audit(console, who, found, {"opening": opening, "plain": plain}))
    except BaseException:
        made.__exit__()
        raise
    return made


async def clip(console: Console, who: Person, call_id: int, start: float, end: float, *, plain: bool = False) -> bytes:
    """A stretch of a call as a stereo WAV, e.g. the evidence of a verdict; each is audited.

    Args:
        start, end: seconds from the start of the call, at most 120 s apart.
        plain: with dictated numbers.

    Raises:
        Forbidden, NotFound, Conflict: as :func:`sound`.
        UsageError: if there is no sound, or the stretch is too long.
    """
    who.must(Permission.LISTEN)
    if not 0 <= start < end or end - start > LONGEST_CLIP:
        raise UsageError(
            Text(f"a clip lasts at most {LONGEST_CLIP:.0f} s", f"片段最长 {LONGEST_CLIP:.0f} 秒"),
            cure=Text("give from and to in seconds", "请以秒为单位给出起止时间"),
        )
    found = await _found(console, who, call_id, plain=plain)
    made = StereoSound(found.tracks, console.settings.recordings, vault(console))
    if start >= made.seconds:
        raise UsageError(
            Text("no sound there", "该时段没有录音"),
            cure=Text(f"the sound ends at {made.seconds:.1f} s", f"录音到 {made.seconds:.1f} 秒为止"),
        )
    await _audit(console, who, found, {"from": start, "to": end, "plain": plain})
    return await readable(asyncio.to_thread(_cut, made, start, end))


async def peaks(
    console: Console, who: Person, call_id: int, *, start: float = 0.0, end: float | None = None, points: int = 1200
) -> models.PeaksView:
    """The waveform of a stretch; of dictated numbers nothing shows, whoever asks.

    Args:
        start, end: seconds from the start of the call; to the last sound when ``end`` is None.
        points: of each channel, fewer where there are fewer samples.

    Raises:
        Forbidden, NotFound: if he may not see calls, or there is no such call for him.
        Conflict: if it cannot be read.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        found = await sound_of(session, call_id, plain=False)
    if found is None:
        raise NotFound
    book = console.parts.get(_PEAKS)
    if book is None:
        book = console.parts[_PEAKS] = PeaksBook(console.settings.recordings, vault(console))
    last = max((track.offset + track.seconds for track in found.tracks), default=0.0)
    wave = await readable(asyncio.to_thread(book.of, found.tracks, start, last if end is None else end, points))
    lanes = [models.Lane(low=one[:, 0].tolist(), high=one[:, 1].tolist()) for one in wave.points]
    return models.PeaksView(start=wave.start, end=wave.end, lanes=lanes)


async def readable(work: Awaitable[T]) -> T:
    """What ``work`` reads of files.

    Raises:
        Conflict: if a file cannot be read; says why. Sealed files say it themselves (VaultError).
    """
    try:
        return await work
    except (SoundError, OSError) as error:
        log.warning("sound cannot be read", problem=str(error))
        raise Conflict(
            Text("a file of this call cannot be read", "该通话的录音文件无法读取"),
            cure=Text("ivr recordings verify says what is wrong with it", "用 ivr recordings verify 查看原因"),
        ) from error


async def _found(console: Console, who: Person, call_id: int, *, plain: bool) -> CallSound:
    who.must(Permission.LISTEN)
    if plain:
        who.must(Permission.NUMBERS)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        found = await sound_of(session, call_id, plain=plain)
    if found is None:
        raise NotFound
    state, why = state_of(found)
    if state != "ready":
        raise Conflict(why, cure=Text("its story can still be read", "仍可查看通话过程"))
    return found


async def _audit(console: Console, who: Person, found: CallSound, detail: dict[str, object]) -> None:
    told = {
        "via": "console",
        "recordings": [track.row.id for track in found.tracks],
        "silenced": len(found.secrets.found),
        "unknown": [row.id for row in found.unknown],
        **detail,
    }
    async with console.database.write() as session:
        await audit.append(
            session,
            actor=who.login,
            action="listen",
            object=f"call:{found.call.id}",
            at=console.clock.now(),
            detail=told,
        )


def _cut(made: StereoSound, start: float, end: float) -> bytes:
    from recording.keeping.headers import header

    with made:
        first, last = round(start * made.rate), min(round(end * made.rate), made.frames)
        sound = made.samples(first, last - first).astype("<i2").tobytes()
    return header(made.rate, len(sound), channels=2) + sound


__all__ = ["HEADER", "LONGEST_CLIP", "clip", "peaks", "readable", "sound"]
