"""Sound: reading, folding, noise, level, speech, peaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from recording.audio import FIRM, Sound, fold, noise_power, peaks, read_wav, reduce_noise, snr_db, speech_segments
from recording.audio.clip import FADE_S, write_clip
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
    assert int(np.abs(sound.samples).max()) == pytest.approx(8000, abs=1)


def test_a_clip_is_the_stretch_and_its_ends_do_not_click(tmp_path: Path) -> None:
    sound = Sound(tone(440, 8000, 3.0), 8000)
    assert write_clip(sound, 1.0, 2.5, tmp_path / "a.wav") == 1.5
    cut = read_wav(tmp_path / "a.wav").samples
    assert len(cut) == 12000
    inner = slice(round(FADE_S * 8000) + 8, -round(FADE_S * 8000) - 8)
    assert np.array_equal(cut[inner], sound.samples[8000:20000][inner]), "only the ends are changed"
    assert max(abs(int(cut[0])), abs(int(cut[-1]))) < 200
    assert np.abs(sound.samples[8000:8040]).max() > 7000
    assert write_clip(sound, 2.9, 9.0, tmp_path / "b.wav") == pytest.approx(0.1), "cut to the sound"
    assert write_clip(sound, 5.0, 9.0, tmp_path / "c.wav") == 0.0
    with pytest.raises(OSError, match="no-folder"):
        write_clip(sound, 0.0, 1.0, tmp_path / "no-folder" / "d.wav")


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
    clean = reduce_noise(noisy, 8000, noise_power(noisy, 8000))
    assert len(clean) == len(noisy)
    pause, voice = slice(400, 3600), slice(5000, 12000)

    def db(part: np.ndarray) -> float:
        return float(10 * np.log10((part.astype(float) ** 2).mean()))

    assert db(noisy[pause]) - db(clean[pause]) > 2
    assert db(noisy[voice]) - db(clean[voice]) < db(noisy[pause]) - db(clean[pause]) - 1


def test_digital_silence_passes_unchanged() -> None:
    silence = np.zeros(16000, np.int16)
    assert noise_power(silence, 8000) is None
    assert not reduce_noise(silence, 8000, None).any()
    noise = noise_power(clip("thanks_0_5"), 8000)
    assert not reduce_noise(silence, 8000, noise).any()
    assert len(reduce_noise(np.ones(10, np.int16), 8000, noise)) == 10


def test_steady_noise_is_measured_per_frequency() -> None:
    draw = np.random.default_rng(1)
    noise = noise_power((300 * draw.standard_normal(80000)).astype(np.int16), 8000)
    assert noise is not None
    assert noise.shape == (129,)
    window = np.sqrt(np.hanning(257)[:-1])
    white = 300**2 * (window**2).sum()  # the same at every frequency
    share = -np.log(0.8) * 1.8  # of an exponential distribution's mean: its 20th percentile, raised
    assert float(np.median(noise)) == pytest.approx(white * share, rel=0.2)


def test_clean_speech_is_left_nearly_as_it_is() -> None:
    clean = clip("wait_3_cl")
    after = reduce_noise(clean, 8000, noise_power(clean, 8000), FIRM)
    voice = slice(5000, 12000)
    change = after[voice].astype(float) - clean[voice]
    assert (change**2).mean() < 0.02 * (clean[voice].astype(float) ** 2).mean()


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
