"""Numbers, digits, amounts of money, dates and times as the sounds that say them, each language in its own way.

A value is text, as a call's variables hold it. What comes back are names of sounds in Asterisk's manner
(``digits/7``, ``digits/mon-9``), which the catalogue has in its part ``asterisk``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Literal, get_args

from ivr.core.sayable import MOST, plain_date, plain_digits, plain_money, plain_number, plain_time
from prompts.saying import chinese, english, korean

Kind = Literal["number", "digits", "money", "date", "time"]
Currency = Literal["CNY", "USD", "KRW"]

_LANGUAGES: dict[str, ModuleType] = {"zh-CN": chinese, "en-US": english, "ko-KR": korean}


def say(
    language: str, kind: str, value: str | int | float, *, currency: str = "CNY", weekday: bool = False
) -> list[str]:
    """The names of the sounds that say a value, in order.

    Args:
        language: ``zh-CN``, ``en-US`` or ``ko-KR``.
        kind: ``number`` (up to 999 999 999 999, with a fraction of up to 6 places), ``digits`` (0-9, up to 40, spaces
            and hyphens between them passed over), ``money`` (up to 2 places), ``date`` (YYYY-MM-DD, or MM-DD without
            the year), ``time`` (HH:MM, seconds passed over). Dates and times may stand in one text, as in ISO 8601.
        value: what is said.
        currency: of money: ``CNY``, ``USD`` or ``KRW``, which has no fractions.
        weekday: whether the day of the week is said with a date that has its year.

    Raises:
        ValueError: if the value is none of its kind, or kind, language or currency is not known.
    """
    words, text = _LANGUAGES.get(language), str(value).strip()
    if words is None:
        raise ValueError(f"no numbers in language {language!r:.40}")
    names: list[str]
    match kind:
        case "number":
            names = words.number(plain_number(text))
        case "digits":
            names = words.digits(plain_digits(text))
        case "money":
            if currency not in get_args(Currency):
                raise ValueError(f"no currency {currency!r:.40}")
            names = words.money(plain_money(text, currency), currency)
        case "date":
            names = words.day(*plain_date(text), weekday=weekday)
        case "time":
            names = words.time_of_day(plain_time(text))
        case _:
            raise ValueError(f"no kind {kind!r:.40}")
    return names


__all__ = ["MOST", "Currency", "Kind", "say"]
