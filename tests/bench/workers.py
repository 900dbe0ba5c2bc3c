"""Worker processes: two against one, and the memory of one over many files: ``scripts/bench workers``.

The files are short two-party recordings made from the demo's voices. Loading the model is left out: every worker
transcribes a few files first. One and two workers take turns in the same run, so that a busy machine hurts both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

from ivr.core.settings import Settings
from recording.models import find_model
from recording.rulebooks import grammar_of, pack
from recording.transcription import Transcriber
from tests.drill._calls import RATE, two_parties

LANGUAGE = "ko-KR"
DISTINCT = 40
MEGABYTE = 1024 * 1024


def write_files(folder: Path, count: int) -> list[Path]:
    """Agents' recordings of ``count`` calls, 8000 Hz."""
    paths = []
    for number in range(count):
        paths.append(folder / f"{number}-agent.wav")
        soundfile.write(str(paths[-1]), two_parties(number)["agent"], RATE, subtype="PCM_16")
    return paths


def rate_of(transcriber: Transcriber, workers: int, files: list[Path]) -> float:
    """Files per second."""
    grammar = grammar_of(pack(LANGUAGE))
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda path: transcriber.transcribe(path, grammar), files))
    return len(files) / (time.perf_counter() - began)


def speed(folder: Path, rounds: int, count: int) -> dict[str, object]:
    """Files per second of one and of two single-thread workers, in turn."""
    files = write_files(folder, count)
    model = find_model(Settings(), LANGUAGE)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with (
        Transcriber(model.folder, name=model.name, workers=1, threads=1, recycle=0) as one,
        Transcriber(model.folder, name=model.name, workers=2, threads=1, recycle=0) as two,
    ):
        for _ in range(2):  # loads the models and the recognisers of all three processes
            rate_of(one, 1, files[:2])
            rate_of(two, 2, files[:6])
        for number in range(rounds):
            rates[1].append(rate_of(one, 1, files))
            rates[2].append(rate_of(two, 2, files))
            print(f"round {number + 1}: {rates[1][-1]:.2f} and {rates[2][-1]:.2f} files/s", flush=True)
    ratios = [two_ / one_ for one_, two_ in zip(rates[1], rates[2], strict=True)]
    return {
        "files": count,
        "rounds": rounds,
        "one_files_per_s": round(statistics.median(rates[1]), 3),
        "two_files_per_s": round(statistics.median(rates[2]), 3),
        "ratio_median": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "cores": len(os.sched_getaffinity(0)),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def resident(pid: int) -> float:
    """Megabytes a process has in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def memory(folder: Path, count: int) -> dict[str, object]:
    """One worker's memory over ``count`` files without recycling."""
    files = write_files(folder, DISTINCT)
    grammar = grammar_of(pack(LANGUAGE))
    model = find_model(Settings(), LANGUAGE)
    curve: list[float] = []
    with Transcriber(model.folder, name=model.name, workers=1, threads=1, recycle=0) as transcriber:
        for number in range(count):
            transcriber.transcribe(files[number % DISTINCT], grammar)
            (pid,) = transcriber.pids
            curve.append(resident(pid))
            if (number + 1) % 50 == 0:
                print(f"{number + 1} files: {curve[-1]:.0f} MB", flush=True)
    half = curve[count // 2 :]
    slope = float(np.polyfit(np.arange(len(half)), half, 1)[0]) if len(half) > 1 else 0.0
    tenth = max(1, len(half) // 5)
    return {
        "files": count,
        "mb": {str(at): round(curve[at - 1], 1) for at in range(50, count + 1, 50)},
        "first_mb": round(curve[0], 1),
        "second_half_mb_per_100_files": round(100 * slope, 2),
        "second_half_growth_mb": round(statistics.mean(half[-tenth:]) - statistics.mean(half[:tenth]), 2),
    }


def main() -> int:
    """Measure and print; JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns of one and two workers (default 5)")
    parser.add_argument("--files", type=int, default=40, help="files a turn (default 40)")
    parser.add_argument("--memory", type=int, default=500, metavar="FILES", help="files of the memory run, 0 for none")
    options = parser.parse_args()
    found: dict[str, object] = {"command": "scripts/bench workers " + " ".join(sys.argv[1:])}
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        if options.rounds:
            found["speed"] = speed(Path(folder), options.rounds, options.files)
        if options.memory:
            found["memory"] = memory(Path(folder), options.memory)
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
