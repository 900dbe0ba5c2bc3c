"""What the sounds say, as the catalogue writes it."""

from __future__ import annotations

from prompts import catalogue
from prompts.saying import say

BETWEEN = {"zh-CN": "", "en-US": " ", "ko-KR": ""}


def words(language: str, kind: str, value: str | int, *, currency: str = "CNY", weekday: bool = False) -> str:
    """A value in the words of its sounds."""
    known = catalogue.load(language)
    names = say(language, kind, value, currency=currency, weekday=weekday)
    return BETWEEN[language].join(known[name].text for name in names)
