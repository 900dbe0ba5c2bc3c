from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.core.errors import SetupError
from ivr.core.problems import Problem, Severity
from prompts import catalogue, check, manifest, sounds
from prompts.catalogue import Catalogue, Prompt
from prompts.manifest import Entry

IDS = ("goodbye", "closed", "no-input")
PROMPTS = [Prompt(id=name, language="zh-CN", text=name) for name in IDS]


def put(path: Path, sound: np.ndarray, rate: int, *, channels: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2").tobytes())


def buzz(rate: int, *, amplitude: float = 0.2, seconds: float = 0.5, quiet: float = 0.1) -> np.ndarray:
    tone = amplitude * np.sin(2 * np.pi * 250 * np.arange(round(seconds * rate)) / rate)
    return np.pad(tone, round(quiet * rate))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Three good sounds, in the manifest."""
    entries = {}
    for prompt in PROMPTS:
        for extension, rate in sounds.EXTENSIONS.items():
            put(sounds.sound_path("zh-CN", prompt.id, extension=extension, root=tmp_path), buzz(rate), rate)
        entries[manifest.key(prompt)] = Entry(prompt.id, "zh-CN", manifest.text_sha(prompt), "studio", 0.7, -20, -14)
    manifest.write_manifest(manifest.manifest_path(tmp_path), entries)
    return tmp_path


def found(root: Path, prompts: list[Prompt] = PROMPTS) -> list[Problem]:
    return check.check_sounds(prompts, root=root)


def codes(root: Path) -> set[str]:
    return {problem.code for problem in found(root)}


def test_a_good_pack_has_no_problems(pack: Path) -> None:
    assert found(pack) == []


def both(change: Callable[[int], np.ndarray]) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        for extension, rate in sounds.EXTENSIONS.items():
            put(root / f"zh/ivr/goodbye{extension}", change(rate), rate)

    return apply


def clipped(rate: int) -> np.ndarray:
    sound = buzz(rate)
    sound[rate // 4 : rate // 4 + 5] = 1.0
    return sound


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / "zh/ivr/goodbye.wav16").unlink(), "SD101"),
        (lambda root: (root / "zh/ivr/goodbye.wav").write_bytes(b"not a sound"), "SD102"),
        (lambda root: put(root / "zh/ivr/goodbye.wav", buzz(16000), 16000), "SD103"),
        (lambda root: put(root / "zh/ivr/goodbye.wav", buzz(8000), 8000, channels=2), "SD103"),
        (both(np.zeros), "SD104"),
        (both(clipped), "SD105"),
        (both(lambda rate: buzz(rate, amplitude=0.02)), "SD106"),
        (both(lambda rate: buzz(rate, amplitude=0.9)), "SD107"),
        (both(lambda rate: buzz(rate, quiet=0.8)), "SD108"),
        (lambda root: put(root / "zh/ivr/goodbye.wav", buzz(8000, seconds=0.9), 8000), "SD111"),
    ],
)
def test_finds_what_is_wrong_and_where(pack: Path, spoil: Callable[[Path], None], code: str) -> None:
    spoil(pack)
    problems = found(pack)
    assert {problem.code for problem in problems} == {code}
    assert all("/zh/ivr/goodbye" in problem.where for problem in problems)
    assert all(problem.text.zh != problem.text.en and problem.cure.zh for problem in problems)


def test_a_changed_text_makes_its_sound_stale(pack: Path) -> None:
    changed = [Prompt(id="goodbye", language="zh-CN", text="another"), *PROMPTS[1:]]
    (problem,) = found(pack, changed)
    assert (problem.code, problem.severity) == ("SD109", Severity.ERROR)
    respoken = [Prompt(id="goodbye", language="zh-CN", text="goodbye", spoken="other"), *PROMPTS[1:]]
    assert [problem.code for problem in found(pack, respoken)] == ["SD109"]
    explained = [Prompt(id="goodbye", language="zh-CN", text="goodbye", about="other", barge_in="none"), *PROMPTS[1:]]
    assert found(pack, explained) == []


def test_a_sound_of_unknown_origin_is_a_warning(pack: Path) -> None:
    manifest.manifest_path(pack).unlink()
    assert {(problem.code, problem.severity) for problem in found(pack)} == {("SD110", Severity.WARNING)}


def test_a_broken_manifest_is_told(pack: Path) -> None:
    manifest.manifest_path(pack).write_text('{"zh/ivr/goodbye": {"id": 1}}')
    with pytest.raises(SetupError, match=r"manifest\.json"):
        found(pack)


def test_tones_have_their_own_loudness(pack: Path) -> None:
    beep = Prompt(id="beep", language="zh-CN", text="", tone=((1000.0, 0.2),), asterisk=True)
    for extension, rate in sounds.EXTENSIONS.items():
        put(pack / f"zh/beep{extension}", buzz(rate, amplitude=0.9, quiet=0), rate)
    known = manifest.read_manifest(manifest.manifest_path(pack))
    known[manifest.key(beep)] = Entry("beep", "zh-CN", manifest.text_sha(beep), "tone", 0.5, -4, -1)
    manifest.write_manifest(manifest.manifest_path(pack), known)
    assert found(pack, [*PROMPTS, beep]) == []


def test_a_prompt_one_language_lacks_is_told() -> None:
    chinese = Catalogue("zh-CN", {prompt.id: prompt for prompt in PROMPTS})
    english = Catalogue("en-US", {name: Prompt(id=name, language="en-US", text=name) for name in IDS[:2]})
    (problem,) = check.check_languages([chinese, english])
    assert (problem.where, problem.code) == ("en-US.yaml", "SD112")
    assert "no-input" in problem.text.en
    assert check.check_languages([catalogue.load(name) for name in catalogue.LANGUAGES]) == []
