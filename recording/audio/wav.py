"""Reading one party's recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.core.language import Text
from recording.errors import SoundError

Samples = NDArray[np.int16]

RATES = (8000, 16000)


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One party's sound.

    Args:
        samples: int16, shape (n,).
        rate: Hz, 8000 or 16000.
    """

    samples: Samples
    rate: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate


def read_wav(path: Path) -> Sound:
    """A closed recording of one party, as Asterisk's MixMonitor writes it.

    Raises:
        SoundError: if the file is missing, still open, or anything but mono 16-bit PCM at 8 or 16 kHz.
    """
    try:
        with soundfile.SoundFile(str(path)) as file:
            if file.channels != 1:
                raise SoundError(
                    Text(f"{path.name}: {file.channels} channels", f"{path.name}：{file.channels} 声道"),
                    cure=Text(
                        "judge each party's own mono file, not the mix", "请使用每一方各自的单声道文件，而非混音"
                    ),
                )
            if file.samplerate not in RATES or file.subtype != "PCM_16":
                raise SoundError(
                    Text(
                        f"{path.name}: {file.subtype} at {file.samplerate} Hz",
                        f"{path.name}：{file.subtype}，{file.samplerate} Hz",
                    ),
                    cure=Text("record as 16-bit PCM at 8000 or 16000 Hz", "请录制为 16 位 PCM，8000 或 16000 Hz"),
                )
            samples = file.read(dtype="int16")
            return Sound(samples=np.ascontiguousarray(samples, dtype=np.int16), rate=int(file.samplerate))
    except (soundfile.SoundFileError, OSError) as error:
        raise SoundError(
            Text(
                f"{path.name}: cannot be read as a WAV file ({error})", f"{path.name}：无法作为 WAV 文件读取（{error}）"
            ),
            cure=Text("is it closed and complete?", "请确认文件已关闭且完整"),
        ) from error


def quantise(samples: NDArray[np.floating]) -> Samples:
    """Samples on the int16 scale, rounded and limited to it."""
    limited: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return limited
