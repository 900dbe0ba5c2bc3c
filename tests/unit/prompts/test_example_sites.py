"""The sounds of the example sites: every prompt of their own is built from its present text, small and in order."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from prompts.book import PromptBook
from prompts.builder.building import own_prompts, to_build
from prompts.site_check import check_site

SITES = Path(__file__).parents[3] / "dialplan" / "sites"
OWN = sorted(path.parent.name for path in SITES.glob("*/prompts"))


def test_there_are_sites_with_prompts_of_their_own() -> None:
    assert {"bank", "aftersales", "clinic"} <= set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_their_sounds_are_in_order(name: str) -> None:
    folder = SITES / name
    about = yaml.safe_load((folder / "site.yaml").read_text(encoding="utf-8"))
    book = PromptBook.of_site(folder, about["company"])
    assert own_prompts(book, about["languages"])
    assert [prompt.id for prompt in to_build(book, folder)] == []
    assert [str(problem) for problem in check_site(book, folder, about["languages"], pack=False)] == []
    assert sum(path.stat().st_size for path in (folder / "sounds").rglob("*") if path.is_file()) < 10_000_000
