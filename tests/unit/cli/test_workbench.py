"""``ivr qa eval``: a rulebook is named as everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from recording.rulebooks.shelf import FOLDER, PACKS
from tests.unit.cli.conftest import Ivr


@pytest.fixture
def phrases(tmp_path: Path) -> Path:
    path = tmp_path / "phrases.json"
    path.write_text('{"thanks": "감사 합니다"}', "utf-8")
    return path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a rulebook of its own."""
    folder = tmp_path / "site" / FOLDER
    folder.mkdir(parents=True)
    own = (PACKS / "ko-KR.yaml").read_text("utf-8").replace("name: ko-kr", "name: ours", 1)
    assert "name: ours" in own
    (folder / "mine.yaml").write_text(own, "utf-8")
    monkeypatch.setenv("IVR_SITE", str(folder.parent))
    return folder


@pytest.mark.parametrize("name", ["ours", "OURS", "mine", "KO-kr", "FILE"])
def test_the_shelf_finds_it_by_name_and_a_file_by_its_path(
    name: str, ivr: Ivr, phrases: Path, site: Path, tmp_path: Path
) -> None:
    named = str(site / "mine.yaml") if name == "FILE" else name
    result = ivr("qa", "eval", str(tmp_path / "clips"), "--phrases", str(phrases), "--rulebook", named)
    assert result.exit_code == 2
    assert "index.json" in result.stderr  # it got past the rulebook: there are no clips


@pytest.mark.parametrize("name", ["theirs", "theirs.yaml"])
def test_one_that_is_not_there_is_told(name: str, ivr: Ivr, phrases: Path, site: Path, tmp_path: Path) -> None:
    result = ivr("qa", "eval", str(tmp_path / "clips"), "--phrases", str(phrases), "--rulebook", name)
    assert result.exit_code in {2, 3}
    assert name in result.stderr
    assert "index.json" not in result.stderr
