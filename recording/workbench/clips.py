"""A folder of labelled clips: its index is checked before anything is decoded."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.audio.wav import Sound, read_wav

INDEX = "index.json"
MOST_CLIPS = 100_000
MOST_BYTES = 64 << 20  # of an index
ULAW_RATE = 8000
SUFFIXES = (".ul", ".wav")
_NOISE = re.compile(r"[_-](?:cl|clean|-?\d{1,2}(?:db)?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip.

    Args:
        file: as the index names it.
        path: where it is.
        truth: id of the phrase said in it; None: none of them.
        snr: dB; None: no noise added.
        source: what it was made from; the clips of one source stay on one side of a split.
    """

    file: str
    path: Path
    truth: str | None
    snr: float | None
    source: str

    @property
    def level(self) -> str:
        """The noise level as figures name it: ``clean``, ``20``, ``10``..."""
        return "clean" if self.snr is None else f"{self.snr:g}"


@dataclass(frozen=True, slots=True)
class ClipSet:
    """The clips of a folder, and a digest of their index."""

    folder: Path
    clips: tuple[Clip, ...]
    digest: str


def read_clips(folder: Path, truths: Collection[str]) -> ClipSet:
    """The clips of ``folder/index.json``.

    Args:
        folder: with the index and, named relative to it, the sound files: ``.ul`` is raw mu-law at 8 kHz, else WAV.
        truths: ids a clip may be labelled with.

    Raises:
        UsageError: naming the entry that cannot be used: not a list, a file missing or outside the folder, an
            unknown id.
    """
    data, digest = _index(folder)
    root = folder.resolve()
    clips = tuple(_clip(root, number, entry, truths) for number, entry in enumerate(data))
    names = Counter(clip.file for clip in clips)
    twice = next((file for file, times in names.items() if times > 1), None)
    if twice is not None:
        raise _problem(
            f"{twice!r:.120} is named twice", f"{twice!r:.120} 重复出现", "name each clip once", "每个片段只写一次"
        )
    return ClipSet(folder, clips, digest)


def source_of(file: str) -> str:
    """The source as a file's name tells it: without folder, ending and noise level."""
    return _NOISE.sub("", Path(file).stem)


def read_clip(clip: Clip) -> Sound:
    """The clip's sound.

    Raises:
        SoundError: if it is not what its name says.
    """
    if clip.path.suffix.casefold() != ".ul":
        return read_wav(clip.path)
    samples, _ = soundfile.read(
        str(clip.path), samplerate=ULAW_RATE, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    return Sound(np.ascontiguousarray(samples, dtype=np.int16), ULAW_RATE)


def _index(folder: Path) -> tuple[list[Any], str]:
    path = folder / INDEX
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _problem(f"{path.name}: too large", f"{path.name}：文件过大", "split the set", "请拆分该集合")
        content = path.read_bytes()
    except OSError as error:
        raise _problem(
            f"{path}: {error.strerror}", f"{path}：{error.strerror}",
            f"give a folder that holds {INDEX}", f"请指定包含 {INDEX} 的目录",
        ) from error  # fmt: skip
    try:
        data = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _problem(
            f"{path}: not JSON ({str(error)[:120]})", f"{path}：不是有效的 JSON（{str(error)[:120]}）",
            "write a list of {file, truth, snr}", "请写成 {file, truth, snr} 的列表",
        ) from error  # fmt: skip
    if not isinstance(data, list) or not data or len(data) > MOST_CLIPS:
        raise _problem(
            f"{path}: not a list of 1 to {MOST_CLIPS} clips", f"{path}：应为 1 至 {MOST_CLIPS} 个片段的列表",
            "write a list of {file, truth, snr}", "请写成 {file, truth, snr} 的列表",
        )  # fmt: skip
    return data, hashlib.sha256(content).hexdigest()[:16]


def _clip(root: Path, number: int, entry: Any, truths: Collection[str]) -> Clip:
    where = f"{INDEX}[{number}]"
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        raise _problem(
            f"{where}: no file",
            f"{where}：缺少 file",
            "an object with file, truth, snr",
            "应为含 file、truth、snr 的对象",
        )
    file = entry["file"]
    snr = entry.get("snr")
    if snr is not None and (isinstance(snr, bool) or not isinstance(snr, int | float) or not -100 <= snr <= 200):
        raise _problem(
            f"{where}: snr {snr!r:.40} is no number of dB",
            f"{where}：snr {snr!r:.40} 不是分贝数",
            "a number, or null for clean",
            "填写数字；无噪声填 null",
        )
    truth = entry.get("truth")
    if truth is not None and (not isinstance(truth, str) or truth not in truths):
        known = sorted(truths)
        raise _problem(
            f"{where}: truth {truth!r:.60} is none of the phrases",
            f"{where}：truth {truth!r:.60} 不在话术列表中",
            f"one of {', '.join(known)[:300]}, or null",
            f"应为 {'、'.join(known)[:300]} 之一，或 null",
        )
    source = entry.get("src")
    source = str(source)[:200] if isinstance(source, str | int) and source != "" else source_of(file)
    return Clip(file, _path(root, where, file), truth, None if snr is None else float(snr), source)


def _path(root: Path, where: str, file: str) -> Path:
    shown = f"{file!r:.120}"
    try:
        path = (root / file).resolve()
        inside = path.is_relative_to(root) and not Path(file).is_absolute()
        there = inside and path.is_file()
    except (OSError, ValueError):  # a NUL, a name too long, a loop of links
        inside = there = False
    if not inside:
        raise _problem(
            f"{where}: {shown} is outside the folder",
            f"{where}：{shown} 不在该目录内",
            "name files relative to the folder",
            "文件名应相对于该目录",
        )
    if not there:
        raise _problem(
            f"{where}: {shown} is missing",
            f"{where}：找不到 {shown}",
            "add the file or take out the entry",
            "请补上文件或删除该条目",
        )
    if path.suffix.casefold() not in SUFFIXES:
        raise _problem(
            f"{where}: {shown} is neither .ul nor .wav",
            f"{where}：{shown} 不是 .ul 或 .wav",
            "raw mu-law at 8 kHz, or WAV",
            "8 kHz mu-law 裸数据或 WAV",
        )
    return path


def _problem(en: str, zh: str, cure_en: str, cure_zh: str) -> UsageError:
    return UsageError(Text(en, zh), cure=Text(cure_en, cure_zh))
