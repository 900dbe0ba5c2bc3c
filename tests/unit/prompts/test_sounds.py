from __future__ import annotations

import wave
from pathlib import Path

import pytest

from ivr.core.errors import SetupError, UsageError
from prompts import sounds


def put(path: Path, seconds: float, rate: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(2 * round(seconds * rate)))


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sounds, "_ROOT", tmp_path)
    return tmp_path


def test_names() -> None:
    assert sounds.sound_name("main-menu") == "ivr/main-menu"
    assert [sounds.asterisk_code(name) for name in ("zh-CN", "en-US", "ko-KR")] == ["zh", "en", "ko"]
    with pytest.raises(UsageError):
        sounds.asterisk_code("fr-FR")


def test_our_prompts_lie_in_ivr_and_asterisks_own_do_not(pack: Path) -> None:
    assert sounds.sound_path("zh-CN", "goodbye") == pack / "zh/ivr/goodbye.wav"
    assert sounds.sound_path("ko-KR", "digits/7", extension=".wav16") == pack / "ko/digits/7.wav16"
    assert sounds.moh_folder() == pack / "moh"


@pytest.mark.parametrize("name", ["../../x", "a/../../b", "x\0"])
def test_a_name_cannot_leave_the_folder(name: str) -> None:
    with pytest.raises(UsageError):
        sounds.sound_path("zh-CN", name)


def test_duration_is_read_from_the_header(pack: Path) -> None:
    put(pack / "ko/ivr/goodbye.wav", 1.25, 8000)
    assert sounds.duration("ko-KR", "goodbye") == pytest.approx(1.25)
    with pytest.raises(SetupError, match="goodbye"):
        sounds.duration("zh-CN", "goodbye")
    (pack / "en/ivr").mkdir(parents=True)
    (pack / "en/ivr/goodbye.wav").write_bytes(b"RIFF")
    with pytest.raises(SetupError, match="en-US"):
        sounds.duration("en-US", "goodbye")


def test_a_sound_is_missing_until_it_is_there_at_both_rates(pack: Path) -> None:
    put(pack / "zh/ivr/goodbye.wav", 0.1, 8000)
    put(pack / "zh/beep.wav", 0.1, 8000)
    put(pack / "zh/beep.wav16", 0.1, 16000)
    assert sounds.missing("zh-CN", ["beep", "goodbye", "closed"]) == ["goodbye", "closed"]
    put(pack / "zh/ivr/goodbye.wav16", 0.1, 16000)
    assert sounds.missing("zh-CN", ["goodbye"]) == []
