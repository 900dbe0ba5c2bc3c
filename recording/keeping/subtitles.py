"""A call's words as people and players read them: plain text, SubRip, WebVTT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_LINE_S = 6.0
PAUSE_S = 0.8


@dataclass(frozen=True, slots=True)
class Line:
    """What one party said without a longer pause; seconds from the start of the call."""

    speaker: str
    start: float
    end: float
    text: str


def lines_of(parties: Iterable[tuple[str, float, Sequence[Mapping[str, Any]]]]) -> list[Line]:
    """The lines of all parties in order of time.

    Args:
        parties: (speaker, seconds from the start of the call to the file's first frame, words).
    """
    lines = [line for speaker, offset, words in parties for line in _party(speaker, offset, words)]
    return sorted(lines, key=lambda line: (line.start, line.speaker))


def as_text(lines: Iterable[Line]) -> str:
    """Plain text, a line each."""
    return "".join(f"[{_clock(line.start, '.')[:-2]}] {line.speaker}: {line.text}\n" for line in lines)


def as_srt(lines: Iterable[Line]) -> str:
    """SubRip subtitles."""
    return "".join(
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.speaker}: {line.text}\n\n"
        for number, line in enumerate(lines, 1)
    )


def as_vtt(lines: Iterable[Line]) -> str:
    """WebVTT subtitles; what would be markup is escaped."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n<v {_escaped(line.speaker)}>{_escaped(line.text)}\n\n"
        for line in lines
    )


def _party(speaker: str, offset: float, words: Sequence[Mapping[str, Any]]) -> list[Line]:
    lines: list[Line] = []
    group: list[Mapping[str, Any]] = []
    for word in words:
        begins = group and (
            word["start"] - group[-1]["end"] > PAUSE_S or word["end"] - group[0]["start"] > LONGEST_LINE_S
        )
        if begins:
            lines.append(_line(speaker, offset, group))
            group = []
        group.append(word)
    if group:
        lines.append(_line(speaker, offset, group))
    return lines


def _line(speaker: str, offset: float, group: Sequence[Mapping[str, Any]]) -> Line:
    text = " ".join(" ".join(str(word["word"]).split()) for word in group)
    return Line(speaker, max(0.0, group[0]["start"] + offset), max(0.0, group[-1]["end"] + offset), text)


def _clock(seconds: float, mark: str) -> str:
    thousandths = round(seconds * 1000)
    whole, part = divmod(thousandths, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}{mark}{part:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
