"""``ivr qa judge`` and ``rejudge``: what is wrong use, what is missing, what a call of files comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recording.audio.wav import Sound
from recording.models import Model
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript
from tests.unit.cli.conftest import Ivr
from tests.unit.recording.judging_room import OPENING, said
from tests.unit.recording.test_analytics import placed, voice


class Recogniser:
    """In the transcriber's place: hears the opening in whatever has a grammar pass, nothing else."""

    asked = 0

    def __init__(self, *_args: object, **_options: object) -> None: ...

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(self, *_: object) -> None: ...

    def transcribe_sound(
        self, sound: Sound, name: str, grammar: Grammar | None = None, *, progress: Callable[[float], None]
    ) -> PartyTranscript:
        progress(1.0)
        return said(OPENING if grammar is not None else "")


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("recording.transcription.transcriber.Transcriber", Recogniser)
    monkeypatch.setattr(
        "recording.models.find_model", lambda settings, language: Model("fake-model", language, tmp_path, "installed")
    )


@pytest.fixture
def call(tmp_path: Path) -> Path:
    agent = placed(12, (0.5, voice("agent-1-greet")), (4.5, voice("agent-1-help")), (8.0, voice("agent-1-name")))
    caller = placed(12, (10.5, voice("caller-1-thanks")))
    path = tmp_path / "call 1.wav"
    soundfile.write(str(path), np.stack([agent.samples, caller.samples], axis=1), 8000, subtype="PCM_16")
    return path


@pytest.mark.usefixtures("recogniser", "no_asterisk")
def test_a_stereo_file_is_judged_without_site_or_database(ivr: Ivr, home: Path, call: Path, tmp_path: Path) -> None:
    page, clips = tmp_path / "out.html", tmp_path / "clips"
    ran = ivr("qa", "judge", str(call), "--rulebook", "en-US", "--html", str(page), "--clips", str(clips), "--json")
    assert ran.exit_code == 1, "the farewell was not said"
    found = json.loads(ran.stdout)
    assert (found["judged"], found["failed"], found["language"], found["model"]) == (1, [], "en-US", "fake-model")
    (one,) = found["calls"]
    assert one["name"] == "call 1.wav"
    assert found["broken"] == one["broken"] > 0
    assert next(v for v in one["verdicts"] if v["rule"] == "opening")["value"] == "said"
    assert {clip["file"] for clip in one["clips"]} == {path.name for path in clips.iterdir()}
    text = page.read_text(encoding="utf-8")
    assert "call 1.wav" in text
    assert "<script src" not in text
    assert not (home / "ivr.db").exists()


@pytest.mark.usefixtures("recogniser", "no_asterisk")
def test_people_see_a_table_in_their_language(ivr: Ivr, call: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    ran = ivr("qa", "judge", str(call), "--language", "en-US")
    assert "识别质量" in ran.stdout
    assert "已评判 1 通" in ran.stdout


@pytest.mark.usefixtures("recogniser", "no_asterisk")
def test_files_that_are_no_calls_are_named_and_the_others_judged(ivr: Ivr, call: Path, tmp_path: Path) -> None:
    (tmp_path / "-bad\n.wav").write_text("no sound")
    ran = ivr("qa", "judge", "--rulebook", "en-US", "--json", "--", str(tmp_path / "-bad\n.wav"), str(call))
    assert ran.exit_code == 1
    found = json.loads(ran.stdout)
    assert found["judged"] == 1
    (bad,) = found["failed"]
    assert bad["files"] == ["-bad\ufffd.wav"]
    assert bad["cure"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "neither rulebook nor language"),
        (["--rulebook", "en-US", "--agent-channel", "middle"], "left or right"),
        (["--rulebook", "en-US", "--language", "ko-KR"], "is for en-US"),
        (["--rulebook", "nosuch"], "no rulebook 'nosuch'"),
        (["--rulebook", "nosuch.yaml"], "cannot be read"),
        (["--language", "fr-FR"], "no rulebook 'fr-FR'"),
    ],
)
def test_wrong_use_is_exit_code_2(ivr: Ivr, call: Path, more: list[str], said: str) -> None:
    ran = ivr("qa", "judge", str(call), *more)
    assert ran.exit_code == 2
    assert said in ran.stderr


@pytest.mark.parametrize("command", ["show", "norms", "check"])
def test_a_rulebook_that_is_not_there_is_wrong_use(ivr: Ivr, command: str) -> None:
    ran = ivr("qa", "rulebook", command, "nosuch", "--json")
    assert ran.exit_code == 2
    assert "zh-cn" in json.loads(ran.stdout)["cure"]


def test_a_folder_without_sound_is_wrong_use(ivr: Ivr, tmp_path: Path) -> None:
    assert ivr("qa", "judge", str(tmp_path / "work"), "--rulebook", "en-US").exit_code == 2


def test_a_model_that_is_not_there_is_missing(ivr: Ivr, call: Path) -> None:
    ran = ivr("qa", "judge", str(call), "--rulebook", "en-US", "--model", "nobody")
    assert ran.exit_code == 3
    assert "ivr model list" in ran.stderr


def test_clips_never_overwrite(ivr: Ivr, call: Path, tmp_path: Path, recogniser: None) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.wav").touch()
    ran = ivr("qa", "judge", str(call), "--rulebook", "en-US", "--clips", str(tmp_path / "full"))
    assert ran.exit_code == 2
    assert "not empty" in ran.stderr


def test_rejudging_asks_for_calls_that_there_are(ivr: Ivr) -> None:
    assert ivr("db", "upgrade").exit_code == 0
    for names, told in ([], "neither a call"), (["7"], "no call '7'"), (["--since", "yesterday"], "no day"):
        ran = ivr("qa", "rejudge", *names)
        assert ran.exit_code == 2
        assert told in ran.stderr
    none = ivr("qa", "rejudge", "--since", "2026-01-01", "--json")
    assert (none.exit_code, json.loads(none.stdout)["judged"]) == (0, 0)


def test_rejudging_from_what_is_stored(ivr: Ivr, home: Path) -> None:
    import asyncio

    from ivr.storage import quality
    from ivr.storage.database import Database
    from tests.unit.recording.judging_room import JudgingRoom

    assert ivr("db", "upgrade").exit_code == 0

    async def prepare() -> int:
        async with Database(f"sqlite+aiosqlite:///{home}/ivr.db") as database:
            room = JudgingRoom(database, home)
            number = await room.call()
            await room.judge.judge(number)
            return number

    async def runs(number: int) -> list[str]:
        async with Database(f"sqlite+aiosqlite:///{home}/ivr.db") as database, database.read() as session:
            return [one.value for one in await quality.list_verdicts(session, number)]

    number = asyncio.run(prepare())
    before = asyncio.run(runs(number))
    ran = ivr("qa", "rejudge", str(number), "1.1", "--stored", "--json")
    assert ran.exit_code == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["judged"], found["failed"]) == (1, 0), "named twice, judged once"
    assert len(asyncio.run(runs(number))) == len(before) == found["calls"][0]["verdicts"]
    assert ivr("qa", "rejudge", "--since", "2026-03-01", "--until", "2026-03-01", "--stored").exit_code == 0
