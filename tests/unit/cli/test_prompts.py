"""ivr prompts: what an admin sees of what the line says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import soundfile

from dialplan.sites import demo_site
from prompts import sounds
from prompts.builder import engines
from tests.unit.cli.conftest import Ivr
from tests.unit.prompts.test_building import Hum
from tests.unit.prompts.test_site_check import speech


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's site with a prompt of its own, set as this installation's."""
    folder = tmp_path / "site"
    shutil.copytree(demo_site(), folder)
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "zh-CN.yaml").write_text(
        "language: zh-CN\nprompts:\n  shop: {text: '欢迎致电{company}。'}\n  goodbye: {text: 再会。}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("IVR_SITE", str(folder))
    return folder


@pytest.fixture
def hum(monkeypatch: pytest.MonkeyPatch) -> Hum:
    """The only speech engine of this machine."""
    engine = Hum()
    monkeypatch.setattr(engines, "choose", lambda *_, **__: engine)
    return engine


def answer(ivr: Ivr, *words: str, code: int = 0) -> Any:
    result = ivr("prompts", *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_from_the_text_to_what_calls_hear(ivr: Ivr, site: Path, hum: Hum, home: Path) -> None:
    rows = {row["id"]: row for row in answer(ivr, "list", "--own")}
    assert set(rows) == {"shop", "goodbye"}
    assert (rows["shop"]["text"], rows["shop"]["source"], rows["shop"]["used_by"]) == ("欢迎致电韩国银行。", "", [])
    assert rows["goodbye"]["source"] == "pack"
    assert answer(ivr, "build") == {
        "site": str(site),
        "built": [{"language": "zh-CN", "id": "goodbye"}, {"language": "zh-CN", "id": "shop"}],
        "laid": False,
    }
    assert hum.said == ["再会。", "欢迎致电韩国银行。"]
    (home / "sounds").mkdir(parents=True)
    assert answer(ivr, "build")["built"] == []
    assert not sounds.missing("zh-CN", ["shop", "goodbye"], root=home / "sounds" / "current")
    rows = {row["id"]: row for row in answer(ivr, "list", "--language", "zh")}
    assert (rows["shop"]["source"], rows["shop"]["stale"]) == ("built", False)
    assert rows["shop"]["seconds"] == pytest.approx(1, abs=0.3)
    assert rows["goodbye"]["used_by"]
    assert rows["queue-join"]["source"] == "pack"
    shown = ivr("prompts", "list", "--own").stdout
    assert "shop" in shown
    assert "built" in shown


def test_a_changed_text_is_stale_until_it_is_built(ivr: Ivr, site: Path, hum: Hum) -> None:
    answer(ivr, "build")
    path = site / "prompts" / "zh-CN.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("再会", "再会了"), encoding="utf-8")
    assert [row["id"] for row in answer(ivr, "list") if row["stale"]] == ["goodbye"]
    found = answer(ivr, "check", "--no-listen", "--language", "zh", code=4)
    assert [(one["code"], one["where"]) for one in found["problems"]] == [("SD109", "sounds/zh/ivr/goodbye")]
    assert [one["id"] for one in answer(ivr, "build")["built"]] == ["goodbye"]
    assert answer(ivr, "check", "--no-listen", "--language", "zh")["ok"]


def test_without_an_engine_the_cure_is_told(ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    monkeypatch.setattr(engines, "program", lambda: None)
    result = ivr("prompts", "build")
    assert result.exit_code == 3
    assert "apt-get install espeak-ng" in " ".join(result.output.split())


def test_nobody_can_tell_what_is_said_without_a_model(
    ivr: Ivr, site: Path, hum: Hum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recording.models._packaged", list)
    answer(ivr, "build")
    found = answer(ivr, "check", "--language", "zh")
    assert {(one["prompt"], one["verdict"]) for one in found["heard"]} == {
        ("zh/ivr/goodbye", "cannot-tell"),
        ("zh/ivr/shop", "cannot-tell"),
    }
    assert "no Vosk model for zh-CN" in ivr("prompts", "check", "--language", "zh").stdout


def test_a_prompt_that_says_something_else_fails_the_check(
    ivr: Ivr, site: Path, hum: Hum, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ivr.reports import prompt_words

    answer(ivr, "build")
    monkeypatch.setattr(
        prompt_words,
        "listen",
        lambda prompts, *_, **__: [prompt_words.judge(prompt, "请您 稍候 [x]") for prompt, _ in prompts],
    )
    found = answer(ivr, "check", "--language", "zh", code=4)
    assert [(one["code"], one["where"]) for one in found["problems"]] == [("SD130", "zh/ivr/shop")]
    shown = ivr("prompts", "check", "--language", "zh")
    assert shown.exit_code == 4
    assert "[x]" in shown.stdout
    assert "listened to 2: 0 say their text, 1 do not, 1 cannot be told" in " ".join(shown.stdout.split())


def test_recordings_come_before_what_was_built(ivr: Ivr, site: Path, hum: Hum, home: Path, tmp_path: Path) -> None:
    answer(ivr, "build")
    (home / "sounds").mkdir(parents=True)
    came = tmp_path / "came"
    came.mkdir()
    soundfile.write(came / "1.wav", speech(seconds=2.0), 24_000)
    (came / "list.csv").write_text("language,id,file,text\nzh,shop,1.wav,欢迎致电韩国银行\n", encoding="utf-8")
    found = answer(ivr, "import", str(came), "--csv", str(came / "list.csv"))
    assert found == {"imported": ["zh/ivr/shop"], "refused": []}
    assert sounds.duration("zh-CN", "shop", root=home / "sounds" / "current") == pytest.approx(2, abs=0.3)
    rows = {row["id"]: row for row in answer(ivr, "list")}
    assert (rows["shop"]["source"], rows["shop"]["stale"]) == ("studio", False)
    (came / "list.csv").write_text("language,id,file\nzh,shop,1.wav\nzh,goodbye,2.wav\n", encoding="utf-8")
    found = answer(ivr, "import", str(came), "--csv", str(came / "list.csv"), code=4)
    assert found["imported"] == []
    assert [one["where"] for one in found["refused"]] == ["list.csv:3"]
    told = ivr("prompts", "import", str(came), "--csv", str(came / "list.csv"))
    assert told.exit_code == 4
    assert "nothing was imported" in " ".join(told.output.split())


def test_wrong_texts_and_languages_the_site_does_not_speak(ivr: Ivr, site: Path) -> None:
    assert answer(ivr, "list", "--language", "fr", code=2)["error"] == "the site does not speak 'fr'"
    (site / "prompts" / "zh-CN.yaml").write_text("language: zh-CN\nprompts:\n  a: {text: '{b}'}\n")
    found = answer(ivr, "check", code=4)
    assert [(one["code"], one["where"]) for one in found["problems"]] == [("PR114", "prompts/zh-CN.yaml:3")]


def test_new_ids_wait_for_the_version_that_names_them(ivr: Ivr, site: Path, hum: Hum, home: Path) -> None:
    from ivr.call.versions import in_force
    from ivr.core.clock import SystemClock
    from ivr.core.settings import Settings

    in_force(Settings(), SystemClock())
    (home / "sounds").mkdir()
    with (site / "prompts" / "zh-CN.yaml").open("a", encoding="utf-8") as file:
        file.write("  later: {text: 稍后见。}\n")
    told = ivr("prompts", "build")
    assert told.exit_code == 0
    assert "ivr dialplan reload" in told.stdout
    root = home / "sounds" / "current"
    assert sounds.missing("zh-CN", ["later", "shop"], root=root) == ["later"]
    assert (site / "sounds" / "zh" / "ivr" / "later.wav").is_file()


def test_the_demo_site_is_left_alone(ivr: Ivr, home: Path, tmp_path: Path) -> None:
    assert answer(ivr, "build", code=2)["error"] == "the demo site is not changed"
    (tmp_path / "list.csv").write_text("language,id\n")
    told = answer(ivr, "import", str(tmp_path), "--csv", str(tmp_path / "list.csv"), code=2)
    assert told["error"] == "the demo site is not changed"
