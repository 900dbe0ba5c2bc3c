"""Whether a prompt says its text: three answers, and no guess where nobody could listen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from ivr.core.settings import Settings
from ivr.reports import prompt_words
from ivr.reports.prompt_words import judge, likeness, listen
from prompts import catalogue
from prompts.layers import Source, find_source
from recording.errors import TranscriptionError
from recording.models import Model
from recording.transcription.transcript import PartyTranscript, Word


@pytest.mark.parametrize(
    ("language", "prompt", "heard", "verdict"),
    [
        ("zh-CN", "closed", "对不起 现在 是 非 服务 时间 您 可以 给 我们 留言", "says"),
        ("zh-CN", "closed", "对不起 现在 是 飞 服务 实践 你 可以 给 我们 流言", "says"),
        ("zh-CN", "closed", "对不起 现在 是 非 服务 时间", "cannot-tell"),
        ("zh-CN", "closed", "感谢 您 的 耐心 等候", "says-not"),
        ("zh-CN", "closed", "", "says-not"),
        ("en-US", "closed", "sorry we are closed now you can leave us a message", "says"),
        ("en-US", "closed", "thank you for waiting", "says-not"),
        ("ko-KR", "agent-not-logged-in", "아직 로그인 하지 않았 습니다", "says"),
        ("ko-KR", "agent-not-logged-in", "통화 결과가 저장 되었습니다", "says-not"),
        ("ko-KR", "region-hunan", "후난", "cannot-tell"),
    ],
)
def test_words_are_compared_as_sounds(language: str, prompt: str, heard: str, verdict: str) -> None:
    found = judge(catalogue.load(language)[prompt], heard)
    assert found.verdict == verdict, (found.alike, catalogue.load(language)[prompt].text)
    assert (found.why is None) == (verdict != "cannot-tell")


def test_likeness_is_per_cent_of_the_longer_text() -> None:
    assert likeness("zh-CN", "请您稍候", "请 您 稍 后") == 100
    assert likeness("zh-CN", "请您稍候", "请 您") == 50
    assert likeness("zh-CN", "请您稍候", "") == 0
    assert likeness("zh-CN", "", "") == 0


class Listener:
    """Stands for a transcriber: hears the same in everything, or fails."""

    opened: ClassVar[list[Path]] = []

    def __init__(self, folder: Path) -> None:
        self.opened.append(folder)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def transcribe_sound(self, sound: Any, name: str) -> PartyTranscript:
        assert (sound.rate, name) == (16_000, "closed.wav16")
        if not len(sound.samples):
            raise TranscriptionError("nothing")
        words = tuple(Word(word, 0.0, 1.0, 1.0) for word in catalogue.load("en-US")["closed"].text.split())
        return PartyTranscript(words, ((0.0, 1.0),), 30.0, sound.duration, "m")


def sources(language: str) -> list[tuple[catalogue.Prompt, Source]]:
    prompt = catalogue.load(language)["closed"]
    source = find_source(prompt, None)
    assert source is not None
    return [(prompt, source)]


def test_without_a_model_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recording.models._packaged", list)
    found = listen(sources("zh-CN"), Settings(cache=tmp_path))
    assert [(one.verdict, one.alike) for one in found] == [("cannot-tell", None)]
    assert found[0].why is not None
    assert "no Vosk model for zh-CN" in found[0].why.en


def test_each_language_is_heard_by_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def model(_: Settings, language: str) -> Model:
        return Model(f"m-{language}", language, tmp_path / language, "installed")

    monkeypatch.setattr(prompt_words, "find_model", model)
    told: list[tuple[str, int, int]] = []
    prompts = sources("zh-CN") + sources("en-US")
    beep = catalogue.load("en-US")["beep"]
    found = listen(
        [*prompts, (beep, prompts[1][1])],
        Settings(cache=tmp_path),
        tell=lambda prompt, number, total: told.append((prompt.language, number, total)),
        transcriber=Listener,  # type: ignore[arg-type]
    )
    assert [(one.where, one.verdict) for one in found] == [("en/ivr/closed", "says"), ("zh/ivr/closed", "says-not")]
    assert told == [("en-US", 0, 2), ("zh-CN", 1, 2)]
    assert Listener.opened == [tmp_path / "en-US", tmp_path / "zh-CN"]


def test_a_sound_that_cannot_be_read_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_words, "find_model", lambda *_: Model("m", "zh-CN", tmp_path, "installed"))
    (prompt, _), *_ = sources("zh-CN")
    (tmp_path / "closed.wav16").write_bytes(b"nothing")
    found = listen(
        [(prompt, Source("built", {8000: tmp_path / "closed.wav", 16_000: tmp_path / "closed.wav16"}))],
        Settings(cache=tmp_path),
        transcriber=Listener,  # type: ignore[arg-type]
    )
    assert [one.verdict for one in found] == ["cannot-tell"]
