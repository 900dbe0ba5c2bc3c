"""Taking what was found out of words and of sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from recording.audio.wav import Samples
from recording.keeping.redaction.runs import PADDING_S, Party, Spoken, find_secrets

MARKER = "[redacted]"
Span = tuple[float, float]


def mask_words(words: Sequence[Mapping[str, Any]], spans: Iterable[Span]) -> list[dict[str, Any]]:
    """A transcript's words, with one marker for all that overlap a span.

    Args:
        words: {"word", "start", "end", "conf"}, seconds from the file's first frame.
        spans: (start, end), seconds from there too.
    """
    removed = _merged(spans)
    out: list[dict[str, Any]] = []
    last: Span | None = None
    for word in words:
        hit = next((span for span in removed if word["start"] < span[1] and word["end"] > span[0]), None)
        if hit is None:
            out.append(dict(word))
        elif hit != last:
            out.append({"word": MARKER, "start": max(0.0, hit[0]), "end": hit[1], "conf": 1.0})
        last = hit
    return out


def mask_text(text: str, *, phones: bool = False) -> str:
    """A text of which the times are not known, e.g. the evidence of a verdict."""
    words = text.split(" ")
    # A quarter of a second a word: nothing is far from anything. Less than the padding lies before the first.
    spoken = tuple(Spoken(word, 1 + place / 4, 1.2 + place / 4) for place, word in enumerate(words))
    found = find_secrets([Party(spoken)], phones=phones)
    spans = [(secret.start + PADDING_S[0], secret.end - PADDING_S[1]) for secret in found]
    if not spans:
        return text
    masked = mask_words([{"word": one.word, "start": one.start, "end": one.end} for one in spoken], spans)
    return " ".join(word["word"] for word in masked)


def cover(samples: Samples, rate: int, at: float, spans: Iterable[Span]) -> Samples:
    """A stretch of sound, silent in the spans.

    Args:
        samples: int16, shape (n,); left as it is.
        rate: Hz.
        at: seconds from the file's first frame at which the stretch begins.
        spans: seconds from the file's first frame.

    Returns:
        int16, shape (n,).
    """
    out = np.array(samples, np.int16)
    for start, end in spans:
        first = max(0, int((start - at) * rate))
        last = max(0, -int(-(end - at) * rate // 1))
        out[first:last] = 0
    return out


def _merged(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
