"""What is measured in sound: on voices of the demo at known places, on tones, noise and silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.analytics import CallFeatures, rate_unit
from recording.analytics import turns as turns_of
from recording.analytics.loudness import levels
from recording.analytics.measure import Party, call_features
from recording.analytics.rate import pace
from recording.analytics.spans import common, length, merged, without
from recording.analytics.track import VoiceTrack, track
from recording.analytics.voice import flatness, music_spans, voice_probability
from recording.audio.wav import Samples, Sound, quantise, read_wav
from recording.transcription.transcript import Word

VOICES = Path(__file__).parents[3] / "ivr" / "demo" / "speech"
RATE = 8000
RNG = np.random.default_rng(7)


def voice(name: str) -> Samples:
    """A line of the demo from its first to its last loud sample, so that its place in a file is known."""
    samples = read_wav(VOICES / f"{name}.wav").samples
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 600)
    cut: Samples = samples[loud[0] : loud[-1]]
    return cut


def placed(seconds: float, *parts: tuple[float, Samples], noise: float = 8.0) -> Sound:
    """A file of ``seconds`` with sounds at their times, over faint line noise."""
    out = RNG.normal(0, noise, round(seconds * RATE))
    for at, samples in parts:
        start = round(at * RATE)
        out[start : start + len(samples)] += samples
    return Sound(quantise(out), RATE)


def tune(seconds: float) -> Samples:
    """A melody with overtones, as music on hold has."""
    t = np.arange(round(0.5 * RATE)) / RATE
    notes = [sum(np.sin(2 * np.pi * f * h * t) / h for h in (1, 2, 3)) * np.exp(-3 * t) for f in (262, 330, 392, 523)]
    return quantise(6000 * np.tile(np.concatenate(notes), round(seconds / 2)))


def words(text: str, at: float = 0.0, each: float = 0.5, gap: float = 0.0) -> list[Word]:
    return [
        Word(word, round(at + number * (each + gap), 3), round(at + number * (each + gap) + each, 3))
        for number, word in enumerate(text.split())
    ]


def test_silences_of_both_are_found_to_within_150_ms() -> None:
    greet, name, lost = voice("agent-1-greet"), voice("agent-1-name"), voice("caller-1-card-lost")
    agent = placed(30, (0.5, greet), (20.0, name))
    caller = placed(30, (8.0, lost))
    found = call_features(Party(track(agent)), Party(track(caller)), language="ko-KR")
    ends = [0.5 + len(greet) / RATE, 8.0 + len(lost) / RATE]
    expected = [(ends[0], 8.0), (ends[1], 20.0)]
    assert len(found.dead_air) == 2, "the silence after the last word is the end of the call"
    for measured, true in zip(found.dead_air, expected, strict=True):
        assert measured == pytest.approx(true, abs=0.15)
    assert found.longest_dead_air == pytest.approx(20.0 - ends[1], abs=0.3)
    assert found.overlaps == ()
    assert found.responses == pytest.approx([20.0 - ends[1]], abs=0.3)
    spoken = len(greet) + len(name)
    assert found.agent_share == pytest.approx(spoken / (spoken + len(lost)), abs=0.06)


def test_a_muted_stretch_and_music_are_no_dead_air() -> None:
    agent = placed(40, (0.5, voice("agent-1-greet")), (36.0, voice("agent-1-back")))
    muted = Sound(agent.samples.copy(), RATE)
    muted.samples[8 * RATE : 18 * RATE] = 0
    caller = placed(40, (20.0, tune(14.0)))
    found = call_features(Party(track(muted)), Party(track(caller)), language="ko-KR", paused=[(8.0, 18.0)])
    assert found.paused == ((8.0, 18.0),)
    assert found.caller is not None
    (music,) = found.caller.hold_music
    assert music == pytest.approx((20.0, 34.0), abs=1.6), "its window is 3 s"
    assert all(length(common([span], [(8.0, 18.0), music])) == 0 for span in found.dead_air)
    assert length(found.dead_air) == pytest.approx(36.0 - 4.2 - 10.0 - (music[1] - music[0]), abs=1.0)
    unexplained = call_features(Party(track(muted)), Party(track(caller)), language="ko-KR")
    assert unexplained.longest_dead_air > found.longest_dead_air + 9
    held = call_features(Party(track(muted)), Party(track(caller)), language="ko-KR", apart=[(8.0, 18.0)])
    assert held.dead_air == found.dead_air, "a hold of the telephone is judged as a hold"


@pytest.mark.parametrize("colour", ["white", "pink"])
def test_noise_is_neither_voice_nor_music(colour: str) -> None:
    white = RNG.normal(0, 1, 10 * RATE)
    if colour == "pink":
        spectrum = np.fft.rfft(white)
        white = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))))
    sound = Sound(quantise(white / white.std() * 2500), RATE)
    found = track(sound)
    assert (found.speech, found.music) == ((), ())
    assert flatness(sound, (0, 10)) == pytest.approx(0.59, abs=0.03)


def test_music_over_noise_is_music_and_a_voice_is_not() -> None:
    mixed = quantise(tune(10.0) + RNG.normal(0, 500, 10 * RATE))
    sound = Sound(mixed, RATE)
    assert len(music_spans(sound, voice_probability(sound))) == 1
    talk = placed(12, (0.2, voice("agent-1-greet")), (4.5, voice("agent-1-confirm")), (8.0, voice("agent-1-sorry")))
    assert track(talk).music == ()


def test_levels_tell_how_even_and_where_loudest() -> None:
    line = voice("agent-1-greet").astype(float)
    parts = [(1.0 + 5 * number, quantise(line * gain)) for number, gain in enumerate([1.0, 0.5, 0.25, 0.25])]
    found = call_features(Party(track(placed(25, *parts)), offset=100.0), None, language="ko-KR", talk=(100, 125))
    agent = found.agent
    assert agent is not None
    assert agent.loudest is not None
    assert agent.quietest is not None
    assert 100.5 < agent.loudest[0] < 105
    assert agent.quietest[0] > 110
    assert agent.loudest_db is not None
    assert agent.quietest_db is not None
    assert agent.loudest_db - agent.quietest_db == pytest.approx(12.0, abs=3.0), "stretches of one line differ too"
    assert agent.evenness_db is not None
    assert 8 < agent.evenness_db <= 15
    assert (found.caller, found.complete, found.dead_air, found.overlap_share) == (None, False, (), None)


def test_level_of_a_sine_is_its_rms_and_clipping_is_counted() -> None:
    t = np.arange(4 * RATE) / RATE
    quiet = Sound(quantise(3276.8 * np.sin(2 * np.pi * 440 * t)), RATE)
    (one,) = levels(quiet, [(1.0, 3.0)])
    assert one.level_db == pytest.approx(-20 - 3.01, abs=0.1)
    assert one.clipped == 0
    over = Sound(quantise(2 * 32768 * np.sin(2 * np.pi * 440 * t)), RATE)
    (hard,) = levels(over, [(1.0, 3.0)])
    assert hard.clipped == pytest.approx(2 * np.arccos(0.49) / np.pi, abs=0.02)
    assert levels(quiet, [(0.0, 0.3)]) == [], "too short to measure"
    assert len(levels(quiet, [(0.0, 4.0)])) == 1
    assert len(levels(Sound(np.tile(quiet.samples, 3), RATE), [(0.0, 10.0)])) == 3


def test_who_interrupted_whom() -> None:
    agent = [(0.0, 5.0), (10.0, 12.0), (20.0, 23.0)]
    caller = [(3.0, 4.0), (11.8, 15.0), (19.0, 21.0)]
    found = turns_of.overlaps(agent, caller)
    assert [(one.span, one.began_last, one.interruption) for one in found] == [
        ((3.0, 4.0), "caller", True),
        ((11.8, 12.0), "caller", False),  # 0.2 s before the other stopped: a turn taken
        ((20.0, 21.0), "agent", True),
    ]
    assert [one.turn_s for one in found] == [1.0, 3.2, 3.0]
    together = turns_of.overlaps([(0.0, 2.0)], [(0.1, 2.0)])
    assert [one.interruption for one in together] == [False], "0.1 s after the other began is together"
    assert len(turns_of.overlaps([(1.0, 2.0)], [(1.0, 2.0)])) == 1, "begun at once it is one overlap, not two"
    assert turns_of.overlap_share(agent, caller) == pytest.approx((1 + 0.2 + 1) / (10 + 6.2 - 2.2), abs=1e-3)
    assert turns_of.overlap_share([], []) is None


def test_pauses_inside_a_turn_do_not_make_two_interruptions() -> None:
    found = turns_of.overlaps([(1.0, 1.5), (1.8, 2.5)], [(0.0, 4.0)])
    assert [(one.span, one.began_last) for one in found] == [((1.0, 2.5), "agent")]


def test_answers_and_monologues() -> None:
    agent = [(0.0, 2.0), (5.0, 8.0), (8.4, 12.0), (20.0, 21.0)]
    caller = [(3.0, 4.0), (14.0, 15.0), (16.0, 17.0)]
    assert turns_of.responses(agent, caller) == [1.0, 3.0], "the caller went on himself after 15"
    assert turns_of.longest_monologue(agent, caller) == (5.0, 12.0)
    assert turns_of.longest_monologue([], caller) is None


def test_dead_air_counts_from_the_connection_to_the_last_word() -> None:
    assert turns_of.dead_air([(6.0, 7.0), (12.0, 13.0)], (1.0, 60.0), [(8.0, 9.0)]) == [(1.0, 6.0), (9.0, 12.0)]
    assert turns_of.dead_air([], (2.0, 9.0), []) == [(2.0, 9.0)], "nobody ever spoke"
    assert turns_of.dead_air([(2.0, 3.0), (4.5, 5.0)], (2.0, 9.0), []) == [], "1.5 s is a pause"


@pytest.mark.parametrize(
    ("language", "text", "unit", "units"),
    [
        ("zh-CN", "您好 欢迎 致电 客户 服务 热线 请问 有 什么", "characters/min", 17),
        ("en-US", "thank you for calling how may i help you", "words/min", 9),
        ("ko-KR", "안녕하세요 고객센터 입니다 무엇 을 도와 드릴 까요 네", "syllables/min", 22),
    ],
)
def test_each_language_has_its_own_unit_of_speech_rate(language: str, text: str, unit: str, units: int) -> None:
    found = pace(words(text), language)
    assert (found.unit, found.seconds) == (unit, 4.5)
    assert found.rate == pytest.approx(60 * units / 4.5, abs=0.1)
    assert rate_unit(language) == unit


def test_short_pieces_and_long_gaps_do_not_count_as_speaking_time() -> None:
    talk = words("one two three four five six seven eight", at=0.0)
    talk += words("yes", at=10.0)  # half a second alone
    talk += words("nine ten eleven twelve", at=20.0, each=0.5, gap=0.3)  # pauses of 0.3 s are speaking
    found = pace(talk, "en-US")
    assert found.seconds == pytest.approx(4.0 + 2.9)
    assert found.rate == pytest.approx(60 * 12 / 6.9, abs=0.1)
    assert pace(words("too little"), "en-US").rate is None


def test_fillers_count_where_they_open_a_turn() -> None:
    said = [*words("嗯 您好 那 请问 您", at=0.0), *words("那 我 看 一下", at=8.0), *words("好 的", at=20.0)]
    assert pace(said, "zh-CN").fillers == 2


def test_features_survive_json() -> None:
    agent = placed(12, (0.5, voice("agent-1-greet")), (6.0, voice("agent-1-name")))
    caller = placed(12, (2.0, voice("caller-1-card-lost")))
    tracks = [VoiceTrack.from_dict(json.loads(json.dumps(track(one).to_dict()))) for one in (agent, caller)]
    assert tracks[0] == track(agent)
    found = call_features(
        Party(tracks[0], 1.0, words("a b c d e f g h", at=0.5)), Party(tracks[1], 0.5), language="en-US", talk=(0, 13)
    )
    assert found.overlaps
    assert CallFeatures.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_only_what_lies_in_the_talk_counts() -> None:
    agent = Party(track(placed(20, (0.5, voice("agent-1-greet")), (12.0, voice("agent-1-name")))))
    inside = call_features(agent, agent, language="ko-KR", talk=(10.0, 20.0))
    assert inside.agent is not None
    assert inside.agent.speech_s == pytest.approx(len(voice("agent-1-name")) / RATE, abs=0.25)
    outside = call_features(agent, agent, language="ko-KR", talk=(5.0, 10.0))
    assert outside.dead_air == ((5.0, 10.0),), "nobody speaks between his two lines"


Spans = list[tuple[float, float]]
SPANS = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 20)).map(lambda one: (float(one[0]), float(one[0] + one[1]))),
    max_size=8,
)


@given(SPANS, SPANS)
def test_what_is_common_and_what_is_left_make_the_whole(one: Spans, other: Spans) -> None:
    first, second = merged(one), merged(other)
    both, left = common(first, second), without(first, second)
    assert length(both) + length(left) == pytest.approx(length(first))
    assert common(left, second) == []
    assert length(both) == pytest.approx(length(common(second, first)))


@given(SPANS, SPANS)
def test_an_overlap_belongs_to_two_who_speak(one: Spans, other: Spans) -> None:
    agent, caller = merged(one), merged(other)
    for found in turns_of.overlaps(agent, caller):
        start, end = found.span
        assert end > start
        assert any(a <= start and end <= b for a, b in merged(agent, turns_of.TURN_PAUSE_S))
        assert any(a <= start and end <= b for a, b in merged(caller, turns_of.TURN_PAUSE_S))
