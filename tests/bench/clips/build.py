"""``python -m tests.bench.clips.build OUT``: the labelled set on which phrase detection is tuned and measured.

Makes ``OUT/tune``, ``OUT/more`` and ``OUT/test`` (``index.json``, 8 kHz mu-law clips at clean, 20, 10 and 5 dB SNR;
phrases said, and near misses; each take twice, the second at another rate and pitch) and ``OUT/talk`` (other talk, half
a minute a file), with ``OUT/phrases.json``. ``tune`` and ``more`` are for choosing, ``test`` for reporting. No voice of
one part speaks in another. Everything is drawn from a seed, and a run that was stopped goes on where it was.

A synthetic voice that nobody understands would measure the voice, not the detector: a take is kept when the
recogniser understands it in full band without noise (16 kHz, ``UNDERSTOOD`` per cent of the jamo). That is another
sound than the clip, but the same model: the set is friendlier than life, and says nothing about natural voices.

Needs what ``prompts.builder`` needs (the extra ``voices`` and the npm package's voices) and a Korean Vosk model.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import yaml
from rich.console import Console
from rich.progress import track

from ivr.demo.speech.build import similarity
from prompts.builder import korean
from prompts.builder.kokoro import RATE, Kokoro, voices_folder
from prompts.measure import Floats

FOLDER = Path(__file__).parent
LINE_RATE = 8000
SNRS: tuple[int | None, ...] = (None, 20, 10, 5)  # dB; None = clean
CLEAN = 45.0  # dB: no line is silent
EDGE = 0.5  # seconds of line noise before and after
UNDERSTOOD = 80.0
KNOWN = 0.75  # share of tries in a voice and accent in which this text was understood before
TRIES = 10  # takes of one clip before it is given up
VOICES = {
    "tune": ("hm_omega+jf_nezumi", "hf_beta+jf_nezumi", "am_michael+jm_kumo", "hm_omega", "jf_nezumi+jm_kumo"),
    "more": (
        "hm_omega+am_michael",
        "jf_nezumi+am_michael",
        "hm_omega+jm_kumo",
        "am_michael+jm_kumo+jf_nezumi+hm_omega",
        "hm_omega+hm_omega+jf_nezumi",
        "hf_beta+hm_omega",
        "jf_nezumi+jf_nezumi+hm_omega+jm_kumo",
        "am_michael+am_michael+jf_nezumi",
    ),
    "test": (
        "hf_alpha+jf_nezumi",
        "hm_omega+hm_psi",
        "jf_alpha+hm_omega",
        "zm_yunxi+hm_omega",
        "am_fenrir+jf_nezumi",
        "jf_tebukuro+hm_omega",
        "im_nicola+hm_omega",
        "em_alex+jm_kumo",
        "hm_omega+jm_kumo+jf_nezumi",
        "hf_beta+hm_omega+jf_nezumi",
    ),
}
SPEEDS = {
    "tune": (0.88, 0.95, 1.02, 1.12),
    "more": (0.85, 0.92, 0.98, 1.05, 1.15),
    "test": (0.87, 0.94, 1.0, 1.08, 1.14),
}
COUNTS = {"tune": (5, 36), "more": (10, 66), "test": (13, 84)}  # takes of each phrase; takes of near misses and talk
ACCENTS = tuple(
    korean.Accent(eo=eo, eu=eu, e=e, o=o, u=u, initial=initial, tense=tense, stress=stress, pause=" ")
    for eo, eu, e, o, u, initial, tense, stress in (
        ("ə", "ʊ", "ɛ", "oː", "u", "aspirated", "plain", "penult"),
        ("ə", "ɯ", "e", "o", "u", "plain", "plain", "penult"),
        ("ɔ", "ɯ", "e", "oː", "u", "aspirated", "glottal", "none"),
        ("ə", "ɯ", "e", "oː", "u", "aspirated", "glottal", "none"),
        ("ʌ", "ɯ", "ɛ", "o", "uː", "plain", "glottal", "penult"),
        ("ɔ", "ɯ", "e", "oː", "uː", "aspirated", "glottal", "none"),
    )
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a clip says: the phrase it is, or None, its text, and how it is pronounced."""

    id: str
    truth: str | None
    text: str
    spoken: str


