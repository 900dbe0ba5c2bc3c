"""Sound files a softphone can say: 16-bit mono PCM in WAV, composed of parts and silence."""

from __future__ import annotations

import os
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ivr.core.errors import TelephonyError

__all__ = ["Samples", "Sound", "compose", "read_wav", "write_mulaw", "write_padded", "write_wav"]

#: One channel of 16-bit samples, shape (n,).
Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples, shape (n,), and their rate in Hz."""

    samples: Samples
    rate: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate


def read_wav(path: Path) -> Sound:
    """The sound in a WAV file of 16-bit mono PCM.

    Raises:
        TelephonyError: if the file cannot be read or holds something else.
    """
    try:
        with wave.open(str(path), "rb") as source:
            channels, width, rate = source.getnchannels(), source.getsampwidth(), source.getframerate()
            data = source.readframes(source.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise TelephonyError(f"{path}: not a readable WAV file: {error}") from error
    if (channels, width) != (1, 2):
        raise TelephonyError(
            f"{path}: {channels} channels of {8 * width} bits", cure="softphones take 16-bit mono PCM: convert it"
        )
    return Sound(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int16), rate)


def write_wav(path: Path, sound: Sound) -> None:
    """Write ``sound`` as 16-bit mono PCM."""
    write_padded(path, sound, 0.0)


def write_padded(path: Path, sound: Sound, tail: float) -> None:
    """Write ``sound`` followed by ``tail`` seconds of silence, which take no room on the disk."""
    padding = round(tail * sound.rate) * 2
    data = sound.samples.astype("<i2").tobytes()
    with path.open("wb") as file:
        with wave.open(file, "wb") as target:
            target.setnchannels(1)
            target.setsampwidth(2)
            target.setframerate(sound.rate)
            target.writeframes(data)
        if padding:
            file.seek(4)
            file.write((36 + len(data) + padding).to_bytes(4, "little"))
            file.seek(40)
            file.write((len(data) + padding).to_bytes(4, "little"))
            file.flush()
            os.truncate(file.fileno(), 44 + len(data) + padding)


def compose(parts: Sequence[Sound | float], *, rate: int = 8000) -> Sound:
    """One sound out of ``parts`` in order: sounds, and numbers that are seconds of silence.

    Raises:
        TelephonyError: if a part has another rate.
    """
    pieces: list[Samples] = []
    for part in parts:
        if not isinstance(part, Sound):
            pieces.append(np.zeros(round(part * rate), np.int16))
        elif part.rate == rate:
            pieces.append(part.samples)
        else:
            raise TelephonyError(f"a part of {part.rate} Hz among parts of {rate} Hz", cure="resample it")
    return Sound(np.concatenate(pieces) if pieces else np.zeros(0, np.int16), rate)


def write_mulaw(path: Path, sound: Sound) -> None:
    """Write ``sound`` as raw 8-bit mu-law (ITU-T G.711), as sipp streams it.

    Raises:
        TelephonyError: if the rate is not 8,000 Hz.
    """
    if sound.rate != 8000:
        raise TelephonyError(f"mu-law of {sound.rate} Hz", cure="resample it to 8000 Hz")
    bias, clip = 0x84, 32635
    wide = sound.samples.astype(np.int32)
    magnitude = np.minimum(np.abs(wide), clip) + bias
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(wide < 0, 0x80, 0)
    path.write_bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8).tobytes())
