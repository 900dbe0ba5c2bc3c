"""Sound files from elsewhere: any common format, rate and depth, as one ``Sound`` for each channel.

What soundfile can read is read with it; the rest goes through ffmpeg in a process of its own, with a time limit, no
standard input, no protocol but ``file:`` and no demuxer that follows references to other files (playlists, concat).
pydub would run the same ffmpeg without those limits, so it only cuts what is decoded (``recording.audio.clip``).
"""

from __future__ import annotations

import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ivr.core.language import Text
from recording.audio.wav import Samples, Sound, quantise
from recording.errors import SoundError

LONGEST_S = 2 * 3600.0  # seconds of sound; a file is measured in memory
LARGEST = 4 * 1024**3  # bytes of a file
SHORTEST_S = 0.1
DECODE_LIMIT_S = 300.0  # for ffmpeg with one file
NARROW, WIDE = 8000, 16000
BLOCK_S = 10
EMPTY_BAND_DB = -45.0  # power above 4 kHz against all; below it the sound came over an 8 kHz line
_RAW = {
    ".ul": "ULAW", ".ulaw": "ULAW", ".mulaw": "ULAW", ".pcmu": "ULAW", ".mu": "ULAW",
    ".al": "ALAW", ".alaw": "ALAW", ".pcma": "ALAW", ".gsm": "GSM610", ".sln": "PCM_16",
}  # fmt: skip
SUFFIXES = frozenset(_RAW) | {
    ".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".m4a", ".mp4", ".aac", ".amr", ".wma", ".webm", ".mka", ".au",
    ".aiff", ".aif", ".w64", ".caf", ".3gp",
}  # fmt: skip
_DEMUXERS = "wav,w64,mp3,ogg,flac,mov,mp4,aac,amr,amrnb,amrwb,asf,matroska,webm,au,aiff,caf,gsm,alaw,mulaw"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A sound file in memory.

    Args:
        channels: one ``Sound`` for each, at 8 or 16 kHz.
        rate: Hz of the file itself.
        warnings: what is odd about the file.
    """

    channels: tuple[Sound, ...]
    rate: int
    warnings: tuple[Text, ...] = ()


def shown(path: Path) -> str:
    """A file's name for people: what cannot be printed is replaced, what is long is cut."""
    name = "".join(character if character.isprintable() else "\ufffd" for character in path.name)
    return name if len(name) <= 80 else f"{name[:77]}..."


def decode(path: Path, ffmpeg: Sequence[str] | None = None, *, limit: float = DECODE_LIMIT_S) -> Decoded:
    """The sound in a file, at 8 kHz if that is all it holds, else at 16 kHz.

    Args:
        path: of a regular file; raw mu-law, A-law, GSM and 16-bit (8 kHz, mono) are told by their extension.
        ffmpeg: the command that starts ffmpeg; None where there is none.
        limit: seconds ffmpeg may take.

    Raises:
        SoundError: if it is no sound file, is empty, too long, has more than two channels, or cannot be decoded.
    """
    name = shown(path)
    size = _regular(path, name)
    raw = _RAW.get(path.suffix.lower())
    try:
        with path.open("rb") as stream:
            extra = {"samplerate": NARROW, "channels": 1, "subtype": raw, "format": "RAW"} if raw else {}
            with soundfile.SoundFile(stream, **extra) as file:
                found = _read(file, name)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        if raw or ffmpeg is None:
            reason = " ".join(str(error).split())[-200:]
            raise SoundError(
                Text(f"{name}: not a sound file that can be read ({reason})", f"{name}：不是可读取的音频（{reason}）"),
                cure=Text("is it complete? other formats need ffmpeg: ivr asterisk install, or install it on the host",
                          "文件是否完整？其他格式需要 ffmpeg：请运行 ivr asterisk install，或在主机上安装"),
            ) from error  # fmt: skip
        found = _through_ffmpeg(path, ffmpeg, limit)
    except OSError as error:
        raise _unreadable(name, error) from error
    return Decoded(found.channels, found.rate, (*found.warnings, *_truncated(path, size)))


