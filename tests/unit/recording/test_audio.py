"""Sound: reading, folding, noise, level, speech, peaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from recording.audio import fold, peaks, read_wav, snr_db, speech_segments, subtract_noise
from recording.errors import SoundError

SPEECH = Path(__file__).parents[2] / "fixtures" / "speech"


def clip(name: str) -> np.ndarray:
    samples, _ = soundfile.read(
        str(SPEECH / f"{name}.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    return np.asarray(samples, np.int16)


def tone(hertz: float, rate: int, seconds: float = 1.0, level: float = 8000) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def power_at(samples: np.ndarray, rate: int, hertz: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples))))
    bin_ = round(hertz * len(samples) / rate)
    return float((spectrum[bin_ - 3 : bin_ + 4] ** 2).sum())


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_party_file_is_read(tmp_path: Path, rate: int) -> None:
    soundfile.write(str(tmp_path / "a.wav"), tone(440, rate, 0.5), rate, subtype="PCM_16")
    sound = read_wav(tmp_path / "a.wav")
    assert (sound.rate, sound.duration, sound.samples.dtype) == (rate, 0.5, np.int16)
    assert float(np.abs(sound.floats).max()) == pytest.approx(8000 / 32768, abs=0.001)


def test_a_mix_of_both_parties_is_refused(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "mix.wav"), np.zeros((800, 2), np.int16), 8000, subtype="PCM_16")
    with pytest.raises(SoundError, match=r"mix\.wav: 2 channels"):
        read_wav(tmp_path / "mix.wav")


def test_a_wrong_rate_is_refused(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "cd.wav"), tone(440, 44100, 0.1), 44100, subtype="PCM_16")
    with pytest.raises(SoundError, match="44100"):
        read_wav(tmp_path / "cd.wav")


@pytest.mark.parametrize("content", [None, b"", b"not a wav file at all"])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SoundError, match=r"x\.wav"):
        read_wav(path)


def test_folding_keeps_the_low_band_and_mirrors_it_at_four_tenths() -> None:
    wide = fold(tone(1000, 8000))
    assert len(wide) == 16000
    low, image = power_at(wide, 16000, 1000), power_at(wide, 16000, 7000)
    assert np.sqrt(image / low) == pytest.approx(0.4, abs=0.02)
    assert np.abs(wide[2000:-2000]).max() == pytest.approx(8000 * 1.4, rel=0.05)
    assert len(fold(np.zeros(0, np.int16))) == 0


def test_folding_does_not_shift_the_sound() -> None:
    click = np.zeros(800, np.int16)
    click[400] = 10000
    assert int(np.argmax(np.abs(fold(click)))) == 800


def test_noise_goes_down_and_speech_stays() -> None:
    noisy = clip("thanks_0_5")
    clean = subtract_noise(noisy, 8000)
    assert len(clean) == len(noisy)
    pause, voice = slice(400, 3600), slice(5000, 12000)

    def db(part: np.ndarray) -> float:
        return float(10 * np.log10((part.astype(float) ** 2).mean()))

    assert db(noisy[pause]) - db(clean[pause]) > 2
    assert db(noisy[voice]) - db(clean[voice]) < db(noisy[pause]) - db(clean[pause]) - 1


def test_digital_silence_passes_unchanged() -> None:
    assert not subtract_noise(np.zeros(16000, np.int16), 8000).any()
    assert len(subtract_noise(np.ones(10, np.int16), 8000)) == 10


@pytest.mark.parametrize(("name", "low", "high"), [("thanks_0_5", 3, 7), ("wait_3_20", 18, 23), ("wait_3_cl", 35, 60)])
def test_snr_is_near_the_truth(name: str, low: float, high: float) -> None:
    samples = clip(name)
    value = snr_db(samples, 8000, speech_segments(samples, 8000))
    assert value is not None
    assert low <= value <= high


def test_silence_has_no_speech_and_no_snr() -> None:
    samples = np.zeros(16000, np.int16)
    assert speech_segments(samples, 8000) == []
    assert snr_db(samples, 8000, []) is None


def test_speech_is_found_where_it_is() -> None:
    samples = np.concatenate([np.zeros(16000, np.int16), clip("wait_3_cl"), np.zeros(16000, np.int16)])
    (segment,) = speech_segments(samples, 8000)
    assert segment[0] == pytest.approx(2.3, abs=0.3)  # the clip itself begins with half a second of silence
    assert segment[1] == pytest.approx(2 + len(clip("wait_3_cl")) / 8000 - 0.3, abs=0.35)


def test_peaks_are_the_lowest_and_highest_of_each_stretch() -> None:
    samples = np.array([0, 16384, 0, -16384, 8192, 8192], np.int16)
    assert peaks(samples, 3).tolist() == [[0.0, 0.5], [-0.5, 0.0], [0.25, 0.25]]
    assert peaks(np.zeros(0, np.int16), 2).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(ValueError, match="buckets"):
        peaks(samples, 0)
