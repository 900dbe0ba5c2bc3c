"""The whole check of a site: its parts beside its prompts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialplan.examples import TINY_SITE
from dialplan.sites import demo_site
from ivr.call.site_check import checked, unheard
from ivr.core.problems import Severity
from tests.unit.dialplan.sites import write_files

_FLOW = TINY_SITE["flows/main.yaml"].replace("bye: {step: hangup}", "bye: {step: hangup, prompts: [my-menu]}")
_PROMPTS = "language: zh-CN\nprompts:\n  my-menu: {text: 人工服务请按零。}\n"


def _codes(tmp_path: Path, prompts: bytes) -> list[tuple[str, str]]:
    folder = tmp_path / "site"
    (folder / "prompts").mkdir(parents=True)
    write_files(folder, {**TINY_SITE, "flows/main.yaml": _FLOW})
    (folder / "prompts" / "zh-CN.yaml").write_bytes(prompts)
    return [(one.code, one.where) for one in checked(folder)[1]]


def test_own_prompts_may_be_played(tmp_path: Path) -> None:
    assert "my-menu" in _FLOW
    assert "DP231" not in {code for code, _ in _codes(tmp_path, _PROMPTS.encode())}


@pytest.mark.parametrize(
    "broken",
    [
        _PROMPTS.encode("gbk"),
        _PROMPTS.replace("text:", "txt:").encode(),
        _PROMPTS.replace("text: ", "text：").encode(),
    ],
)
def test_a_broken_file_of_prompts_is_told_alone(tmp_path: Path, broken: bytes) -> None:
    """Not every prompt of it that a step plays, as missing."""
    found = _codes(tmp_path, broken)
    assert found[0][0].startswith("PR")
    assert found[0][1] == "prompts/zh-CN.yaml:3"
    assert "DP231" not in {code for code, _ in found}


def test_own_prompts_without_sound_are_told(tmp_path: Path) -> None:
    """A step that plays one would be silent, and neither the check of the flows nor a simulated call would notice."""
    _codes(tmp_path, _PROMPTS.encode())
    folder = tmp_path / "site"
    site, _ = checked(folder)
    assert site is not None
    (found,) = unheard(folder, site)
    assert (found.code, found.where, found.severity) == ("SD101", "prompts/zh-CN.yaml:3", Severity.WARNING)
    for extension in (".wav", ".wav16"):
        sound = folder / "sounds" / "zh" / "ivr" / f"my-menu{extension}"
        sound.parent.mkdir(parents=True, exist_ok=True)
        sound.write_bytes(b"RIFF")
    assert unheard(folder, site) == []


def test_a_sound_of_another_text_is_told(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(demo_site().parent / "aftersales", site)
    whole, _ = checked(site)
    assert whole is not None
    assert unheard(site, whole) == []
    words = site / "prompts" / "zh-CN.yaml"
    words.write_text(words.read_text().replace("报修请按二", "维修请按二"))
    assert [(one.code, one.text.en.split()[1]) for one in unheard(site, whole)] == [("SD109", "as-menu")]
