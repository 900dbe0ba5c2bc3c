"""A site's prompts are built with the engine that is here: what is missing or changed, and nothing else."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
import soundfile

from ivr.core.errors import SetupError, UsageError
from prompts import manifest, sounds
from prompts.book import PromptBook
from prompts.builder import engines, espeak
from prompts.builder.building import build, own_prompts, to_build
from prompts.builder.engines import KokoroSpeaker, choose
from prompts.builder.espeak import Espeak
from prompts.catalogue import Prompt
from prompts.measure import Floats
from tests.unit.prompts.test_site_check import speech


class Hum:
    """A speaker who hums, and remembers what was asked of him."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def voice(self, prompt: Prompt) -> str:
        return f"hum-{prompt.says_in}"

    def say(self, prompt: Prompt) -> tuple[Floats, int]:
        self.said.append(prompt.words)
        return speech(rate=22_050), 22_050


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "zh-CN.yaml").write_text(
        "language: zh-CN\n"
        "prompts:\n  shop: {text: 欢迎光临。}\n  goodbye: {text: 再会。}\n  signal: {tone: [[440, 0.5]]}\n"
        "asterisk:\n  queue-thankyou: {text: 多谢。}\n",
        encoding="utf-8",
    )
    (folder / "prompts" / "ko-KR.yaml").write_text("language: ko-KR\nprompts:\n  shop: {text: 어서 오세요.}\n")
    return folder


def names(prompts: list[Prompt]) -> list[str]:
    return [f"{sounds.asterisk_code(prompt.language)} {prompt.id}" for prompt in prompts]


def test_only_what_is_missing_or_says_another_text_is_built(site: Path) -> None:
    book, hum, told = PromptBook.of_site(site), Hum(), []
    todo = to_build(book, site)
    assert names(todo) == ["zh goodbye", "zh queue-thankyou", "zh shop", "zh signal", "ko shop"]
    build(todo, site, lambda: hum, lambda prompt, number, total: told.append((prompt.id, number, total)))
    assert hum.said == ["再会。", "多谢。", "欢迎光临。", "어서 오세요."]
    assert told[0] == ("goodbye", 0, 5)
    assert told[-1] == ("shop", 4, 5)
    assert to_build(book, site) == []
    known = manifest.read_manifest(site / "sounds" / "manifest.json")
    assert {name: entry.voice for name, entry in known.items()} == {
        "zh/ivr/goodbye": "hum-zh-CN",
        "zh/queue-thankyou": "hum-zh-CN",
        "zh/ivr/shop": "hum-zh-CN",
        "zh/ivr/signal": "tone",
        "ko/ivr/shop": "hum-ko-KR",
    }
    for name, entry in known.items():
        for extension, rate in sounds.EXTENSIONS.items():
            about = soundfile.info(str(site / "sounds" / f"{name}.wav")) if rate == 8000 else None
            assert (site / "sounds" / f"{name}{extension}").is_file()
            assert about is None or (about.samplerate, about.subtype) == (8000, "PCM_16")
        assert entry.seconds > 0.3
    path = site / "prompts" / "zh-CN.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("再会", "再会了"), encoding="utf-8")
    (site / "sounds" / "ko" / "ivr" / "shop.wav16").unlink()
    book = PromptBook.of_site(site)
    assert names(to_build(book, site)) == ["zh goodbye", "ko shop"]
    assert names(to_build(book, site, ["zh-CN"])) == ["zh goodbye"]
    assert names(to_build(book, site, ["ko-KR"], everything=True)) == ["ko shop"]
    assert names(own_prompts(book, ["en-US"])) == []


def test_what_a_studio_recorded_is_not_built(site: Path) -> None:
    (site / "studio" / "zh").mkdir(parents=True)
    soundfile.write(site / "studio" / "zh" / "shop.wav", speech(), 24_000)
    assert "zh shop" not in names(to_build(PromptBook.of_site(site), site, everything=True))


