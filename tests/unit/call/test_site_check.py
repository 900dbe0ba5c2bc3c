"""The whole check of a site: its parts beside its prompts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.examples import TINY_SITE
from ivr.call.site_check import checked
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
