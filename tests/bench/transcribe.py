"""The cost and the errors of transcription against the stock ``vosk-transcriber``: ``scripts/bench transcribe``.

The same two-party recordings, 60 s a party, go whole through four processes in turn, each measured as user + system
time of it and all its children, the loading of the model included:

* ``stock``: ``vosk-transcriber`` on the folder of mono files, one per party (what is fairest to it);
* ``stock-mix``: the same on the stereo files, which it mixes down, so that nobody knows any more who spoke;
* ``full``: our pipeline as calls are judged: free decode of both parties, the grammar pass for the agent too;
* ``compliance``: our pipeline in compliance mode: the agent's phrases only, a free decode around what was heard.

The character error rate is counted without spaces and punctuation, since the model's words are not those of the
script. Speech is synthetic: the voices of the demo. They say little but phrases of the rulebook, which is the worst
that compliance mode can meet; ``--talk FOLDER`` fills three lines of four with stretches of other talk (mono mu-law
files ``*.ul``), as in calls that people have, and then no error rate is counted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

import numpy as np
import soundfile
from rapidfuzz.distance import Levenshtein

from ivr.asterisk.install import find_asterisk
from ivr.core.settings import Settings
from recording.models import find_model
from tests.drill._calls import RATE, Samples, clip

LANGUAGE = "ko-KR"
VARIANTS = ("stock", "stock-mix", "full", "compliance")
PARTY_S = 60.0
GAP_S = (0.4, 1.4)
NOISE = 12  # int16 RMS of the line
ROLES = ("agent", "caller")


def texts() -> dict[str, str]:
    """What each clip of the demo's voices says."""
    from importlib.resources import files

    index = json.loads((files("ivr.demo.speech") / "index.json").read_text(encoding="utf-8"))
    return {name: entry["text"] for name, entry in index.items()}


def stretches(folder: Path | None) -> list[Samples]:
    """Four seconds each of the other talk in a folder."""
    found: list[Samples] = []
    for path in sorted(folder.glob("*.ul")) if folder is not None else []:
        samples, _ = soundfile.read(str(path), samplerate=RATE, channels=1, subtype="ULAW", format="RAW", dtype="int16")
        found += [samples[at : at + 4 * RATE] for at in range(0, len(samples) - 4 * RATE, 4 * RATE)]
    return found


def conversation(number: int, other: list[Samples]) -> tuple[dict[str, Samples], dict[str, str]]:
    """Two parties who take turns for a minute: each one's sound and words.

    Args:
        number: another number gives another conversation.
        other: talk that takes the place of three lines of four.
    """
    said = texts()
    choose = random.Random(number)
    noise = np.random.default_rng(number)
    lines = {role: [name for name in sorted(said) if name.startswith(role)] for role in ROLES}
    bags: dict[str, list[str]] = {role: [] for role in ROLES}
    sound = {role: noise.standard_normal(round(PARTY_S * RATE)) * NOISE for role in ROLES}
    words: dict[str, list[str]] = {role: [] for role in ROLES}
    at, turn = 0.5, 0
    while True:
        role = ROLES[turn % 2]
        if not bags[role]:
            bags[role] = choose.sample(lines[role], len(lines[role]))
        name = bags[role].pop()
        samples = choose.choice(other) if other and turn % 8 > 1 else clip(name)
        if at + len(samples) / RATE + 0.5 > PARTY_S:
            break
        begin = round(at * RATE)
        sound[role][begin : begin + len(samples)] += samples
        words[role].append(said[name])
        at += len(samples) / RATE + choose.uniform(*GAP_S)
        turn += 1
    whole = {role: np.clip(np.rint(one), -32768, 32767).astype(np.int16) for role, one in sound.items()}
    return whole, {role: " ".join(words[role]) for role in ROLES}


def write(folder: Path, calls: int, other: list[Samples]) -> dict[str, str]:
    """``mono/`` and ``stereo/`` files; what each mono file says."""
    truth: dict[str, str] = {}
    for name in ("mono", "stereo"):
        (folder / name).mkdir()
    for number in range(calls):
        sound, words = conversation(number, other)
        for role in ROLES:
            truth[f"{number}-{role}"] = words[role]
            soundfile.write(str(folder / "mono" / f"{number}-{role}.wav"), sound[role], RATE, subtype="PCM_16")
        both = np.stack([sound[role] for role in ROLES], axis=1)
        soundfile.write(str(folder / "stereo" / f"{number}.wav"), both, RATE, subtype="PCM_16")
    return truth


def plain(text: str) -> str:
    """Letters and digits only."""
    return "".join(one for one in unicodedata.normalize("NFC", text) if unicodedata.category(one)[0] in "LN")


def error_rate(truth: dict[str, str], heard: dict[str, str]) -> float:
    """Character errors by characters, over all files."""
    pairs = [(plain(text), plain(heard.get(name, ""))) for name, text in truth.items()]
    return sum(Levenshtein.distance(*pair) for pair in pairs) / sum(len(text) for text, _ in pairs)


