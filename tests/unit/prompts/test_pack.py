"""The sounds that travel with the code."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from ivr.demo.speech import load_lines
from prompts import catalogue, check, manifest, sounds
from prompts.measure import Floats, decibels, speech_loudness


def read(path: str) -> tuple[Floats, int]:
    with wave.open(path) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.astype(np.float32) / np.float32(32768), file.getframerate()


def test_the_committed_pack_has_no_problems() -> None:
    assert [str(problem) for problem in check.check_pack()] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_prompt_can_be_played_and_timed(language: str) -> None:
    known = catalogue.load(language)
    assert sounds.missing(language, known.prompts) == []
    lengths = {prompt.id: sounds.duration(language, prompt.id) for prompt in known}
    assert all(0.2 < seconds < 12 for seconds in lengths.values())
    assert lengths["emergency-greeting"] > lengths["recording-notice"]


def test_the_manifest_names_what_is_there_and_nothing_else() -> None:
    wanted = {manifest.key(prompt) for language in catalogue.LANGUAGES for prompt in catalogue.load(language)}
    assert set(manifest.read_manifest(manifest.manifest_path())) == wanted
    files = {
        str(path.relative_to(sounds.folder()).with_suffix(""))
        for code in ("zh", "en", "ko")
        for path in (sounds.folder() / code).rglob("*.wav*")
    }
    assert files == wanted


def test_music_on_hold_is_there_at_both_rates_and_quiet() -> None:
    for extension, rate in sounds.EXTENSIONS.items():
        sound, found = read(str(sounds.moh_folder() / f"calm{extension}"))
        assert found == rate
        assert len(sound) / rate == pytest.approx(20, abs=0.01)
        assert decibels(float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))) == pytest.approx(-24, abs=0.5)


def test_the_pack_stays_small() -> None:
    assert sum(path.stat().st_size for path in sounds.folder().rglob("*") if path.is_file()) < 70_000_000


def test_the_demos_lines_are_telephone_sounds_of_the_length_told() -> None:
    lines = load_lines()
    assert {line.speaker for line in lines.values()} >= {"agent-1", "agent-2", "caller-1", "caller-2", "caller-3"}
    for line in lines.values():
        sound, rate = read(str(line.path))
        assert rate == 8000
        assert len(sound) / rate == pytest.approx(line.seconds, abs=0.002)
        assert speech_loudness(sound, rate) == pytest.approx(-20, abs=2)
        assert float(np.abs(sound).max()) < 0.75


def test_what_the_demos_verdicts_rest_on_was_understood_when_it_was_made() -> None:
    lines = load_lines()
    judged = {
        "agent-1": ("greet", "help", "hold", "back", "more", "thanks", "bye"),
        "agent-2": ("greet", "help", "forbidden-unknown", "forbidden-cannot"),
    }
    heard = {f"{agent}-{name}": lines[f"{agent}-{name}"].similarity for agent in judged for name in judged[agent]}
    assert {name: per_cent for name, per_cent in heard.items() if per_cent < 80} == {}
    assert [line.id for line in lines.values() if line.similarity < 65] == []
