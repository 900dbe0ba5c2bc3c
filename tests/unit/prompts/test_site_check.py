"""What is wrong with a site's own sounds is found, and what is right is left in peace."""

from __future__ import annotations

import json
import wave
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.problems import Severity
from prompts import manifest, sounds
from prompts.book import PromptBook
from prompts.builder.finish import write_wav
from prompts.builder.render import entry, write
from prompts.measure import Floats
from prompts.site_check import check_site


def speech(seconds: float = 1.0, rate: int = 24_000, level: float = 0.1) -> Floats:
    """A hum that swells like syllables."""
    at = np.arange(round(seconds * rate)) / rate
    hum = sum(np.sin(2 * np.pi * 140 * n * at) / n for n in range(1, 8))
    return (level * hum * (0.4 + np.abs(np.sin(2 * np.pi * 3 * at)))).astype(np.float32)


@pytest.fixture(autouse=True)
def pack_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test lays there is looked at: the pack's sounds are few, its texts as they are."""
    monkeypatch.setattr(sounds, "_ROOT", tmp_path / "pack")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "prompts").mkdir(parents=True)
    text = "language: zh-CN\nprompts:\n  shop: {text: 欢迎光临。}\n  goodbye: {text: 再会。}\n"
    (folder / "prompts" / "zh-CN.yaml").write_text(text, encoding="utf-8")
    return folder


def built(site: Path, name: str, sound: Floats | None = None) -> None:
    prompt = PromptBook.of_site(site).find("zh-CN", name)
    assert prompt is not None
    path = manifest.manifest_path(site / "sounds")
    made = write(prompt, speech() if sound is None else sound, 24_000, voice="hum", root=site / "sounds")
    manifest.write_manifest(path, manifest.read_manifest(path) | {manifest.key(prompt): made})


def recorded(site: Path, name: str, sound: Floats | None = None, *, known: bool = True, text: str = "") -> Path:
    path = site / "studio" / "zh" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, speech(rate=48_000) if sound is None else sound, 48_000)
    prompt = PromptBook.of_site(site).find("zh-CN", name)
    if known and prompt is not None:
        said = replace(prompt, text=text or prompt.text)
        entries = {manifest.key(prompt): entry(said, speech(rate=8000), "studio")}
        manifest.write_manifest(manifest.manifest_path(site / "studio"), entries)
    return path


def codes(site: Path, *only: str) -> list[tuple[str, str]]:
    """Code and place of what is wrong, without the pack's prompts, whose sounds are not here."""
    found = check_site(PromptBook.of_site(site), site, ["zh-CN"], pack=False)
    return [(one.code, one.where) for one in found if one.code != "SD101" or one.where.endswith(only or ("/shop",))]


def test_a_site_whose_sounds_are_built_is_in_order(site: Path) -> None:
    assert codes(site, "/shop", "/goodbye") == [("SD101", "sounds/zh/ivr/goodbye"), ("SD101", "sounds/zh/ivr/shop")]
    built(site, "shop")
    built(site, "goodbye")
    assert codes(site, "/shop", "/goodbye") == []


def test_words_of_the_site_for_which_the_pack_speaks(site: Path, tmp_path: Path) -> None:
    built(site, "shop")
    for extension, rate in sounds.EXTENSIONS.items():
        write_wav(tmp_path / "pack" / "zh" / "ivr" / f"goodbye{extension}", speech(rate=rate), rate)
    assert codes(site) == [("SD113", "sounds/zh/ivr/goodbye")]


def test_a_text_that_changed_makes_its_sound_stale(site: Path) -> None:
    built(site, "shop")
    text = (site / "prompts" / "zh-CN.yaml").read_text(encoding="utf-8")
    (site / "prompts" / "zh-CN.yaml").write_text(text.replace("欢迎光临", "您好"), encoding="utf-8")
    found = check_site(PromptBook.of_site(site), site, ["zh-CN"], pack=False)
    stale = next(one for one in found if one.code == "SD109")
    assert stale.where == "sounds/zh/ivr/shop"
    assert "ivr prompts build" in stale.cure.en


def test_a_sound_at_the_wrong_rate_or_much_quieter_is_found(site: Path) -> None:
    for name in ("shop", "goodbye"):
        built(site, name)
    built(site, "queue-join")
    assert codes(site) == []
    write_wav(site / "sounds/zh/ivr/shop.wav", speech(rate=16_000), 16_000)
    with wave.open(str(site / "sounds/zh/ivr/goodbye.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
    write_wav(site / "sounds/zh/ivr/goodbye.wav", sound * np.float32(0.3), 8000)
    assert codes(site) == [("SD103", "sounds/zh/ivr/shop.wav"), ("SD106", "sounds/zh/ivr/goodbye.wav")]


def test_recordings_are_known_by_the_text_they_were_imported_for(site: Path) -> None:
    built(site, "goodbye")
    recorded(site, "shop")
    assert codes(site) == []
    recorded(site, "shop", text="欢迎再来。")
    assert codes(site) == [("SD118", "studio/zh/shop.wav")]
    (site / "studio" / "manifest.json").unlink()
    found = check_site(PromptBook.of_site(site), site, ["zh-CN"], pack=False)
    unknown = [one for one in found if one.code == "SD119"]
    assert [(one.where, one.severity) for one in unknown] == [("studio/zh/shop.wav", Severity.WARNING)]


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (np.clip(speech(rate=48_000) * 30, -1, 1), "SD105"),
        (speech(rate=48_000) * np.float32(0.005), "SD116"),
        (np.zeros(48_000, np.float32), "SD117"),
        (speech(seconds=400, rate=48_000), "SD117"),
    ],
)
def test_recordings_that_are_bad(site: Path, tmp_path: Path, sound: Floats, code: str) -> None:
    built(site, "goodbye")
    for extension, rate in sounds.EXTENSIONS.items():  # something of the pack to compare with
        write_wav(tmp_path / "pack" / "zh" / "ivr" / f"closed{extension}", speech(rate=rate), rate)
    recorded(site, "shop", sound)
    assert codes(site) == [(code, "studio/zh/shop.wav")]


def test_what_nobody_asks_for_is_told(site: Path) -> None:
    for name in ("shop", "goodbye"):
        built(site, name)
    manifest_file = site / "sounds" / "manifest.json"
    known = json.loads(manifest_file.read_text())
    assert known["zh/ivr/shop"] == asdict(manifest.read_manifest(manifest_file)["zh/ivr/shop"])
    recorded(site, "old-shop", known=False)
    recorded(site, "shop")
    (site / "studio/zh/shop.flac").write_bytes(b"x")
    (site / "studio/zh/notes\x1b[2J.doc").write_text("x")
    (site / "studio/zh/.hidden").write_text("x")
    write_wav(site / "sounds/zh/ivr/gone.wav", speech(rate=8000), 8000)
    assert sorted(codes(site)) == [
        ("SD114", "sounds/zh/ivr/gone.wav"),
        ("SD114", "studio/zh/old-shop.wav"),
        ("SD115", "studio/zh/notes?[2J.doc"),
        ("SD120", "studio/zh/shop.wav"),
    ]