def measured(words: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """CPU seconds of a process with all its children, and seconds on the clock."""
    began = time.perf_counter()
    process = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    with process.stderr as pipe:
        error = pipe.read()  # ends when it and all that write there have ended
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{words[0]} ended with {process.returncode}: {error.decode(errors='replace')[-500:]}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def with_ffmpeg(folder: Path) -> dict[str, str]:
    """The environment in which ``vosk-transcriber`` finds an ffmpeg: the host's, or the one in our rootfs."""
    command = find_asterisk(Settings(), needs=("ffmpeg",)).command("ffmpeg")
    script = folder / "bin" / "ffmpeg"
    script.parent.mkdir()
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in command)
    script.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{script.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def ours(folder: Path, mode: str, out: Path, threads: int) -> None:
    """Transcribe the mono files in one worker; words into ``out``. Runs in a process of its own."""
    from dataclasses import replace

    from recording.rulebooks import grammar_of, pack
    from recording.transcription import Transcriber
    from recording.transcription.grammar import Grammar, Mode

    model = find_model(Settings(), LANGUAGE)
    nothing = (
        None if Mode(mode) is Mode.FULL else Grammar((), language=LANGUAGE, mode=Mode(mode))
    )  # no rule looks for a caller's words
    grammars = {"agent": replace(grammar_of(pack(LANGUAGE)), mode=Mode(mode)), "caller": nothing}
    heard: dict[str, str] = {}
    with Transcriber(model.folder, name=model.name, workers=1, threads=threads) as transcriber:
        for path in sorted((folder / "mono").glob("*.wav")):
            heard[path.stem] = transcriber.transcribe(path, grammars[path.stem.split("-")[1]]).text
    out.write_text(json.dumps(heard, ensure_ascii=False), encoding="utf-8")


def compare(
    folder: Path, calls: int, rounds: int, threads: int, other: list[Samples], variants: tuple[str, ...]
) -> dict[str, object]:
    """The variants in turn, ``rounds`` times."""
    truth = write(folder, calls, other)
    model = find_model(Settings(), LANGUAGE)
    environment = with_ffmpeg(folder)
    transcriber = str(Path(sys.executable).parent / "vosk-transcriber")
    cpu: dict[str, list[float]] = {}
    clock: dict[str, list[float]] = {}
    rates: dict[str, float] = {}
    for number in range(rounds):
        for name in variants:
            out = folder / f"{name}-{number}"
            if name.startswith("stock"):
                out.mkdir()
                source = folder / ("mono" if name == "stock" else "stereo")
                words = [transcriber, "--model", str(model.folder), "-i", str(source), "-o", str(out), "-t", "txt",
                         "--log-level", "WARNING"]  # fmt: skip
            else:
                words = [sys.executable, "-m", "tests.bench.transcribe", "--ours", name, str(folder), str(out),
                         "--threads", str(threads)]  # fmt: skip
            used, took = measured(words, environment)
            cpu.setdefault(name, []).append(used)
            clock.setdefault(name, []).append(took)
            print(f"round {number + 1} {name}: {used:.1f} s CPU, {took:.1f} s on the clock", flush=True)
            if name in {"stock", "full"}:
                heard = (
                    {path.stem: path.read_text(encoding="utf-8") for path in out.glob("*.txt")}
                    if name == "stock"
                    else json.loads(out.read_text(encoding="utf-8"))
                )
                rates[name] = error_rate(truth, heard)
    middle = {name: statistics.median(values) for name, values in cpu.items()}
    ratios = {
        f"{name}_to_{stock}".replace("-", "_"): round(middle[name] / middle[stock], 3)
        for name in ("full", "compliance")
        for stock in ("stock", "stock-mix")
        if name in middle and stock in middle
    }
    return {
        "calls": calls,
        "seconds_of_sound": calls * len(ROLES) * PARTY_S,
        "rounds": rounds,
        "threads": threads,
        "other_talk": bool(other),
        "cpu_s": {name: round(value, 2) for name, value in middle.items()},
        "clock_s": {name: round(statistics.median(values), 2) for name, values in clock.items()},
        **ratios,
        "cer": None if other else {name: round(value, 4) for name, value in rates.items()},
        "cores": len(os.sched_getaffinity(0)),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def main() -> int:
    """Measure and print; JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=3, help="calls of two parties, 60 s each (default 3)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of all variants (default 2)")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=VARIANTS, help="these variants")
    parser.add_argument("--threads", type=int, default=1, help="threads of our worker (default 1)")
    parser.add_argument("--talk", type=Path, metavar="FOLDER", help="other talk, mono mu-law 8 kHz files *.ul")
    parser.add_argument("--ours", nargs=3, metavar=("MODE", "FOLDER", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        ours(Path(options.ours[1]), options.ours[0], Path(options.ours[2]), options.threads)
        return 0
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        other = stretches(options.talk)
        found = compare(Path(folder), options.calls, options.rounds, options.threads, other, tuple(options.only))
    print(json.dumps({"command": "scripts/bench transcribe " + " ".join(sys.argv[1:]), **found}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
