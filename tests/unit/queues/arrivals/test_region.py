from __future__ import annotations

import pytest

from ivr.queues.arrivals.region import PROVINCES, region_of
from prompts import catalogue


@pytest.mark.parametrize(
    ("number", "zh", "province"),
    [
        ("01062220000", "北京市", "beijing"),
        ("13812345678", "江苏省连云港市", "jiangsu"),
        ("+862155556666", "上海市", "shanghai"),
        ("+82255551234", "首尔市", ""),
        ("+12125551234", "美国", ""),
    ],
)
def test_numbers_and_where_they_are_from(number: str, zh: str, province: str) -> None:
    region = region_of(number, "CN")
    assert region is not None
    assert (region.text.zh, region.province) == (zh, province)
    assert region.text.en.isascii()


@pytest.mark.parametrize("number", ["", "anonymous", "6001", "+", "1" * 40, "138\r\nX: y", "00", "١٣٨١٢٣٤٥٦٧٨"])
def test_what_is_no_number_is_from_nowhere(number: str) -> None:
    assert region_of(number, "CN") is None


def test_each_province_can_be_said_in_each_language() -> None:
    assert not [
        (language, slug)
        for language in catalogue.LANGUAGES
        for slug in PROVINCES.values()
        if f"region-{slug}" not in catalogue.load(language)
    ]
