"""Sound files that Asterisk still writes, read as far as they go; two of them together as one stereo stream in step.

Asterisk writes a recording in blocks of 32 KiB, 2.05 s at 8 kHz, and the sizes into its header when it closes it, so
the length of a file that grows is told by its size on disk alone.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ivr.core.language import Text
from recording.audio.wav import RATES, Samples
from recording.errors import SoundError

HEADER = 44  # bytes, as Asterisk writes it: RIFF, fmt of 16 bytes, data
WIDTH = 2  # bytes a sample
PATIENCE_S = 4.0  # how far one file may stay behind the other: two blocks; then it counts as silent
LEAD_S = 2.5  # seconds of the newest sound with which a stream begins: more than a block, so that none runs out


@dataclass(slots=True)
class GrowingSound:
    """One party's file as far as it has been written.

    Args:
        path: of the file; it may not be there yet.
        begins: place of its first sample in the talk, in samples.
    """

    path: Path
    begins: int = 0
    rate: int = 0
    frames: int = 0
    closed: bool = False

    def look(self) -> None:
        """See how much there is now; frames never become fewer.

        Raises:
            SoundError: if it is no recording of one party.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(HEADER)  # first: the sizes are put into it when all else is written
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(self.path, str(error)) from error
        if len(head) < HEADER:
            return
        riff, length, wave, fmt, _, kind, channels, rate, _, _, bits = struct.unpack("<4sI4s4sIHHIIHH", head[:36])
        if (riff, wave, fmt, head[36:40]) != (b"RIFF", b"WAVE", b"fmt ", b"data"):
            raise _unreadable(self.path, "no WAV header")
        if (kind, channels, bits) != (1, 1, 8 * WIDTH) or rate not in RATES:
            raise _unreadable(self.path, f"{channels} x {bits} bit at {rate} Hz")
        self.rate = rate
        self.frames = max(self.frames, (size - HEADER) // WIDTH)
        self.closed = length != 0

    @property
    def end(self) -> int:
        """Place in the talk after its last sample."""
        return self.begins + self.frames

    def between(self, first: int, last: int) -> Samples:
        """Samples of the talk from ``first`` up to ``last``; silence where there are none."""
        found = np.zeros(last - first, dtype=np.int16)
        low, high = max(first, self.begins), min(last, self.end)
        if low < high:
            with self.path.open("rb") as file:
                file.seek(HEADER + WIDTH * (low - self.begins))
                data = file.read(WIDTH * (high - low))
            part = np.frombuffer(data[: len(data) // WIDTH * WIDTH], dtype="<i2")
            found[low - first : low - first + len(part)] = part
        return found


class Together:
    """Caller and agent as one stereo stream, from just before the newest sound on.

    Args:
        files: caller's, agent's: path, and when the first sample was spoken. A path of None is silence.

    Attributes:
        at: place up to which it has been given, in samples since the first file's beginning; None before the first.
    """

    def __init__(self, files: Sequence[tuple[Path | None, datetime]]) -> None:
        self._files = files
        self._origin = min(started for path, started in files if path is not None)
        self._sounds: list[GrowingSound | None] = [None if path is None else GrowingSound(path) for path, _ in files]
        self.rate = 0
        self.at: int | None = None

    def look(self) -> bool:
        """See how much there is now; whether there is any sound yet.

        Raises:
            SoundError: if one of the files is no recording of one party, or their rates differ.
        """
        there = [sound for sound in self._sounds if sound is not None]
        for sound in there:
            if not sound.closed:
                sound.look()
        rates = {sound.rate for sound in there if sound.rate}
        if len(rates) > 1:
            raise SoundError(
                Text("the two sides are recorded at different rates", "双方录音的采样率不同"),
                cure=Text("record all phones at one rate", "请将所有话机设为同一采样率"),
            )
        self.rate = next(iter(rates), 0)
        if self.rate:
            for one, (_, started) in zip(self._sounds, self._files, strict=True):
                if one is not None:
                    one.begins = round((started - self._origin).total_seconds() * self.rate)
        return any(sound.frames for sound in there)

    @property
    def over(self) -> bool:
        """Whether the agent's file is closed: his talk is over."""
        agent = self._sounds[-1]
        return agent is not None and agent.closed

    @property
    def begun(self) -> datetime:
        """When the talk's first sample was spoken: place 0 of the stream."""
        return self._origin

    @property
    def done(self) -> bool:
        """Whether the talk is over and all of it has been given."""
        agent = self._sounds[-1]
        return self.over and agent is not None and self.at is not None and self.at >= agent.end

    def take(self, *, rest: bool = False) -> bytes:
        """What is new: 16-bit samples, caller left and agent right; b"" when nothing is.

        A side that stays behind by more than 4 s counts as silent, and what it says of that time later is left out:
        the stream goes on.

        Args:
            rest: all there is, whether the other side is behind or not.
        """
        there = [sound for sound in self._sounds if sound is not None]
        if not self.rate or not any(sound.frames for sound in there):
            return b""
        farthest = max(sound.end for sound in there if sound.frames)
        behind = [sound.end if sound.frames else 0 for sound in there if not sound.closed]
        patient = farthest - round(PATIENCE_S * self.rate)
        until = farthest if rest or not behind else max(min(behind), patient)
        agent = self._sounds[-1]
        if agent is not None and agent.closed:  # what the caller says afterwards is none of the talk
            until = min(until, agent.end)
        if self.at is None:
            self.at = max(0, until - round(LEAD_S * self.rate))
        first, self.at = self.at, max(self.at, until)
        sides = [
            np.zeros(self.at - first, dtype=np.int16) if sound is None else sound.between(first, self.at)
            for sound in self._sounds
        ]
        return np.stack(sides, axis=1).astype("<i2").tobytes()


def stream_header(rate: int, channels: int = 2) -> bytes:
    """Header of a WAV stream whose length nobody knows yet.

    Args:
        rate: Hz.
    """
    endless, block = 0xFFFFFFFF, channels * WIDTH
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", endless, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * block, block, 16
    )
    return head + struct.pack("<4sI", b"data", endless)


def _unreadable(path: Path, why: str) -> SoundError:
    return SoundError(
        Text(f"{path.name}: cannot be heard while it grows ({why})", f"{path.name}：无法边录边听（{why}）"),
        cure=Text("hear it when the call is over", "请在通话结束后收听"),
    )


__all__ = ["GrowingSound", "Together", "stream_header"]
