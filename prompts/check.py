"""Finds what is wrong with a pack of prompt sounds: missing, stale, wrongly made, too quiet or too loud."""

from __future__ import annotations

import math
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from prompts import catalogue, manifest, sounds
from prompts.catalogue import Prompt
from prompts.measure import Floats, speech_loudness, speech_span

OFF_LEVEL = 6.0  # dB from the pack's median
CLIPPED = 3  # samples at full scale in a row
LONG_SILENCE = 0.5  # seconds at either end
LENGTHS = 0.1  # seconds the two rates of a sound may differ

_RENDER = Text("render it: python -m prompts.builder", "请重新生成：python -m prompts.builder")
_BUILD = Text("build it: ivr prompts build", "请重新生成：ivr prompts build")
_TEXTS = {
    "SD101": Text("is missing", "缺失"),
    "SD102": Text("cannot be read: {0}", "无法读取：{0}"),
    "SD103": Text("is {0}, not 16-bit mono at {1} Hz", "格式为 {0}，应为 {1} Hz 16 位单声道"),
    "SD104": Text("is silent", "没有声音"),
    "SD105": Text("is clipped", "削波失真"),
    "SD106": Text("is {0} dB quieter than the pack", "比整套提示音低 {0} dB"),
    "SD107": Text("is {0} dB louder than the pack", "比整套提示音高 {0} dB"),
    "SD108": Text("has {0} s of silence at its {1}", "{1}有 {0} 秒静音"),
    "SD109": Text("was made from another text than the catalogue's", "与目录中的文字不符"),
    "SD110": Text("is not in the manifest, so nobody knows which text it says", "未列入清单，无法得知其文字"),
    "SD111": Text("lasts {0} s at 8 kHz and {1} s at 16 kHz", "8 kHz 为 {0} 秒，16 kHz 为 {1} 秒"),
    "SD112": Text("{0} is missing in this language", "此语言缺少 {0}"),
}
_CURES = {
    "SD105": Text("record or render it again, quieter", "请以较低音量重新录制或生成"),
    "SD106": Text("raise its level to that of the others", "请将音量调至与其他一致"),
    "SD107": Text("lower its level to that of the others", "请将音量调至与其他一致"),
    "SD108": Text("cut the silence", "请剪去静音"),
    "SD112": Text("write it into the catalogue", "请补入目录"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A sound file that could be read: its length in seconds, and its loudness in dBFS."""

    prompt: Prompt
    where: str
    rate: int
    seconds: float
    loudness: float


def _problem(where: str, code: str, *values: object, zh: Sequence[object] = ()) -> Problem:
    text = _TEXTS[code]
    severity = Severity.WARNING if code in {"SD108", "SD110"} else Severity.ERROR
    wording = Text(text.en.format(*values), text.zh.format(*(zh or values)))
    return Problem(where, code, wording, _CURES.get(code, _RENDER), severity)


def missing(where: str, cure: Text | None = None) -> Problem:
    """The problem of a sound that is not there."""
    found = _problem(where, "SD101")
    return found if cure is None else replace(found, cure=cure)


def clipped(where: str) -> Problem:
    """The problem of a sound that is clipped."""
    return _problem(where, "SD105")


def is_clipped(sound: Floats) -> bool:
    """Whether three samples in a row are at full scale."""
    full = np.abs(sound) >= 32767 / 32768
    if len(full) < CLIPPED:
        return False
    return bool(np.lib.stride_tricks.sliding_window_view(full, CLIPPED).all(axis=1).any())


def _read(path: Path, where: str, rate: int) -> Floats | Problem:
    """The samples, float32 in -1..1, or what is wrong with the file."""
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, hertz = file.getsampwidth(), file.getnchannels(), file.getframerate()
            if (width, channels, hertz) != (2, 1, rate):
                found = f"{width * 8} bit, {channels} ch, {hertz} Hz"
                return _problem(where, "SD103", found, rate)
            data = file.readframes(file.getnframes())
    except FileNotFoundError:
        return _problem(where, "SD101")
    except (OSError, EOFError, wave.Error) as error:
        return _problem(where, "SD102", error)
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)


def _check_file(prompt: Prompt, where: str, sound: Floats, rate: int) -> Iterator[Problem]:
    span = speech_span(sound, rate)
    if span is None:
        yield _problem(where, "SD104")
        return
    if is_clipped(sound):
        yield _problem(where, "SD105")
    if not prompt.tone:
        ends = ((span[0], ("beginning", "开头")), (len(sound) - span[1], ("end", "结尾")))
        for samples, (en, zh) in ends:
            seconds = f"{samples / rate:.2f}"
            if samples > LONG_SILENCE * rate:
                yield _problem(where, "SD108", seconds, en, zh=(seconds, zh))


def middle_level(measured: Sequence[Measured]) -> float | None:
    """The median loudness of all that are speech, in dBFS."""
    levels = [one.loudness for one in measured if math.isfinite(one.loudness) and not one.prompt.tone]
    return median(levels) if levels else None


def check_levels(measured: Sequence[Measured]) -> Iterator[Problem]:
    """Each against the median of all that are speech."""
    middle = middle_level(measured)
    if middle is None:
        return
    for one in measured:
        if one.prompt.tone or not math.isfinite(one.loudness):
            continue
        off = one.loudness - middle
        if abs(off) > OFF_LEVEL:
            yield _problem(one.where, "SD107" if off > 0 else "SD106", f"{abs(off):.0f}")


def _check_text(prompt: Prompt, where: str, known: manifest.Manifest) -> Iterator[Problem]:
    entry = known.get(manifest.key(prompt))
    if entry is None:
        yield _problem(where, "SD110")
    elif entry.text_sha != manifest.text_sha(prompt):
        yield _problem(where, "SD109")


def check_sounds(prompts: Sequence[Prompt], *, root: Path | None = None) -> list[Problem]:
    """What is wrong with the sounds of ``prompts``.

    Args:
        prompts: prompts of the catalogue, of one language or of several; levels are compared among them.
        root: the sound folder with its ``manifest.json``; the committed one by default.

    Raises:
        SetupError: if the manifest cannot be read.
    """
    problems, measured = measure(prompts, root=root)
    return [*problems, *check_levels(measured)]


def measure(prompts: Sequence[Prompt], *, root: Path | None = None) -> tuple[list[Problem], list[Measured]]:
    """What is wrong with the sounds of ``prompts``, each by itself, and what was measured of them.

    Raises:
        SetupError: if the manifest cannot be read.
    """
    base = root or sounds.folder()
    known = manifest.read_manifest(manifest.manifest_path(root))
    problems: list[Problem] = []
    measured: list[Measured] = []
    for prompt in prompts:
        lengths: list[float] = []
        for extension, rate in sounds.EXTENSIONS.items():
            path = sounds.sound_path(prompt.language, prompt.id, extension=extension, root=base)
            where = f"{base.name}/{path.relative_to(base)}"
            sound = _read(path, where, rate)
            if isinstance(sound, Problem):
                problems.append(sound)
                continue
            problems.extend(_check_file(prompt, where, sound, rate))
            lengths.append(len(sound) / rate)
            measured.append(Measured(prompt, where, rate, lengths[-1], speech_loudness(sound, rate)))
        if len(lengths) == len(sounds.EXTENSIONS):
            where = f"{base.name}/{manifest.key(prompt)}"
            problems.extend(_check_text(prompt, where, known))
            if max(lengths) - min(lengths) > LENGTHS:
                problems.append(_problem(where, "SD111", *(f"{length:.2f}" for length in lengths)))
    if root is not None:
        problems = [replace(one, cure=_BUILD) if one.cure is _RENDER else one for one in problems]
    return problems, measured


def check_languages(catalogues: Sequence[catalogue.Catalogue]) -> list[Problem]:
    """Our own prompts that one language has and another lacks."""
    wanted = {prompt.id for one in catalogues for prompt in one.own}
    return [
        _problem(f"{one.language}.yaml", "SD112", name)
        for one in catalogues
        for name in sorted(wanted - {prompt.id for prompt in one.own})
    ]


def check_pack(*, languages: Sequence[str] = catalogue.LANGUAGES, root: Path | None = None) -> list[Problem]:
    """What is wrong with the pack that travels with the code: catalogues and sounds.

    Raises:
        SiteError: if a catalogue cannot be read.
        SetupError: if the manifest cannot be read.
    """
    catalogues = [catalogue.load(language) for language in languages]
    prompts = [prompt for one in catalogues for prompt in one]
    return [*check_languages(catalogues), *check_sounds(prompts, root=root)]


__all__ = [
    "CLIPPED",
    "Measured",
    "check_languages",
    "check_levels",
    "check_pack",
    "check_sounds",
    "clipped",
    "is_clipped",
    "measure",
    "middle_level",
    "missing",
]