class Ear:
    """The recogniser in full band: how well a take is understood."""

    def __init__(self, model: Path) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        self._recogniser = vosk.KaldiRecognizer(vosk.Model(str(model)), 16000)

    def understood(self, sound: Floats, text: str) -> float:
        """Per cent of the text's jamo that are heard; sound at 24 kHz."""
        wide = soxr.resample(np.pad(sound, RATE // 3), RATE, 16000)
        self._recogniser.Reset()
        heard = [self._recogniser.AcceptWaveform((np.clip(wide, -1, 1) * 32767).astype("<i2").tobytes())]
        texts = [json.loads(self._recogniser.Result())["text"]] if heard[0] else []
        texts.append(json.loads(self._recogniser.FinalResult())["text"])
        return similarity(" ".join(texts), text)


class Studio:
    """Speaks, and keeps the takes that are understood in ``folder`` as 24 kHz files."""

    def __init__(self, kokoro: Kokoro, ear: Ear, folder: Path) -> None:
        self._kokoro = kokoro
        self._ear = ear
        self._folder = folder
        self._good: dict[tuple[str, str], list[tuple[str, int]]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def copy_understood(self, name: str, said: Said, sound: Floats) -> bool:
        """Whether the second speaker of a source is understood as a first one must be."""
        notes = self._folder / f"{name}.json"
        if not notes.exists():
            notes.write_text(json.dumps({"understood": self._ear.understood(sound, said.text)}), "utf-8")
        return bool(json.loads(notes.read_text("utf-8"))["understood"] >= UNDERSTOOD)

    def take(self, name: str, said: Said, part: str, chance: random.Random) -> tuple[Path, dict[str, Any]] | None:
        """One understood take, and how it was spoken; None when no try was understood."""
        path, notes = self._folder / f"{name}.flac", self._folder / f"{name}.json"
        if notes.exists():
            kept = json.loads(notes.read_text("utf-8"))
            return (path, kept) if kept else None
        for attempt in range(TRIES):
            good = self._good.setdefault((said.id, part), [])
            fresh = (chance.choice(VOICES[part]), chance.randrange(len(ACCENTS)))
            voice, accent = chance.choice(good) if good and chance.random() < KNOWN else fresh
            speed = chance.choice(SPEEDS[part])
            sound = speak(self._kokoro, said.spoken, voice, speed, ACCENTS[accent])
            score = self._ear.understood(sound, said.text)
            if score < UNDERSTOOD:
                continue
            good.append((voice, accent))
            kept = {"voice": voice, "speed": speed, "accent": accent, "understood": score, "tries": attempt + 1}
            soundfile.write(str(path), sound, RATE, subtype="PCM_16")
            notes.write_text(json.dumps(kept), "utf-8")
            return path, kept
        notes.write_text("null", "utf-8")
        return None


def speak(kokoro: Kokoro, spoken: str, voice: str, speed: float, accent: korean.Accent) -> Floats:
    """A sentence at 24 kHz, loudest sample 0.9."""
    phonemes = korean.phonemes(spoken, accent)
    sound = kokoro.say(phonemes if phonemes[-1] in ".?!" else phonemes + ".", voice=voice, speed=speed)
    return np.asarray(sound / max(1e-6, float(np.abs(sound).max())) * 0.9, dtype=np.float32)


def noise(count: int, generator: np.random.Generator) -> Floats:
    """Line noise of RMS 1: low noise as of a room and a street, and white noise, in a proportion of its own."""
    white = generator.standard_normal(count)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / LINE_RATE)
    room = np.fft.irfft(spectrum / np.sqrt(1 + (hertz / 400) ** 2) * (hertz > 60), count)
    share = generator.uniform(0.5, 0.85)
    mixed = share * room / room.std() + (1 - share) * white / white.std()
    return np.asarray(mixed / mixed.std(), dtype=np.float32)


def telephone(sound: Floats, snr: int | None, generator: np.random.Generator) -> bytes:
    """Sound at 24 kHz as a mu-law clip: 8 kHz, noise at ``snr`` dB below the speech, half a second around it."""
    narrow = soxr.resample(sound, RATE, LINE_RATE)
    narrow = narrow * (10 ** (generator.uniform(-12, -3) / 20) / max(1e-6, float(np.abs(narrow).max())))
    level = float(np.sqrt(np.mean(narrow**2)))
    padded = np.pad(narrow, round(EDGE * LINE_RATE))
    padded = padded + noise(len(padded), generator) * level / 10 ** ((CLEAN if snr is None else snr) / 20)
    limited = np.clip(padded, -1, 1)
    import tempfile

    with tempfile.TemporaryDirectory() as room:
        raw = Path(room) / "clip.ul"
        soundfile.write(str(raw), limited, LINE_RATE, subtype="ULAW", format="RAW")
        return raw.read_bytes()


def read_texts() -> tuple[list[Said], list[Said], list[list[list[str]]]]:
    """Phrases, near misses, and the columns of ordinary talk."""
    data = yaml.safe_load((FOLDER / "texts.yaml").read_text("utf-8"))
    phrases = [Said(name, name, entry["text"], entry["spoken"]) for name, entry in data["phrases"].items()]
    near = [Said(f"near-{n}", None, entry["text"], entry["spoken"]) for n, entry in enumerate(data["near_misses"])]
    return phrases, near, data["talk"]


def sentences(columns: list[list[list[str]]], chance: random.Random) -> Iterator[str]:
    """Every sentence of ordinary talk, in a drawn order."""
    every = [" ".join(words) for column in columns for words in itertools.product(*column)]
    chance.shuffle(every)
    return iter(every)


def build_part(
    part: str, out: Path, studio: Studio, seed: int, console: Console, counts: Sequence[int] | None = None
) -> None:
    """One part of the set; ``counts``: takes of each phrase, and of near misses and talk."""
    phrases, near, columns = read_texts()
    talk = sentences(columns, random.Random(f"{seed}-{part}"))
    of_phrase, others = counts or COUNTS[part]
    wanted = [(said, n) for said in phrases for n in range(of_phrase)]
    for n in range(others):
        text = next(talk)
        wanted.append((Said("talk", None, text, korean.pronounce(text)), n) if n % 5 == 4 else (near[n % len(near)], n))
    random.Random(seed).shuffle(wanted)
    folder = out / part
    folder.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, Any]] = []
    for said, n in track(wanted, f"{part}: {len(wanted)} takes", console=console):
        source = f"{said.id}-{part}-{n}"
        taken = studio.take(source, said, part, random.Random(f"{seed}-{source}"))
        if taken is None:
            continue
        sound, _ = soundfile.read(str(taken[0]), dtype="float32")
        for name, spoken in copies(source, np.asarray(sound, dtype=np.float32), seed):
            if name != source and not studio.copy_understood(name, said, spoken):
                continue
            for snr in SNRS:
                generator = np.random.default_rng(hash_of(f"{seed}-{name}-{snr}"))
                file = f"{name}_{'cl' if snr is None else snr}.ul"
                (folder / file).write_bytes(telephone(spoken, snr, generator))
                entry = {"file": file, "truth": said.truth, "snr": snr, "src": source, "text": said.text}
                index.append({**entry, **taken[1]})
        write_json(folder / "index.json", index)


