"""A waveform small enough to draw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recording.audio.wav import Samples


def peaks(samples: Samples, buckets: int) -> NDArray[np.float32]:
    """Lowest and highest sample of each of ``buckets`` equal stretches.

    Args:
        samples: int16, shape (n,).
        buckets: how many points the picture has, at least 1.

    Returns:
        float32, shape (buckets, 2), in -1..1; zeros where there are no samples.

    Raises:
        ValueError: if ``buckets`` is less than 1.
    """
    if buckets < 1:
        raise ValueError("buckets must be at least 1")
    out = np.zeros((buckets, 2), np.float32)
    edges = np.linspace(0, len(samples), buckets + 1).astype(int)
    for index, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            piece = samples[start:end]
            out[index] = int(piece.min()) / 32768, int(piece.max()) / 32768
    return out
