"""A talk heard in the browser while it goes on (F1): both sides' files as they grow, as one stereo stream."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.console.context import Console
from ivr.console.errors import Conflict
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.supervising import must_hear
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.live.talk import Growing, callers_of, goes_on, growing
from ivr.storage import audit
from recording.audio.growing import Together, stream_header

LOOK = 0.2  # seconds between looks at the files
FIRST = 6.0  # seconds until there must be sound: Asterisk writes the first block after 2.05 s
REST = 3.0  # seconds the caller's file is waited for when the agent's is closed
STILL = 15.0  # seconds without anything new after which the call is looked up
ASKED = 10.0  # seconds from one look at whether who listens still may to the next
LONGEST = 4 * 3600.0  # seconds one stream lasts at most
MOST, EACH = 24, 2  # streams at once, and of one person
_OPEN = "live sound"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a talk that goes on."""

    agent: Growing
    caller: Growing | None


class LiveSound:
    """One talk as it is heard by one person.

    Args:
        together: its files.
        files: their rows.

    Attributes:
        rate: Hz.
        begins: when the stream's first sample was spoken.
    """

    def __init__(self, console: Console, who: Person, files: Files, together: Together, first: bytes) -> None:
        self._console = console
        self._who = who
        self._files = files
        self._together = together
        self._first = first
        self.rate = together.rate
        at = (together.at or 0) - len(first) // 4
        self.begins: datetime = together.begun + timedelta(seconds=at / self.rate)

    async def chunks(self, still: Callable[[], Awaitable[bool]] | None = None) -> AsyncIterator[bytes]:
        """A WAV header, then 16-bit samples, caller left and agent right, until the talk is over.

        Args:
            still: whether who listens still may, asked every few seconds.
        """
        open_now: Counter[int] = self._console.parts.setdefault(_OPEN, Counter())
        if not _has_room(open_now, self._who):  # somebody was faster since it was asked
            return
        open_now[self._who.id] += 1
        try:
            yield stream_header(self.rate) + self._first
            asked = self._console.clock.monotonic()
            async for data in self._follow():
                now = self._console.clock.monotonic()
                if still is not None and now - asked > ASKED:
                    if not await still():
                        return
                    asked = now
                yield data
        finally:
            open_now[self._who.id] -= 1

    async def _follow(self) -> AsyncIterator[bytes]:
        clock, together = self._console.clock, self._together
        began = heard = looked = clock.monotonic()
        over_at: float | None = None
        while not together.done and clock.monotonic() - began < LONGEST:
            await asyncio.sleep(LOOK)
            now = clock.monotonic()
            if together.over and over_at is None:
                over_at = now
            data = await asyncio.to_thread(_new, together, rest=over_at is not None and now - over_at > REST)
            if data:
                heard = now
                yield data
            elif over_at is not None and now - over_at > REST + 1:
                return
            elif now - heard > STILL and now - looked > STILL:
                looked = now
                async with self._console.database.read() as session:
                    if not await goes_on(session, self._files.agent.call_id):
                        return


async def begin(console: Console, who: Person, agent: str) -> LiveSound:
    """Begin to hear an agent's talk; that it is heard is written into the audit first.

    Raises:
        Forbidden: if ``who`` may not, or not this agent by the site's own rules.
        NotFound: if the site has no such agent.
        UsageError: if he is in no talk that is recorded.
        Conflict: if too many talks are heard already.
        SoundError: if the files cannot be heard while they grow.
    """
    who.must(Permission.LISTEN_LIVE)
    must_hear(console, who, agent)
    if not _has_room(console.parts.setdefault(_OPEN, Counter()), who):
        raise Conflict(
            Text("too many talks are listened to already", "同时监听的通话过多"),
            cure=Text("stop listening to one of them", "请先停止其中一路监听"),
        )
    files = await _files(console, agent)
    folder = console.settings.recordings
    agents = (folder / files.agent.file, files.agent.started)
    callers = (
        (None, files.agent.started) if files.caller is None else (folder / files.caller.file, files.caller.started)
    )
    together = Together([callers, agents])
    first = await _first(console.clock, together)
    if together.done or not first:
        raise _no_talk(agent)
    async with console.database.write() as session:
        await audit.append(
            session,
            actor=who.login,
            action="listen",
            object=f"call:{files.agent.call_id}",
            at=console.clock.now(),
            detail={
                "live": True,
                "agent": agent,
                "recordings": [one.id for one in (files.caller, files.agent) if one is not None],
            },
        )
    return LiveSound(console, who, files, together, first)


async def _files(console: Console, agent: str) -> Files:
    from recording.notices import is_closed

    folder = console.settings.recordings
    async with console.database.read() as session:
        mine = [one for one in await growing(session, agent) if not is_closed(folder / one.file)]
        if not mine:
            raise _no_talk(agent)
        callers = [one for one in await callers_of(session, mine[0].call_id) if not is_closed(folder / one.file)]
    return Files(mine[0], callers[0] if callers else None)


async def _first(clock: Clock, together: Together) -> bytes:
    """The newest seconds, as soon as there are any; b"" if there are none for too long."""
    until = clock.monotonic() + FIRST
    while True:
        data = await asyncio.to_thread(_new, together)
        if data or clock.monotonic() > until:
            return data
        await asyncio.sleep(LOOK)


def _new(together: Together, *, rest: bool = False) -> bytes:
    return together.take(rest=rest) if together.look() else b""


def _has_room(open_now: Counter[int], who: Person) -> bool:
    return open_now[who.id] < EACH and open_now.total() < MOST


def _no_talk(agent: str) -> UsageError:
    return UsageError(
        Text(f"{agent} is in no talk that is recorded now", f"坐席 {agent} 当前没有正在录音的通话"),
        cure=Text("try again when he talks", "请在其通话时重试"),
    )


__all__ = ["LiveSound", "begin"]
