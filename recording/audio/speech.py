"""Where a party speaks: the gate before the recogniser (WebRTC voice activity detection)."""

from __future__ import annotations

import webrtcvad

from recording.audio.wav import Samples

MODE = 3
FRAME_S = 0.02
MERGE_S = 0.4
PAD_S = 0.2
SHORTEST_S = 0.1

Segment = tuple[float, float]


def speech_segments(
    samples: Samples, rate: int, *, merge: float = MERGE_S, pad: float = PAD_S, shortest: float = SHORTEST_S
) -> list[Segment]:
    """Spans in which somebody speaks, in order and without overlap.

    Args:
        samples: int16, shape (n,).
        rate: Hz, 8000 or 16000.
        merge: seconds; a shorter pause does not end a span.
        pad: seconds added on both sides.
        shortest: seconds; shorter spans are dropped before padding.

    Returns:
        (start, end) in seconds from the first sample.
    """
    vad = webrtcvad.Vad(MODE)
    size = round(FRAME_S * rate)
    raw = samples.tobytes()
    runs: list[list[float]] = []
    for index in range(len(samples) // size):
        at = index * size * 2
        if not vad.is_speech(raw[at : at + size * 2], rate):
            continue
        start, end = index * FRAME_S, (index + 1) * FRAME_S
        if runs and start - runs[-1][1] < merge:
            runs[-1][1] = end
        else:
            runs.append([start, end])
    duration = len(samples) / rate
    padded: list[Segment] = []
    for start, end in runs:
        if end - start < shortest:
            continue
        first, last = max(0.0, start - pad), min(duration, end + pad)
        if padded and first <= padded[-1][1]:
            padded[-1] = (padded[-1][0], last)
        else:
            padded.append((first, last))
    return [(round(a, 3), round(b, 3)) for a, b in padded]
