from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.core.errors import SetupError, UsageError
from prompts import catalogue, check, manifest
from prompts.builder import chinese, english, finish, tones
from prompts.builder.kokoro import RATE, Kokoro, voices_folder
from prompts.builder.render import Voice, render, render_music, sentences, stale
from prompts.catalogue import Prompt
from prompts.measure import Floats, decibels, speech_loudness, speech_span


def buzz(seconds: float, rate: int, amplitude: float = 0.3) -> Floats:
    at = np.arange(round(seconds * rate)) / rate
    return np.asarray(amplitude * np.sin(2 * np.pi * 300 * at) * (1 + 0.5 * np.sin(2 * np.pi * 3 * at)), np.float32)


class Parrot:
    """A synthesiser that answers any phonemes with a buzz."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, phonemes: str, *, voice: str, speed: float = 1.0) -> Floats:
        self.heard.append(phonemes)
        return np.pad(buzz(0.4, RATE), RATE)


VOICES = {language: Voice("parrot", 1.0, str.upper) for language in catalogue.LANGUAGES}


def test_trimming_leaves_the_promised_quiet_at_both_ends() -> None:
    for sound in (np.pad(buzz(0.5, 8000), 8000), buzz(0.5, 8000)):
        cut = finish.trim(sound, 8000)
        span = speech_span(cut, 8000)
        assert span is not None
        assert span[0] / 8000 == pytest.approx(finish.LEAD, abs=0.021)
        assert (len(cut) - span[1]) / 8000 == pytest.approx(finish.TAIL, abs=0.021)


def test_levelling_meets_loudness_and_never_passes_the_peak() -> None:
    quiet = finish.level(buzz(1, 8000, 0.01), 8000)
    assert speech_loudness(quiet, 8000) == pytest.approx(finish.LOUDNESS, abs=0.1)
    spiky = buzz(1, 8000, 0.05)
    spiky[4000:4004] = 0.9
    levelled = finish.level(spiky, 8000)
    assert decibels(float(np.abs(levelled).max())) <= finish.PEAK + 0.01
    assert np.abs(levelled[:3000]).max() > 0.1  # only the spike's neighbourhood is turned down


def test_silence_stays_silence() -> None:
    nothing = np.zeros(800, np.float32)
    assert not finish.finish(nothing, 8000, 8000).any()
    assert speech_span(nothing, 8000) is None


def test_a_tone_has_its_length_frequency_and_no_click() -> None:
    sound = tones.tone(((1000.0, 0.2), (0.0, 0.1)), 8000)
    assert len(sound) == 2400
    spectrum = np.abs(np.fft.rfft(sound[:1600]))
    assert np.argmax(spectrum) * 8000 / 1600 == pytest.approx(1000, abs=6)
    assert abs(float(sound[0])) < 0.01
    assert not sound[1600:].any()


@pytest.mark.parametrize("rate", [8000, 16000])
def test_music_is_a_quiet_loop_without_a_seam(rate: int) -> None:
    music = tones.music(rate)
    assert len(music) == 20 * rate
    assert decibels(float(np.sqrt(np.mean(music.astype(np.float64) ** 2)))) == pytest.approx(-24, abs=0.2)
    assert np.abs(music).max() < 0.5
    assert abs(float(music[0] - music[-1])) <= np.abs(np.diff(music)).max()


def test_sentences_are_cut_at_their_marks() -> None:
    assert sentences("您好，请。再见！") == ["您好，请。", "再见！"]
    assert sentences("One. Two? three") == ["One.", "Two?", "three,"]
    assert sentences("安") == ["安,"]


def test_renders_both_rates_and_says_what_it_made(tmp_path: Path) -> None:
    prompt = Prompt(id="goodbye", language="ko-KR", text="one. two.")
    parrot = Parrot()
    entry = render(prompt, parrot, root=tmp_path, voices=VOICES)
    assert parrot.heard == ["ONE.", "TWO."]
    for name, rate in (("goodbye.wav", 8000), ("goodbye.wav16", 16000)):
        with wave.open(str(tmp_path / "ko/ivr" / name)) as made:
            assert (made.getframerate(), made.getnchannels(), made.getsampwidth()) == (rate, 1, 2)
            assert made.getnframes() / rate == pytest.approx(entry.seconds, abs=0.03)
    assert entry.rms == pytest.approx(-20, abs=0.2)
    assert entry.voice == "parrot"
    assert not list(tmp_path.rglob("*.part"))


def test_given_phonemes_are_spoken_as_they_are(tmp_path: Path) -> None:
    parrot = Parrot()
    render(Prompt(id="a", language="zh-CN", text="x", phonemes="abc"), parrot, root=tmp_path, voices=VOICES)
    assert parrot.heard == ["abc"]


def test_only_missing_and_changed_texts_are_stale(tmp_path: Path) -> None:
    old = Prompt(id="goodbye", language="zh-CN", text="再见")
    known = {manifest.key(old): render(old, Parrot(), root=tmp_path, voices=VOICES)}
    assert stale([old], known, root=tmp_path) == []
    changed = Prompt(id="goodbye", language="zh-CN", text="再会")
    new = Prompt(id="closed", language="zh-CN", text="下班")
    assert stale([old, changed, new], known, root=tmp_path) == [changed, new]
    (tmp_path / "zh/ivr/goodbye.wav16").unlink()
    assert stale([old], known, root=tmp_path) == [old]


def test_what_is_rendered_passes_the_checker(tmp_path: Path) -> None:
    prompts = [
        Prompt(id="goodbye", language="zh-CN", text="再见"),
        Prompt(id="beep", language="zh-CN", text="", tone=((1000.0, 0.2),), asterisk=True),
    ]
    entries = {manifest.key(prompt): render(prompt, Parrot(), root=tmp_path, voices=VOICES) for prompt in prompts}
    manifest.write_manifest(manifest.manifest_path(tmp_path), entries)
    assert check.check_sounds(prompts, root=tmp_path) == []
    assert manifest.read_manifest(manifest.manifest_path(tmp_path)) == entries


def test_music_is_written_at_both_rates(tmp_path: Path) -> None:
    render_music(tmp_path)
    with wave.open(str(tmp_path / "moh/calm.wav16")) as made:
        assert (made.getframerate(), made.getnframes()) == (16000, 320000)


def test_third_tones_in_a_row_rise() -> None:
    assert chinese.third_tones("kʰɤ↓i↓ kei↓ wo↓mən") == "kʰɤ↗i↗ kei↗ wo↓mən"
    assert chinese.third_tones("xau↓, ni↓ lai↗ma↓") == "xau↓, ni↓ lai↗ma↓"


def test_english_is_respelt_for_the_voice() -> None:
    assert english.to_symbols("fɔːɹ ˈɪŋɡlɪʃ") == "fɔɹ ˈɪŋɡlɪʃ"
    assert english.to_symbols("plˈiːz hˈoʊld tʃ nˈʌmbɚ") == "plˈiz hˈOld ʧ nˈʌmbəɹ"


def test_missing_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPEAK_NG", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="espeak-ng"):
        english.phonemes("hello")
    monkeypatch.delenv("KOKORO_VOICES", raising=False)
    with pytest.raises(SetupError, match="KOKORO_VOICES"):
        voices_folder()


def test_symbols_the_voice_does_not_know_are_refused(tmp_path: Path) -> None:
    kokoro = Kokoro(tmp_path)
    kokoro.__dict__["vocabulary"] = {"a": 1}
    with pytest.raises(UsageError, match="ж"):
        kokoro.say("aж", voice="x")
    with pytest.raises(UsageError, match="voice"):
        kokoro.say("a", voice="../x")
    with pytest.raises(UsageError, match="0 phonemes"):
        kokoro.say("", voice="x")


def test_the_line_itself_needs_no_synthesiser() -> None:
    code = "import sys, prompts.sounds, prompts.check; print([name for name in sys.modules if 'builder' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
