"""Known sounds are found in what a phone heard, and only those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ivr.demo.listen import missed, pieces_of
from ivr.softphones.sounds import Sound, compose, read_wav, write_wav
from prompts.sounds import moh_folder, sound_path


def prompt(name: str) -> Sound:
    return read_wav(sound_path("ko-KR", name))


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    return tmp_path / "heard.wav"


def test_a_prompt_that_was_played_is_heard_and_others_are_not(heard: Path) -> None:
    write_wav(heard, compose([0.4, prompt("closed"), 0.3, prompt("voicemail-intro"), 0.5]))
    assert missed(heard, ["closed", "voicemail-intro", "goodbye", "moh"]) == ["goodbye", "moh"]


def test_a_prompt_cut_off_early_is_missed(heard: Path) -> None:
    sound = prompt("closed")
    write_wav(heard, compose([0.4, Sound(sound.samples[: len(sound.samples) // 3], sound.rate), 2.0]))
    assert missed(heard, ["closed"]) == ["closed"]


def test_a_slip_of_the_phones_buffer_does_not_matter(heard: Path) -> None:
    sound = prompt("closed")
    half = len(sound.samples) // 2
    parts = [Sound(sound.samples[:half], sound.rate), 0.013, Sound(sound.samples[half:], sound.rate)]
    write_wav(heard, compose([0.2, *parts, 0.5]))
    assert missed(heard, ["closed"]) == []


def test_music_is_heard_from_any_place_of_its_loop(heard: Path) -> None:
    music = read_wav(next(iter(sorted(moh_folder().glob("*.wav")))))
    write_wav(heard, compose([0.5, Sound(music.samples[5_300:45_300], music.rate), 0.5]))
    assert missed(heard, ["moh"]) == []


def test_silent_pieces_prove_nothing() -> None:
    silence = Sound(np.zeros(32_000, np.int16), 8000)
    assert pieces_of(silence) == []