def copies(source: str, sound: Floats, seed: int) -> list[tuple[str, Floats]]:
    """A take, and the same faster and higher or slower and lower: another speaker of the same source."""
    chance = random.Random(f"{seed}-{source}-copy")
    factor = 1 + chance.choice((-1, 1)) * chance.uniform(0.06, 0.12)
    return [(source, sound), (f"{source}-b", np.asarray(soxr.resample(sound, RATE, RATE / factor), dtype=np.float32))]


def build_talk(out: Path, studio_kokoro: Kokoro, seed: int, seconds: float, console: Console) -> None:
    """Other talk: files of about half a minute, one voice each; every second one is a faster or slower copy."""
    columns = read_texts()[2]
    folder = out / "talk"
    folder.mkdir(parents=True, exist_ok=True)
    talk = itertools.chain.from_iterable(sentences(columns, random.Random(f"{seed}-talk-{n}")) for n in range(9))
    index: list[dict[str, Any]] = []
    total, number = 0.0, 0
    voices = VOICES["more"] + VOICES["tune"]
    with console.status("talk") as status:
        while total < seconds:
            source = f"talk-{number:03d}"
            chance = random.Random(f"{seed}-{source}")
            texts = [next(talk) for _ in range(10)]
            voice, accent = voices[number % len(voices)], ACCENTS[chance.randrange(len(ACCENTS))]
            path = folder / f"{source}.flac"
            if not path.exists():
                pieces = []
                for text in texts:
                    pieces += [speak(studio_kokoro, korean.pronounce(text), voice, chance.uniform(0.85, 1.15), accent)]
                    pieces += [np.zeros(round(chance.uniform(0.3, 1.2) * RATE), dtype=np.float32)]
                soundfile.write(str(path), np.concatenate(pieces), RATE, subtype="PCM_16")
            sound, _ = soundfile.read(str(path), dtype="float32")
            for name, take in copies(source, np.asarray(sound, dtype=np.float32), seed):
                snr = chance.choice((None, None, 20))
                clip = telephone(take, snr, np.random.default_rng(hash_of(f"{seed}-{name}")))
                (folder / f"{name}.ul").write_bytes(clip)
                index.append({"file": f"{name}.ul", "truth": None, "snr": snr, "src": source, "voice": voice})
                total += len(clip) / LINE_RATE
            write_json(folder / "index.json", index)
            number += 1
            status.update(f"talk: {total:.0f} of {seconds:.0f} s")


def hash_of(text: str) -> int:
    """A number drawn from a text, the same in every run."""
    return random.Random(text).getrandbits(62)


def write_json(path: Path, data: Any) -> None:
    """Written whole or not at all: others may read while the set grows."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", "utf-8")
    fresh.replace(path)


def main() -> None:
    """Build what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="folder of the Korean Vosk model")
    parser.add_argument("--voices", type=Path, help="folder of the Kokoro voices; else $KOKORO_VOICES")
    parser.add_argument("--parts", default="tune,more,test,talk")
    parser.add_argument("--seconds", type=float, default=3600, help="of other talk")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--takes", type=int, nargs=2, metavar=("PHRASE", "OTHERS"), help="of each phrase; of others")
    options = parser.parse_args()
    console = Console(stderr=True)
    options.out.mkdir(parents=True, exist_ok=True)
    write_json(options.out / "phrases.json", {said.id: said.text for said in read_texts()[0]})
    kokoro = Kokoro(voices_folder(options.voices))
    for part in options.parts.split(","):
        if part == "talk":
            build_talk(options.out, kokoro, options.seed, options.seconds, console)
        else:
            studio = Studio(kokoro, Ear(options.model), options.out / "takes")
            build_part(part, options.out, studio, options.seed, console, options.takes)


if __name__ == "__main__":
    main()
