"""Numbers are said as the language counts, by sounds that are there."""

from __future__ import annotations

import pytest

from ivr.core.errors import UsageError
from prompts import catalogue, sounds
from prompts.numbers import cardinal


def words(language: str, number: int) -> str:
    """The number as the catalogue writes its sounds."""
    known = catalogue.load(language)
    return "".join(known[name].text for name in cardinal(language, number))


@pytest.mark.parametrize(
    ("number", "chinese", "korean"),
    [
        (0, "零", "영"),
        (10, "十", "십"),
        (19, "十九", "십구"),
        (20, "二十", "이십"),
        (21, "二十一", "이십일"),
        (100, "一百", "백"),
        (105, "一百零五", "백오"),
        (110, "一百一十", "백십"),
        (115, "一百一十五", "백십오"),
        (342, "三百四十二", "삼백사십이"),
        (5000, "九百九十九", "구백구십구"),
        (-3, "零", "영"),
    ],
)
def test_numbers_are_counted_as_the_language_does(number: int, chinese: str, korean: str) -> None:
    assert words("zh-CN", number) == chinese
    assert words("ko-KR", number) == korean


def test_english_numbers() -> None:
    assert cardinal("en-US", 342) == ["digits/3", "digits/hundred", "digits/40", "digits/2"]
    assert cardinal("en-US", 17) == ["digits/17"]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_sound_of_every_number_is_there(language: str) -> None:
    names = {name for number in range(1000) for name in cardinal(language, number)}
    assert sounds.missing(language, sorted(names)) == []


def test_no_other_language() -> None:
    with pytest.raises(UsageError, match="fr-FR"):
        cardinal("fr-FR", 1)