def _regular(path: Path, name: str) -> int:
    """Size of a regular file that is neither empty nor huge."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise SoundError(Text(f"{name}: not a file", f"{name}：不是普通文件"),
                         cure=Text("give a sound file", "请指定音频文件"))  # fmt: skip
    if not status.st_size:
        raise SoundError(Text(f"{name}: empty", f"{name}：文件为空"),
                         cure=Text("was the recording ever written?", "请确认录音已写入"))  # fmt: skip
    if status.st_size > LARGEST:
        raise _too_long(name)
    return status.st_size


def _read(file: soundfile.SoundFile, name: str) -> Decoded:
    """All of an open file, block by block: a long file of many channels must not fill the memory."""
    if file.channels > 2:
        raise SoundError(
            Text(f"{name}: {file.channels} channels", f"{name}：{file.channels} 声道"),
            cure=Text("give one file per party, or a stereo file with a party on each channel",
                      "请为每一方提供一个文件，或提供双方各占一声道的立体声文件"),
        )  # fmt: skip
    rate = file.samplerate
    if not 4000 <= rate <= 384_000:
        raise SoundError(Text(f"{name}: {rate} Hz", f"{name}：{rate} Hz"),
                         cure=Text("from 4000 to 384000 Hz", "应为 4000 至 384000 Hz"))  # fmt: skip
    target = rate if rate in {NARROW, WIDE} else NARROW if rate < WIDE else WIDE
    channels = [_Channel(rate, target) for _ in range(file.channels)]
    read = 0
    for block in _blocks(file, rate):
        read += len(block)
        if read > LONGEST_S * rate:
            raise _too_long(name)
        for index, channel in enumerate(channels):
            channel.add(block[:, index])
    if read < SHORTEST_S * rate:
        raise SoundError(Text(f"{name}: no sound in it", f"{name}：其中没有声音"),
                         cure=Text("was it recorded completely?", "请确认录音完整"))  # fmt: skip
    sounds = [channel.sound() for channel in channels]
    if target == WIDE and all(_narrow(sound) for sound in sounds):
        sounds = [Sound(quantise(_resampled(sound, NARROW)), NARROW) for sound in sounds]
    return Decoded(tuple(sounds), rate)


def _blocks(file: soundfile.SoundFile, rate: int) -> Iterator[NDArray[np.float32]]:
    while True:
        block = file.read(BLOCK_S * rate, dtype="float32", always_2d=True)
        if not len(block):
            return
        yield np.nan_to_num(np.clip(block, -1.0, 1.0))


class _Channel:
    """One channel on its way from the file's rate to ours."""

    def __init__(self, rate: int, target: int) -> None:
        self._target = target
        self._stream = soxr.ResampleStream(rate, target, 1, dtype="float32") if rate != target else None
        self._pieces: list[Samples] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        piece = samples if self._stream is None else self._stream.resample_chunk(np.ascontiguousarray(samples))
        self._pieces.append(quantise(piece * 32768))

    def sound(self) -> Sound:
        if self._stream is not None:
            rest = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
            self._pieces.append(quantise(rest * 32768))
        return Sound(np.concatenate(self._pieces), self._target)


def _narrow(sound: Sound) -> bool:
    """Whether 16 kHz sound holds nothing above 4 kHz: then it came over an 8 kHz line and is treated as such."""
    size = 1024
    count = len(sound.samples) // size
    if not count:
        return False
    step = max(1, count // 2000)
    frames = sound.samples[: count * size].reshape(count, size)[::step].astype(np.float32) * np.hanning(size)
    power = (np.abs(np.fft.rfft(frames, axis=1)) ** 2).sum(axis=0)
    upper = float(power[round(4300 / WIDE * size) :].sum())
    return upper <= float(power.sum()) * 10 ** (EMPTY_BAND_DB / 10)


def _resampled(sound: Sound, rate: int) -> NDArray[np.float32]:
    out: NDArray[np.float32] = soxr.resample(sound.samples.astype(np.float32), sound.rate, rate)
    return out


def _through_ffmpeg(path: Path, ffmpeg: Sequence[str], limit: float) -> Decoded:
    name = shown(path)
    with tempfile.TemporaryDirectory(prefix="ivr-decode-") as folder, (Path(folder) / "errors").open("w+b") as errors:
        target = Path(folder) / "sound.wav"
        command = [
            *ffmpeg, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1",
            "-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS, "-i", f"file:{path.absolute()}",
            "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-t", str(round(LONGEST_S) + 1),
            "-ar", str(WIDE), "-c:a", "pcm_s16le", "-fs", str(1024**3), "-f", "wav", f"file:{target}",
        ]  # fmt: skip
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SoundError(
                Text(f"{name}: not decoded within {limit:.0f} s", f"{name}：{limit:.0f} 秒内未能解码"),
                cure=Text("convert it to WAV yourself and look at it", "请自行转换为 WAV 后检查"),
            ) from error
        except OSError as error:
            raise _unreadable("ffmpeg", error) from error
        if not target.is_file() or not target.stat().st_size:
            errors.seek(0)
            said = errors.read(4000).decode("utf-8", "replace").strip().splitlines()
            reason = "".join(c if c.isprintable() else " " for c in (said[-1] if said else f"exit {ended.returncode}"))
            raise SoundError(
                Text(f"{name}: cannot be decoded ({reason[-200:]})", f"{name}：无法解码（{reason[-200:]}）"),
                cure=Text("is it a complete sound file?", "请确认是完整的音频文件"),
            )
        try:
            with soundfile.SoundFile(str(target)) as file:
                found = _read(file, name)
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise _unreadable(name, error) from error
    if ended.returncode:
        found = Decoded(found.channels, found.rate, (_DAMAGED,))
    return found


_DAMAGED = Text("damaged: only the part that could be decoded counts", "文件已损坏：仅统计可解码的部分")


def _truncated(path: Path, size: int) -> list[Text]:
    """A WAV whose header promises more than the file holds."""
    with path.open("rb") as stream:
        head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return []
    promised = int.from_bytes(head[4:8], "little") + 8
    if promised in {7 + 2**32, 8} or promised <= size:  # streamed: the length was never written
        return []
    return [Text("cut off: the header promises more sound", "文件不完整：文件头声明的长度大于实际长度")]


def _unreadable(name: str, error: Exception) -> SoundError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())[-200:]
    return SoundError(
        Text(f"{name}: cannot be read ({reason})", f"{name}：无法读取（{reason}）"),
        cure=Text("check the path and its permissions", "请检查路径与权限"),
    )


def _too_long(name: str) -> SoundError:
    return SoundError(
        Text(f"{name}: longer than {LONGEST_S / 3600:.0f} hours", f"{name}：超过 {LONGEST_S / 3600:.0f} 小时"),
        cure=Text("cut it into its calls first", "请先按通话切分"),
    )
