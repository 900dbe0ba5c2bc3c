"""How far speech stands above the noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recording.audio.speech import PAD_S, Segment
from recording.audio.wav import Samples

FRAME_S = 0.02
CEILING_DB = 60.0
NOISE_SHARE = 0.2


def snr_db(samples: Samples, rate: int, segments: Sequence[Segment]) -> float | None:
    """Estimate the signal-to-noise ratio of speech.

    Speech power is the mean over the speech spans (without their padding) less the noise; noise is the
    mean of the quietest fifth of all frames, corrected for having been chosen as the quietest.
    Frames of digital silence (a muted or DTX line) are no noise and are left out.

    Args:
        samples: int16, shape (n,).
        rate: Hz.
        segments: speech spans in seconds, as ``speech_segments`` gives them.

    Returns:
        dB, at most 60, at least 0; None when there is no speech to measure.
    """
    size = round(FRAME_S * rate)
    count = len(samples) // size
    if not count or not segments:
        return None
    frames = samples[: count * size].astype(np.float64).reshape(count, size)
    power = (frames**2).mean(axis=1)
    mask = np.zeros(count, bool)
    for start, end in segments:
        inner = PAD_S if end - start > 2 * PAD_S + 0.1 else 0.0
        mask[round((start + inner) / FRAME_S) : round((end - inner) / FRAME_S)] = True
    speaking = power[mask & (power > 0)]
    sounding = np.sort(power[power > 0])
    if not len(speaking):
        return None
    noise = float(sounding[: max(1, int(len(sounding) * NOISE_SHARE))].mean())
    speech = float(speaking.mean()) - noise
    if speech <= 0:
        return 0.0
    return round(float(np.clip(10 * np.log10(speech / max(noise, 1e-3)), 0.0, CEILING_DB)), 1)
