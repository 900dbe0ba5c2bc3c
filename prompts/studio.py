"""What a studio recorded, as the telephone wants it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ivr.core.errors import SetupError
from ivr.core.language import Text
from prompts.measure import Floats, speech_loudness

LONGEST = 300.0  # seconds
LARGEST = 200_000_000  # bytes
MOST_SAMPLES = 60_000_000  # of all channels: a small file may unpack to gigabytes
RATES = (8000, 192_000)  # Hz, lowest and highest


def read_sound(path: Path) -> tuple[Floats, int]:
    """Any sound file soundfile can read, its channels mixed: float32 in -1..1, shape (samples,), and its rate in Hz.

    Raises:
        SetupError: if it is no sound, too long or of a rate below the telephone's.
    """
    import soundfile

    try:
        if path.stat().st_size > LARGEST:
            raise _refused(path, f"more than {LARGEST} bytes", f"超过 {LARGEST} 字节")
        with soundfile.SoundFile(path) as file:
            rate, frames = file.samplerate, file.frames
            if not RATES[0] <= rate <= RATES[1]:
                raise _refused(path, f"its rate is {rate} Hz", f"采样率为 {rate} Hz")
            if frames > LONGEST * rate:
                raise _refused(path, f"longer than {LONGEST:.0f} s", f"长于 {LONGEST:.0f} 秒")
            if frames * file.channels > MOST_SAMPLES:
                raise _refused(path, f"more than {MOST_SAMPLES} samples", f"超过 {MOST_SAMPLES} 个采样")
            data = file.read(dtype="float32", always_2d=True)
    except (OSError, RuntimeError, ValueError, TypeError) as error:  # libsndfile's errors are RuntimeErrors
        raise _refused(path, "it is no sound that can be read", "无法作为声音读取") from error
    sound = data.mean(axis=1, dtype=np.float64).astype(np.float32)
    if not np.isfinite(sound).all():
        raise _refused(path, "it holds numbers that are no sound", "含有无效采样值")
    if not np.isfinite(speech_loudness(sound, rate)):
        raise _refused(path, "it is silent", "没有声音")
    return sound, rate


def telephone_sound(path: Path, rate: int) -> Floats:
    """A recording at ``rate`` Hz, trimmed and levelled as the pack's sounds are.

    Raises:
        SetupError: as ``read_sound``.
    """
    from prompts.builder.finish import finish

    sound, source = read_sound(path)
    return finish(sound, source, rate)


def _refused(path: Path, en: str, zh: str) -> SetupError:
    name = path.name.encode("utf-8", "replace").decode()[:80]
    return SetupError(
        Text(f"{name}: {en}", f"{name}：{zh}"),
        cure=Text(
            "save it as WAV or FLAC, mono, 16 bit or more, at 8 kHz or more",
            "请另存为 WAV 或 FLAC，单声道，不低于 16 位、8 kHz",
        ),
    )


__all__ = ["LONGEST", "read_sound", "telephone_sound"]
