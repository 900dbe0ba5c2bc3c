"""Which strings of digits are numbers of cards, identity papers or telephones.

Cards: 13 to 19 digits with the check digit of ISO/IEC 7812-1 annex B (Luhn). Chinese resident ids: 18 digits, GB 11643
(ISO 7064 MOD 11-2, the last may be X). Korean resident registration numbers: 13 digits beginning with a date; those
given out since October 2020 have no check digit, so the date decides.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["card", "id", "phone", "digits"]

_PHONES = re.compile(r"(?:1[3-9]\d{9}|0\d{8,11}|400\d{7}|[2-9]\d{9})\Z", re.ASCII)
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CN_CHECK = "10X98765432"


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 * (value > 4)
        total += value
    return total % 10 == 0


def chinese_id(digits: str) -> bool:
    """Whether these 18 characters are a resident id: a date inside, the check character at the end."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", digits, re.ASCII) or not _date(digits[10:12], digits[12:14]):
        return False
    rest = sum(int(char) * weight for char, weight in zip(digits, _CN_WEIGHTS, strict=False)) % 11
    return digits[17] == _CN_CHECK[rest]


def korean_id(digits: str) -> bool:
    """Whether these 13 digits can be a resident registration number."""
    return bool(re.fullmatch(r"\d{6}[0-9]\d{6}", digits, re.ASCII)) and _date(digits[2:4], digits[4:6])


def phone(digits: str) -> bool:
    """Whether these digits look like a telephone number of China, Korea or North America."""
    return bool(_PHONES.match(digits))


def classify(digits: str) -> Kind:
    """What a run of digits holds; unknown ones (``?``) are never part of a checked number."""
    plain = digits.upper()
    windows = (plain[at : at + size] for size in range(19, 12, -1) for at in range(len(plain) - size + 1))
    known = [window for window in windows if "?" not in window]
    if any(len(window) == 18 and chinese_id(window) for window in known):
        return "id"
    known = [window for window in known if window.isdigit()]
    whole = [window for window in known if len(window) == len(plain)]
    if any(len(window) == 13 and korean_id(window) for window in whole):
        return "id"
    if any(luhn(window) for window in known):
        return "card"
    return "digits"


def _date(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31
