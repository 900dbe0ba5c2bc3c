"""How far words can be believed: speech well and badly understood, noise, music, and hardly any speech."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.analytics.features import HEALTH_FLOOR
from recording.analytics.health import health, scaled
from recording.analytics.loudness import Stretch
from recording.analytics.track import VoiceTrack, track
from recording.audio import speech_segments
from recording.audio.wav import Sound
from recording.transcription.transcript import PartyTranscript, Word
from tests.unit.recording.test_analytics import RATE, placed, tune, voice


def spoken(coverage: float, confidence: float, *, snr: float | None = 40.0, seconds: float = 20.0, clipped: float = 0.0,
           grammar: tuple[Word, ...] | None = None) -> tuple[PartyTranscript, VoiceTrack]:  # fmt: skip
    """A party that spoke for so long, and of which so much was understood, at 0.4 s a word."""
    words = tuple(
        Word(f"w{number}", number * 0.4, number * 0.4 + 0.4 * coverage, confidence)
        for number in range(int(seconds / 0.4))
    )
    span = ((0.0, seconds),)
    transcript = PartyTranscript(words if coverage else (), span, snr, seconds, "m", grammar_words=grammar)
    return transcript, VoiceTrack(seconds, span, (), (Stretch(0.0, seconds, -20.0, clipped),), snr)


def score(*args: float, **more: float) -> float:
    found = health(*spoken(*args, **more)).score
    assert found is not None
    return found


def test_well_understood_speech_is_healthy_and_each_fault_costs() -> None:
    best = score(0.95, 0.95)
    assert best == 100
    assert best > score(0.95, 0.65) > HEALTH_FLOOR > score(0.95, 0.3)
    assert best > score(0.95, 0.95, snr=12) > score(0.95, 0.95, snr=6)
    assert best > score(0.95, 0.95, clipped=0.05)
    assert score(0.3, 0.9) < HEALTH_FLOOR, "most of clean speech not understood: another language, or a bad line"
    assert score(0.0, 0.9) < 10


def test_noise_lowers_what_is_expected() -> None:
    assert score(0.6, 0.8, snr=10) > score(0.6, 0.8, snr=35)


def test_the_parts_are_told() -> None:
    same = (Word("w0", 0.1, 0.2), Word("w1", 5.0, 5.2), Word("[unk]", 6.0, 6.2))
    found = health(*spoken(0.5, 0.8, grammar=same))
    assert (found.coverage, found.confidence, found.words_per_s) == (0.5, 0.8, 2.5)
    assert found.understood == pytest.approx(0.4)
    assert found.agreement == 0.5, "[unk] is no word, w1 was heard elsewhere"
    assert found.to_dict()["floor"] == HEALTH_FLOOR


def test_hardly_any_speech_says_nothing_of_the_recogniser() -> None:
    found = health(*spoken(0.9, 0.9, seconds=1.2))
    assert (found.score, found.poor) == (None, False)


def test_only_the_talk_counts() -> None:
    transcript, where = spoken(0.95, 0.95)
    silent = PartyTranscript(tuple(w for w in transcript.words if w.start < 10), where.speech, 40.0, 20.0, "m")
    early, late = health(silent, where, (0.0, 10.0)), health(silent, where, (10.0, 20.0))
    assert early.score is not None
    assert late.score is not None
    assert early.score > 95
    assert late.poor


@pytest.mark.parametrize("kind", ["noise", "music"])
def test_noise_and_music_in_place_of_a_voice(kind: str) -> None:
    samples = np.random.default_rng(5).normal(0, 3000, 10 * RATE).astype(np.int16) if kind == "noise" else tune(10.0)
    sound = Sound(samples, RATE)
    gate = speech_segments(sound.samples, sound.rate)
    assert sum(end - start for start, end in gate) > 9, "the gate lets both through to the recogniser"
    heard = PartyTranscript((Word("a", 1.0, 1.2, 0.7), Word("b", 6.0, 6.3, 1.0)), tuple(gate), 0.0, 10.0, "m")
    found = health(heard, track(sound))
    if kind == "noise":
        assert found.poor
    else:
        assert found.score is None, "nobody spoke, and music need not be understood"


def test_a_voice_beside_music_is_measured_by_itself() -> None:
    sound = placed(30, (1.0, voice("agent-1-greet")), (6.0, voice("agent-1-confirm")), (12.0, tune(16.0)))
    where = track(sound)
    words = tuple(Word("w", start, end, 0.95) for start, end in where.speech for _ in range(4))
    gate = tuple(speech_segments(sound.samples, sound.rate))
    found = health(PartyTranscript(words, gate, 40.0, 30.0, "m"), where)
    assert found.score is not None
    assert found.score > 80


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 60), st.floats(0, 1))
def test_health_is_a_figure_between_0_and_100_and_grows_with_confidence(
    coverage: float, confidence: float, snr: float, clipped: float
) -> None:
    low = score(coverage, confidence, snr=snr, clipped=clipped)
    assert 0 <= low <= 100
    assert score(coverage, min(1.0, confidence + 0.2), snr=snr, clipped=clipped) >= low


def test_where_only_some_was_decoded_words_prove_nothing_about_the_rest() -> None:
    transcript, where = spoken(0.2, 0.9)
    assert health(transcript, where).poor
    some = replace(transcript, mode="compliance")
    assert health(some, where).score == 100
    fax = VoiceTrack(20.0, (), (), (), None)
    assert health(some, fax).poor, "sound without a voice that gave hardly any words"


def test_scaled_goes_either_way() -> None:
    assert [scaled(x, 0.0, 10.0) for x in (-1, 5, 20)] == [0.0, 0.5, 1.0]
    assert [scaled(x, 0.1, 0.0) for x in (0.2, 0.05, 0.0)] == [0.0, 0.5, 1.0]
