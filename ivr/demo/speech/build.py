"""``python -m ivr.demo.speech.build``: render the demo's lines, and ask the recogniser what it hears.

Needs what ``prompts.builder`` needs, and a Korean Vosk model for the check. A line goes through the telephone before
it is heard: 8 kHz, mu-law, faint noise, half a second of quiet around it.
"""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ivr.core.errors import IvrError, SetupError
from ivr.demo.speech import FOLDER, Line
from prompts.builder import finish, korean
from prompts.builder.kokoro import RATE, Kokoro, voices_folder
from prompts.measure import Floats
from recording.transcription.grammar import Grammar
from recording.transcription.transcriber import Transcriber

LINE_RATE = 8000
PAUSE = 0.35  # seconds between the sentences of a line
QUIET = 0.6  # seconds around a line when it is tried
NOISE = 0.0005  # RMS, full scale = 1.0: what is always on a line
MU = 255.0


def over_the_telephone(sound: Floats) -> Floats:
    """The sound after mu-law coding (ITU-T G.711, as a continuous curve at 8 bits), with quiet and faint noise."""
    padded = np.pad(sound.astype(np.float64), round(QUIET * LINE_RATE))
    padded += NOISE * np.random.default_rng(0).standard_normal(len(padded))
    limited = np.clip(padded, -1, 1)
    coded = np.round(np.sign(limited) * np.log1p(MU * np.abs(limited)) / np.log1p(MU) * 127) / 127
    return np.asarray(np.sign(coded) * ((1 + MU) ** np.abs(coded) - 1) / MU, dtype=np.float32)


def similarity(heard: str, said: str) -> float:
    """Per cent of jamo in common (1 - edit distance / longer length); spaces and other signs do not count."""
    left, right = (
        unicodedata.normalize("NFD", "".join(sign for sign in text if "가" <= sign <= "힣")) for text in (heard, said)
    )
    return round(100 * (1 - Levenshtein.normalized_distance(left, right)), 1) if left or right else 100.0


def render_line(recipe: Mapping[str, Any], kokoro: Kokoro) -> Floats:
    """A line at 8 kHz from its recipe: takes of (spoken, voice, speed, accent), with pauses between."""
    out: list[Floats] = []
    for take in recipe["takes"]:
        phonemes = korean.phonemes(take["spoken"], korean.Accent(**take["accent"]))
        if phonemes[-1] not in ".?!,":
            phonemes += "."
        out.append(kokoro.say(phonemes, voice=take["voice"], speed=take["speed"]))
    if len(out) > 1:
        even = [finish.level(finish.trim(sound, RATE, lead=PAUSE / 2, tail=PAUSE / 2), RATE) for sound in out]
        return finish.finish(np.concatenate(even), RATE, LINE_RATE)
    return finish.finish(out[0], RATE, LINE_RATE)


def hear(sounds: Mapping[str, Floats], texts: Mapping[str, str], model: Path) -> dict[str, tuple[str, str]]:
    """What the recogniser makes of each line: freely, and with the lines' texts as its grammar."""
    heard = {}
    grammar = Grammar(phrases=tuple(dict.fromkeys(texts.values())))
    with Transcriber(model, threads=1) as transcriber, tempfile.TemporaryDirectory() as folder:
        for name, sound in track(list(sounds.items()), "listening", console=Console(stderr=True)):
            path = Path(folder) / "line.wav"
            finish.write_wav(path, over_the_telephone(sound), LINE_RATE)
            transcript = transcriber.transcribe(path, grammar)
            free = " ".join(word.word for word in transcript.words)
            heard[name] = (free, " ".join(word.word for word in transcript.grammar_words or ()))
    return heard


def main(
    model: Annotated[Path, typer.Option(help="folder of the Korean Vosk model that listens")],
    voices: Annotated[Path | None, typer.Option(help="folder of the Kokoro voices; else $KOKORO_VOICES")] = None,
    output: Annotated[Path, typer.Option(help="folder of the sounds and index.json")] = FOLDER,
    only: Annotated[list[str] | None, typer.Option(help="one line; may be given several times")] = None,
) -> None:
    """Render the demo's lines and print how well each is understood."""
    console = Console()
    try:
        recipes = json.loads((FOLDER / "recipes.json").read_text(encoding="utf-8"))
        index = json.loads((output / "index.json").read_text(encoding="utf-8")) if only else {}
        recipes = {name: recipes[name] for name in only or recipes}
        kokoro = Kokoro(voices_folder(voices))
        made = {
            name: render_line(recipe, kokoro)
            for name, recipe in track(list(recipes.items()), "rendering", console=Console(stderr=True))
        }
        texts = {name: str(recipe["text"]) for name, recipe in recipes.items()}
        heard = hear(made, texts, model)
    except (OSError, ValueError, KeyError, TypeError) as error:
        broken = SetupError(f"recipes.json cannot be used: {error!r}", cure="restore it from version control")
        console.print(str(broken), style="red", markup=False)
        raise typer.Exit(broken.exit_code) from error
    except IvrError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(error.exit_code) from error
    table = Table("line", "seconds", "similarity", "heard freely", "in grammar")
    for name, sound in made.items():
        free, restricted = heard[name]
        line = Line(
            id=name,
            text=texts[name],
            speaker=str(recipes[name]["speaker"]),
            seconds=round(len(sound) / LINE_RATE, 3),
            heard=free,
            similarity=similarity(free, texts[name]),
        )
        finish.write_wav(output / f"{name}.wav", sound, LINE_RATE)
        index[name] = {key: value for key, value in asdict(line).items() if key != "id"}
        in_grammar = "yes" if similarity(restricted, texts[name]) == 100 else restricted
        table.add_row(name, f"{line.seconds:.1f}", f"{line.similarity:.0f}", free, in_grammar)
    (output / "index.json").write_text(
        json.dumps(dict(sorted(index.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
