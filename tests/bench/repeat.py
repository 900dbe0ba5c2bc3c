"""Whether a recogniser hears the same sound the same way twice: ``scripts/bench repeat``.

Recordings of the test's own clips are decoded several times in another order each time, with the recogniser's dither
(a random noise of one step) drawn anew, and with the same dither for each stretch, which is what the project does.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import soundfile
import soxr

from ivr.core.settings import Settings
from recording.models import find_model
from recording.transcription import engine

CLIPS = Path(__file__).parents[1] / "fixtures" / "speech"


def differing(model: Path, rounds: int, seed: int) -> tuple[int, int, int]:
    """How many clips there are; of how many anything differs between rounds, and of how many the words do."""
    clips = []
    for path in sorted(CLIPS.glob("*.ul")):
        samples, _ = soundfile.read(str(path), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16")
        clips.append(soxr.resample(samples, 8000, engine.RATE))
    heard: list[list[list[object]]] = [[] for _ in clips]
    recognisers, order = engine.Engine(model), list(range(len(clips)))
    for round_ in range(rounds):
        random.Random(seed + round_).shuffle(order)
        for number in order:
            with recognisers.recogniser(None) as recogniser:
                heard[number].append(list(recogniser.decode(clips[number], 0.0)))
    anything = sum(any(one != each[0] for one in each) for each in heard)
    words = sum(len({tuple(word.word for word in one) for one in each}) > 1 for each in heard)  # type: ignore[attr-defined]
    return len(clips), anything, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model = find_model(Settings(), "ko-KR").folder
    same = differing(model, options.rounds, options.seed)
    kept, engine._C = engine._C, SimpleNamespace(srand=lambda _: None)  # type: ignore[assignment]
    anew = differing(model, options.rounds, options.seed)
    engine._C = kept
    for name, (clips, anything, words) in (("the same dither", same), ("dither drawn anew", anew)):
        print(f"{name}: {anything} of {clips} clips differ, {words} in their words", file=sys.stderr)
    print(json.dumps({"command": "scripts/bench repeat", "rounds": options.rounds, "same": same, "anew": anew}))


if __name__ == "__main__":
    main()
