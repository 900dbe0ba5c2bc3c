"""Given a site with one thing wrong, its code is told at its place, with a text and a cure in two languages."""

from __future__ import annotations

import string
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dialplan.checks import check_site
from dialplan.codes import CODES
from dialplan.examples import EXAMPLES, TINY_SITE
from dialplan.loading import load_checked
from dialplan.schedule import make_up_known
from ivr.core.problems import Severity
from tests.unit.dialplan.sites import write_files, write_site


class _Prompts(frozenset[str]):
    """Every prompt there could be, but ``see-you-soon``."""

    def __contains__(self, prompt: object) -> bool:
        return prompt != "see-you-soon"


@pytest.fixture
def knowledge() -> dict[str, Any]:
    """All that the check can be told; it is a year whose make-up days are not known."""
    return {
        "known_prompts": dict.fromkeys(("zh-CN", "en-US", "ko-KR"), _Prompts()),
        "advertises": lambda _, prompt: "spring sale" if prompt == "spring-offer" else "",
        "today": date(next(year for year in range(2026, 2050) if not make_up_known("CN", year)), 6, 1),
    }


def test_the_tiny_site_is_sound(tmp_path: Path, knowledge: dict[str, Any]) -> None:
    assert check_site(write_site(tmp_path), **knowledge) == []


def test_every_code_has_an_example() -> None:
    assert set(EXAMPLES) == set(CODES)


@pytest.mark.parametrize("code", [code for code in CODES if code != "DP002"])
def test_the_example_of_a_code_brings_it_about(code: str, tmp_path: Path, knowledge: dict[str, Any]) -> None:
    example = EXAMPLES[code]
    folder = write_files(tmp_path, {**TINY_SITE, **example.besides, example.file: example.text})
    site, problems = load_checked(folder, **knowledge)
    here = [found for found in problems if found.code == code]
    assert [found.where for found in here] == [f"{example.file}:{example.where}"], [str(found) for found in problems]
    errors = [found for found in problems if found.severity is Severity.ERROR]
    assert (site is None) == bool(errors)
    if CODES[code].severity is Severity.WARNING:
        assert errors == []


@pytest.mark.parametrize("code", [code for code in CODES if code[:3] in {"DP2", "DP3", "DP4"}])
def test_no_other_error_is_told(code: str, tmp_path: Path, knowledge: dict[str, Any]) -> None:
    example = EXAMPLES[code]
    folder = write_files(tmp_path, {**TINY_SITE, **example.besides, example.file: example.text})
    errors = {found.code for found in check_site(folder, **knowledge) if found.severity is Severity.ERROR}
    assert errors == ({code} if CODES[code].severity is Severity.ERROR else set())


@pytest.mark.parametrize("code", list(CODES))
def test_both_languages_fill_in_the_same_fields(code: str) -> None:
    def fields(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    kind = CODES[code]
    assert fields(kind.text.en) == fields(kind.text.zh)
    assert fields(kind.cure.en) == fields(kind.cure.zh)
    assert all(part.strip() for part in (kind.text.en, kind.text.zh, kind.cure.en, kind.cure.zh))
    assert any("\u4e00" <= char <= "\u9fff" for char in kind.text.zh)
