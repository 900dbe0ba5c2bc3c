"""The folder Asterisk plays from: whose sound stands where, what changes and what stays."""

from __future__ import annotations

import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import SetupError
from prompts import overlay, sounds
from prompts.book import PromptBook
from prompts.builder.finish import write_wav
from prompts.overlay import LEAVING, lay

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of two prompts, a digit and some music."""
    root = tmp_path / "pack"
    for name in ("zh/ivr/goodbye", "zh/ivr/closed", "zh/digits/7", "moh/calm"):
        for extension, rate in sounds.EXTENSIONS.items():
            write_wav(root / f"{name}{extension}", tone(300, 0.5, rate), rate)
    monkeypatch.setattr(sounds, "_ROOT", root)
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "zh-CN.yaml").write_text(
        "language: zh-CN\nprompts:\n  goodbye: {text: 再会。}\n  shop: {text: 您好。}\n", encoding="utf-8"
    )
    return folder


def tone(hertz: float, seconds: float, rate: int, level: float = 0.2) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def build(folder: Path, name: str, hertz: float) -> None:
    for extension, rate in sounds.EXTENSIONS.items():
        write_wav(folder / "sounds" / f"{name}{extension}", tone(hertz, 0.5, rate), rate)


def record(folder: Path, name: str, hertz: float, rate: int = 44_100) -> None:
    path = folder / "studio" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack([tone(hertz, 0.5, rate)] * 2, axis=1), rate)


def pitch(path: Path) -> int:
    """The strongest frequency of a sound, to 10 Hz."""
    with wave.open(str(path)) as file:
        rate, data = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert rate == sounds.EXTENSIONS[path.suffix]
    return round(int(np.abs(np.fft.rfft(data)).argmax()) * rate / len(data) / 10) * 10


def heard(root: Path, name: str) -> list[int]:
    return [pitch(root / f"{name}{extension}") for extension in sounds.EXTENSIONS]


def test_a_studio_comes_before_what_was_built_and_that_before_the_pack(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    root = lay(home, book, site, NOW).root
    assert heard(root, "zh/ivr/goodbye") == [300, 300]
    assert not (root / "zh/ivr/shop.wav").exists()
    build(site, "zh/ivr/goodbye", 400)
    build(site, "zh/ivr/shop", 450)
    lay(home, book, site, NOW)
    assert [heard(root, f"zh/ivr/{name}") for name in ("goodbye", "shop", "closed")] == [
        [400] * 2,
        [450] * 2,
        [300] * 2,
    ]
    record(site, "zh/goodbye.wav", 500)
    record(site, "zh/digits/7.flac", 600)
    lay(home, book, site, NOW)
    assert [heard(root, f"zh/{name}") for name in ("ivr/goodbye", "digits/7", "ivr/shop")] == [
        [500] * 2,
        [600] * 2,
        [450] * 2,
    ]
    assert heard(root, "moh/calm") == [300, 300]
    (site / "studio/zh/goodbye.wav").unlink()
    lay(home, book, site, NOW)
    assert heard(root, "zh/ivr/goodbye") == [400, 400]


def test_nothing_is_laid_anew_when_nothing_changed(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    record(site, "zh/shop.wav", 500)
    first = lay(home, book, site, NOW)
    version = (home / "current").readlink()
    made = (first.root / "zh/ivr/shop.wav").stat().st_ino
    assert first.changed
    assert not lay(home, book, site, NOW + timedelta(days=9)).changed
    build(site, "zh/ivr/goodbye", 400)
    assert lay(home, book, site, NOW).changed
    assert (home / "current").readlink() != version
    assert (first.root / "zh/ivr/shop.wav").stat().st_ino == made, "a recording is converted once"


def test_versions_before_the_last_and_what_a_crash_left_are_taken_away(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    versions = []
    for hertz in (400, 500, 600):
        build(site, "zh/ivr/goodbye", hertz)
        (home / ".new-left" / "zh").mkdir(parents=True)
        lay(home, book, site, NOW)
        versions.append(str((home / "current").readlink()))
    assert {one.name for one in home.iterdir()} == {".lock", "current", *versions[1:]}


def test_a_dropped_sound_stays_for_calls_under_way(tmp_path: Path, site: Path) -> None:
    home = tmp_path / "home"
    build(site, "zh/ivr/shop", 450)
    record(site, "zh/goodbye.wav", 500)
    root = lay(home, PromptBook.of_site(site), site, NOW).root
    (site / "prompts/zh-CN.yaml").unlink()
    (site / "sounds/zh/ivr/shop.wav").unlink()
    plain = PromptBook.of_site(site)
    lay(home, plain, site, NOW)
    assert heard(root, "zh/ivr/shop") == [450, 450]
    build(site, "zh/ivr/closed", 700)
    lay(home, plain, site, NOW + LEAVING / 2)
    assert heard(root, "zh/ivr/shop") == [450, 450]
    lay(home, plain, site, NOW + LEAVING)
    assert not (root / "zh/ivr/shop.wav").exists()
    assert heard(root, "zh/ivr/closed") == [700, 700]


def test_slow_prompts_are_longer_and_no_lower(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    build(site, "zh/ivr/shop", 400)
    root = lay(home, book, site, NOW, slow={"zh-CN": ["shop", "closed", "unknown"]}, speed=0.8).root
    assert heard(root, "zh/ivr-slow/shop") == [400, 400]
    assert sounds.duration("zh-CN", "ivr-slow/shop", root=root) == pytest.approx(0.5 / 0.8, abs=0.01)
    assert sounds.duration("zh-CN", "shop", root=root) == 0.5
    spoken = PromptBook.of_site(site, root=root)
    assert heard(root, "zh/ivr-slow/closed") == [300, 300]
    assert sounds.missing("zh-CN", ["ivr-slow/goodbye", "ivr-slow/unknown"], root=root) == [
        "ivr-slow/goodbye",
        "ivr-slow/unknown",
    ]
    lay(home, book, site, NOW, slow={"zh-CN": ["shop"]}, speed=0.5)
    assert spoken.seconds("zh-CN", "ivr-slow/shop") == pytest.approx(1.0, abs=0.01)


def test_a_recording_that_is_none_is_told_and_the_next_layer_speaks(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    build(site, "zh/ivr/shop", 450)
    (site / "studio/zh").mkdir(parents=True)
    (site / "studio/zh/shop.wav").write_bytes(b"RIFF, they said")
    (site / "studio/zh/closed.wav").write_bytes(b"")
    for changed in (True, False):
        laid = lay(home, book, site, NOW)
        assert laid.changed == changed
        assert [one.split(":")[0] for one in laid.problems] == ["closed.wav", "shop.wav"]
    assert heard(laid.root, "zh/ivr/shop") == [450, 450]
    assert heard(laid.root, "zh/ivr/closed") == [300, 300]
    build(site, "zh/ivr/goodbye", 400)
    assert len(lay(home, book, site, NOW).problems) == 2
    record(site, "zh/shop.wav", 500)
    assert len(lay(home, book, site, NOW).problems) == 1


def test_links_out_of_the_site_are_not_followed(tmp_path: Path, site: Path) -> None:
    record(tmp_path / "elsewhere", "zh/shop.wav", 500)
    build(tmp_path / "elsewhere", "zh/ivr/goodbye", 500)
    (site / "studio").symlink_to(tmp_path / "elsewhere" / "studio")
    (site / "sounds").symlink_to(tmp_path / "elsewhere" / "sounds")
    root = lay(tmp_path / "home", PromptBook.of_site(site), site, NOW).root
    assert heard(root, "zh/ivr/goodbye") == [300, 300]
    assert not (root / "zh/ivr/shop.wav").exists()


def test_a_spoiled_index_is_no_hindrance(tmp_path: Path, site: Path) -> None:
    home, book = tmp_path / "home", PromptBook.of_site(site)
    root = lay(home, book, site, NOW).root
    played = root.resolve()
    (root / "overlay.json").write_text("[1, 2")
    assert lay(home, book, site, NOW).changed
    assert played.is_dir(), "what is played from is not taken away under a call"
    assert heard(root, "zh/ivr/goodbye") == [300, 300]


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, site: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="sounds"):
        lay(tmp_path / "file" / "home", PromptBook.of_site(site), site, NOW)


def test_two_processes_wait_for_each_other(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ivr.core.alone import alone
    from ivr.core.errors import UsageError

    home = tmp_path / "home"
    monkeypatch.setattr(overlay, "WAIT", 0.05)
    with alone(home / ".lock", UsageError("held")), pytest.raises(UsageError):
        lay(home, PromptBook.of_site(site), site, NOW)
    assert lay(home, PromptBook.of_site(site), site, NOW).changed
