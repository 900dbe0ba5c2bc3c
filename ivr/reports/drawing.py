"""What a picture of a call is made of, and the rules of its layout; lengths in units of the drawing (about pixels)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.reports.figures import moment

WIDTH = 1200.0
MOST_WIDTH = 3600.0
LEFT, RIGHT = 92.0, 12.0
LEAST_PER_SECOND = 3.0
FONT = 11.0
BAND_Y, BAND_H = 20.0, 18.0
KEY_Y = 44.0
WAVES_Y = 68.0
WAVE_H, LANE_H, GAP = 52.0, 15.0, 8.0
MOST_LANES = 4
MOST_GAIN = 6.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


@dataclass(frozen=True, slots=True)
class Box:
    """A coloured stretch; ``kind`` is its CSS class, ``label`` empty where there is no room for one."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    label: Text
    title: Text


@dataclass(frozen=True, slots=True)
class Cap:
    """A pressed key, a silence, or the hang-up."""

    kind: str
    x: float
    width: float
    label: str
    title: Text


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a moment: ``at`` is where the moment is, ``x`` where the text begins.

    Args:
        boxes: (x, width) of the box around the text, English and Chinese; empty if it has none.
    """

    kind: str
    at: float
    until: float
    x: float
    y: float
    text: Text
    title: Text
    boxes: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One party: name, waveform, speech, what was said under it."""

    role: str
    name: Text
    y: float
    shapes: tuple[str, ...]
    files: tuple[Box, ...]
    speech: tuple[tuple[float, float], ...]
    labels: tuple[Label, ...]
    problem: Text | None = None
    agent: str = ""

    @property
    def party(self) -> tuple[str, str]:
        """Role, and which agent."""
        return self.role, self.agent


@dataclass(frozen=True, slots=True)
class Picture:
    """A call drawn; the template only writes it down."""

    width: float
    height: float
    right: float
    axis_end: float
    ticks: tuple[tuple[float, str], ...]
    phases: tuple[Box, ...]
    caps: tuple[Cap, ...]
    rows: tuple[Row, ...]
    bands: tuple[Box, ...]
    marks: tuple[Box, ...]
    hits: tuple[Label, ...]
    hits_y: float
    end: Label | None
    summary: Text


class Axis:
    """From seconds to the drawing."""

    def __init__(self, duration: float) -> None:
        self.duration = max(duration, 0.1)
        wanted = LEFT + RIGHT + self.duration * LEAST_PER_SECOND
        self.width = min(MOST_WIDTH, max(WIDTH, wanted))
        self.right = self.width - RIGHT
        self.scale = (self.right - LEFT) / self.duration

    def x(self, at: float) -> float:
        return LEFT + min(max(at, 0.0), self.duration) * self.scale

    def ticks(self) -> tuple[tuple[float, str], ...]:
        step = next((one for one in _STEPS if one * self.scale >= 64), _STEPS[-1])
        return tuple((self.x(at), moment(at).removesuffix(".0")) for at in range(0, int(self.duration) + 1, step))


class Lanes:
    """Puts texts into as few lanes as they need."""

    def __init__(self, most: int = MOST_LANES) -> None:
        self._ends: list[float] = []
        self._most = most

    def place(self, x: float, width: float) -> int | None:
        """The lane with room at ``x``; None if there is none."""
        for lane, end in enumerate(self._ends):
            if end <= x:
                self._ends[lane] = x + width + 10
                return lane
        if len(self._ends) >= self._most:
            return None
        self._ends.append(x + width + 10)
        return len(self._ends) - 1

    @property
    def count(self) -> int:
        return len(self._ends)


def text_width(text: str, size: float = FONT) -> float:
    """About how wide a text is drawn."""
    return sum(size if unicodedata.east_asian_width(letter) in "WF" else size * 0.56 for letter in text)


def shortened(text: str, width: float, size: float = FONT) -> str:
    """``text`` cut to about ``width``."""
    if text_width(text, size) <= width:
        return text
    room, kept = width - size, ""
    for letter in text:
        room -= text_width(letter, size)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…" if kept else ""