def test_what_was_built_before_an_engine_failed_is_kept(site: Path) -> None:
    class Breaks(Hum):
        def say(self, prompt: Prompt) -> tuple[Floats, int]:
            if len(self.said) == 2:
                raise SetupError("broken")
            return super().say(prompt)

    book = PromptBook.of_site(site)
    with pytest.raises(SetupError):
        build(to_build(book, site), site, Breaks)
    assert names(to_build(book, site)) == ["zh shop", "zh signal", "ko shop"]


def test_a_text_that_cannot_be_said_is_told_with_its_line(site: Path) -> None:
    class Dumb(Hum):
        def say(self, prompt: Prompt) -> tuple[Floats, int]:
            raise UsageError("the voice cannot say ☎", cure="write `spoken`")

    book = PromptBook.of_site(site)
    with pytest.raises(UsageError, match=r"prompts/zh-CN.yaml:4: goodbye: the voice cannot say ☎ — write `spoken`"):
        build(to_build(book, site), site, Dumb)


def test_tones_need_no_engine(site: Path) -> None:
    def none() -> Hum:
        raise AssertionError("no engine is wanted")

    signal = PromptBook.of_site(site).find("zh-CN", "signal")
    assert signal is not None
    build([signal], site, none)
    assert (site / "sounds/zh/ivr/signal.wav").is_file()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine without any engine."""
    for name in (espeak.PROGRAM_VARIABLE, engines.VOICES_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(espeak.shutil, "which", lambda _: None)
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    return monkeypatch


def program(folder: Path, body: str) -> Path:
    """A program that stands for espeak-ng."""
    path = folder / "espeak-ng"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


ECHO = """
text, args = sys.stdin.buffer.read().decode(), sys.argv[1:]
assert args[:2] == ["-v", "cmn"] and args[-2:] == ["--stdin", "--stdout"], args
assert text == "欢迎光临。", text
import math, struct
frames = b"".join(struct.pack("<h", int(9000 * math.sin(n / 9))) for n in range(22050))
parts = (b"RIFF", 0x7fffffff, b"WAVE", b"fmt ", 16, 1, 1, 22050, 44100, 2, 16, b"data", 0x7ffff000)
head = struct.pack("<4sI4s4sIHHIIHH4sI", *parts)
sys.stdout.buffer.write(head + frames)
"""


def test_espeak_is_given_the_text_on_its_input_and_its_endless_header_is_read(site: Path, tmp_path: Path) -> None:
    shop = PromptBook.of_site(site).find("zh-CN", "shop")
    assert shop is not None
    speaker = Espeak(str(program(tmp_path, ECHO)))
    sound, rate = speaker.say(shop)
    assert (len(sound), rate, speaker.voice(shop)) == (22_050, 22_050, "espeak-cmn")
    assert float(abs(sound).max()) == pytest.approx(9000 / 32768, abs=0.001)


@pytest.mark.parametrize("body", ["sys.exit(1)", "print('no sound')"])
def test_an_espeak_that_fails_is_told(site: Path, tmp_path: Path, body: str) -> None:
    shop = PromptBook.of_site(site).find("zh-CN", "shop")
    assert shop is not None
    with pytest.raises(SetupError, match="espeak-ng failed"):
        Espeak(str(program(tmp_path, body))).say(shop)


def test_the_best_engine_that_is_here_is_taken(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"apt-get install espeak-ng.*prompts import"):
        choose()
    with pytest.raises(SetupError, match="voices are not here"):
        choose("kokoro")
    with pytest.raises(SetupError, match="espeak-ng is not installed"):
        choose("espeak")
    machine.setenv(espeak.PROGRAM_VARIABLE, str(program(tmp_path, ECHO)))
    assert isinstance(choose(), Espeak)
    machine.setattr(engines, "find_spec", lambda name: name)
    assert isinstance(choose(), Espeak), "Kokoro's voices are not here"
    (tmp_path / "zf_xiaoxiao.bin").write_bytes(b"")
    assert isinstance(choose(voices=tmp_path), KokoroSpeaker)
    assert isinstance(choose("espeak", voices=tmp_path), Espeak)
