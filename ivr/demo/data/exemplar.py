"""One made-up talk as it is kept: its words in time, and what the real rulebook found in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "exemplars.json.gz"
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Party:
    """What one party said. All times in seconds from the start of the talk.

    Args:
        words: (word, start, end, confidence); those in braces are filled in for each call.
        speech: spans of speech.
        snr_db: of the sound.
    """

    words: tuple[tuple[str, float, float, float], ...]
    speech: tuple[Span, ...]
    snr_db: float


@dataclass(frozen=True, slots=True, eq=False)  # one is itself alone, and can be a key
class Exemplar:
    """A talk that was judged once.

    Args:
        language: e.g. ``zh-CN``.
        topic: what it is about.
        kind: plain, complaint or transfer.
        festival: whether it was had on a public holiday.
        ended_by: caller, agent or transfer.
        duration: seconds.
        ring: seconds the agent's phone rang.
        percent: of the scorecard; None when nothing counts.
        agent, caller: their words.
        holds: when the agent had the caller on hold by telephone.
        verdicts: columns of the rows, times from the start of the talk.
        score: columns of the row.
        features: ``CallFeatures.to_dict``, times from the start of the talk.
        health: of the agent's and the caller's recognition, 0..100, and their details.
    """

    language: str
    topic: str
    kind: str
    festival: bool
    ended_by: str
    duration: float
    ring: float
    percent: float | None
    agent: Party
    caller: Party
    holds: tuple[Span, ...]
    verdicts: tuple[dict[str, Any], ...]
    score: dict[str, Any]
    features: dict[str, Any]
    health: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All exemplars, and the texts they were judged by.

    Args:
        exemplars: in the order in which they were made.
        judged_by: columns of the rows that keep rulebooks and thresholds.
    """

    exemplars: tuple[Exemplar, ...]
    judged_by: tuple[dict[str, str], ...]


def write(path: Path, shelf: Shelf) -> None:
    """Keep a shelf; the same shelf gives the same bytes."""
    data = {"judged_by": list(shelf.judged_by), "exemplars": [asdict(one) for one in shelf.exemplars]}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


@cache
def read(path: Path = FILE) -> Shelf:
    """The shelf that was kept."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    return Shelf(tuple(_exemplar(one) for one in data["exemplars"]), tuple(data["judged_by"]))


def _exemplar(data: dict[str, Any]) -> Exemplar:
    made: dict[str, Any] = {**data, "holds": _spans(data["holds"]), "verdicts": tuple(data["verdicts"])}
    made |= {role: _party(data[role]) for role in ("agent", "caller")}
    return Exemplar(**made)


def _party(data: dict[str, Any]) -> Party:
    words = tuple((str(word), start, end, conf) for word, start, end, conf in data["words"])
    return Party(words, _spans(data["speech"]), data["snr_db"])


def _spans(data: Sequence[Sequence[float]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in data)


__all__ = ["FILE", "Exemplar", "Party", "Shelf", "Span", "read", "write"]
