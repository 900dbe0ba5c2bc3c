"""Sound files from elsewhere: what soundfile reads, what ffmpeg must not be allowed to do, what is no sound at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recording.audio.decode import decode, shown
from recording.errors import SoundError

T = np.arange(8000) / 8000
TONE = 0.3 * np.sin(2 * np.pi * 440 * T)


def write(path: Path, samples: np.ndarray, rate: int = 8000, **kind: str) -> Path:
    soundfile.write(str(path), samples, rate, **kind)
    return path


def fake_ffmpeg(folder: Path, script: str) -> list[str]:
    """A program in ffmpeg's place; its arguments are in ``sys.argv[1:]``."""
    path = folder / "fake.py"
    path.write_text(f"import sys, time, pathlib\n{script}\n", encoding="utf-8")
    return [sys.executable, str(path)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.wav", {"subtype": "PCM_16"}),
        ("a.wav", {"subtype": "PCM_24"}),
        ("a.wav", {"subtype": "PCM_U8"}),
        ("a.wav", {"subtype": "FLOAT"}),
        ("a.wav", {"subtype": "ULAW"}),
        ("a.wav", {"subtype": "ALAW"}),
        ("a.wav", {"subtype": "GSM610"}),
        ("a.flac", {}),
        ("a.ogg", {}),
        ("a.mp3", {}),
        ("a.ul", {"subtype": "ULAW", "format": "RAW"}),
        ("a.AL", {"subtype": "ALAW", "format": "RAW"}),
        ("a.gsm", {"subtype": "GSM610", "format": "RAW"}),
    ],
)
def test_formats_are_read_without_ffmpeg(tmp_path: Path, name: str, kind: dict[str, str]) -> None:
    found = decode(write(tmp_path / name, TONE, **kind))
    (sound,) = found.channels
    assert (sound.rate, found.warnings) == (8000, ())
    assert sound.duration == pytest.approx(1.0, abs=0.2)
    assert sound.samples[2000:6000].std() == pytest.approx(0.3 * 32768 / 2**0.5, rel=0.1)


@pytest.mark.parametrize("rate", [11025, 44100, 48000])
def test_sound_of_a_telephone_line_comes_back_to_8_khz_at_any_rate(tmp_path: Path, rate: int) -> None:
    t = np.arange(2 * rate) / rate
    stereo = np.stack([0.3 * np.sin(2 * np.pi * 440 * t), 0.1 * np.sin(2 * np.pi * 880 * t)], axis=1)
    found = decode(write(tmp_path / "a.wav", stereo, rate))
    assert [(one.rate, round(one.duration, 2)) for one in found.channels] == [(8000, 2.0)] * 2
    left, right = (one.samples[4000:12000].astype(float) for one in found.channels)
    assert left.std() == pytest.approx(0.3 * 32768 / 2**0.5, rel=0.03)
    assert right.std() == pytest.approx(0.1 * 32768 / 2**0.5, rel=0.03)
    assert np.argmax(np.abs(np.fft.rfft(left))) == 440
    assert found.rate == rate


def test_wideband_sound_stays_wide(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 44100)
    assert [one.rate for one in decode(write(tmp_path / "a.wav", noise, 44100)).channels] == [16000]


def test_a_file_that_was_cut_off_says_so(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.wav", np.tile(TONE, 5)).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    found = decode(tmp_path / "cut.wav")
    assert found.channels[0].duration == pytest.approx(2.5, abs=0.1)
    assert "cut off" in found.warnings[0].en


def refused(path: Path, ffmpeg: list[str] | None = None) -> str:
    with pytest.raises(SoundError) as caught:
        decode(path, ffmpeg, limit=5.0)
    assert caught.value.cure
    return caught.value.message


def test_what_is_no_sound_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("not sound " * 50)
    (tmp_path / "head.wav").write_bytes(write(tmp_path / "a.wav", TONE).read_bytes()[:44])
    write(tmp_path / "eight.wav", np.stack([TONE] * 8, axis=1))
    os.mkfifo(tmp_path / "pipe.wav")
    assert "empty" in refused(tmp_path / "empty.wav")
    assert "not a sound file" in refused(tmp_path / "text.wav")
    assert "no sound" in refused(tmp_path / "head.wav")
    assert "8 channels" in refused(tmp_path / "eight.wav")
    assert "not a file" in refused(tmp_path / "pipe.wav"), "a pipe would be waited for"
    assert "not a file" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "gone.wav")
    assert "cannot be read" in refused(Path("nul\0.wav"))


def test_sound_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav", np.tile(TONE, 30))
    monkeypatch.setattr("recording.audio.decode.LONGEST_S", 20.0)
    assert "longer than" in refused(path)


def test_names_are_told_without_what_a_terminal_would_obey(tmp_path: Path) -> None:
    name = "-i\n\x1b[31m\u202e.wav"
    path = tmp_path / name
    path.write_text("x")
    assert "\n" not in refused(path)
    assert "\x1b" not in refused(path)
    assert shown(Path("录音 1.wav")) == "录音 1.wav"
    assert len(shown(Path("x" * 300))) == 80
    path.write_bytes(write(tmp_path / "a.wav", TONE).read_bytes())
    assert decode(path).channels[0].duration == 1.0


def test_ffmpeg_gets_no_input_no_network_and_no_playlists(tmp_path: Path) -> None:
    source = tmp_path / "-x.m4a"
    source.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(200))
    write(tmp_path / "good.wav", TONE)
    script = (
        "target = sys.argv[-1].removeprefix('file:')\n"
        f"pathlib.Path({str(tmp_path / 'args')!r}).write_text('\\n'.join(sys.argv[1:]))\n"
        "assert sys.stdin.read() == ''\n"
        f"pathlib.Path(target).write_bytes(pathlib.Path({str(tmp_path / 'good.wav')!r}).read_bytes())"
    )
    found = decode(source, fake_ffmpeg(tmp_path, script))
    assert found.channels[0].duration == 1.0
    words = (tmp_path / "args").read_text().split("\n")
    assert words[words.index("-i") + 1] == f"file:{source}"
    assert words[words.index("-protocol_whitelist") + 1] == "file"
    allowed = set(words[words.index("-format_whitelist") + 1].split(","))
    assert not allowed & {
        "hls",
        "concat",
        "dash",
        "lavfi",
        "image2",
        "rtsp",
        "sdp",
        "tee",
        "applehttp",
        "imf",
        "playlist",
    }
    assert words.index("-protocol_whitelist") < words.index("-i"), "options before -i are the input's"
    assert "-nostdin" in words


def test_ffmpeg_that_takes_for_ever_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(bytes(100))
    with pytest.raises(SoundError, match=r"not decoded within 0|0 秒内"):
        decode(path, fake_ffmpeg(tmp_path, "time.sleep(60)"), limit=0.3)


def test_what_ffmpeg_says_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(bytes(100))
    message = refused(path, fake_ffmpeg(tmp_path, "sys.stderr.write('first\\nwrong\\x1b[2J\\n'); sys.exit(1)"))
    assert "wrong" in message
    assert "\x1b" not in message
    assert "first" not in message


def test_ffmpeg_that_broke_off_half_way_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(bytes(100))
    write(tmp_path / "good.wav", TONE)
    script = (
        "target = sys.argv[-1].removeprefix('file:')\n"
        f"pathlib.Path(target).write_bytes(pathlib.Path({str(tmp_path / 'good.wav')!r}).read_bytes())\n"
        "sys.exit(1)"
    )
    assert "damaged" in decode(path, fake_ffmpeg(tmp_path, script)).warnings[0].en
