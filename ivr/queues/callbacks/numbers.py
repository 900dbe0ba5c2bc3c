"""Which numbers may be called back: digits that fit the site's patterns; what a caller sends is never dialled as is."""

from __future__ import annotations

from collections.abc import Iterable

from dialplan.waiting import CallbackSettings

_FILLERS = str.maketrans("", "", " -().")
_CLASSES = {"X": "0123456789", "Z": "123456789", "N": "23456789"}


def callable_number(number: str, settings: CallbackSettings) -> str | None:
    """The number as it may be dialled; None if it may not.

    ``+`` or ``00`` and the country code are taken off, after which a trunk prefix 0 may be missing. No other country
    is ever called.

    Args:
        number: as the trunk or the caller gave it.
        settings: the site's patterns.
    """
    digits = number.translate(_FILLERS)
    international = False
    for prefix in ("+", "00"):
        if digits.startswith(prefix):
            rest = digits[len(prefix) :]
            if not rest.startswith(settings.country_code):
                return None
            digits, international = rest[len(settings.country_code) :], True
            break
    if not (digits.isascii() and digits.isdigit()):
        return None
    for candidate in (digits, f"0{digits}") if international else (digits,):
        if _matches(candidate, settings.allowed):
            denied = any(_begins(candidate, pattern) for pattern in settings.denied)
            return None if denied else candidate
    return None


def _matches(number: str, patterns: Iterable[str]) -> bool:
    return any(len(pattern) == len(number) and _begins(number, pattern) for pattern in patterns)


def _begins(number: str, pattern: str) -> bool:
    if len(number) < len(pattern):
        return False
    return all(digit in _CLASSES.get(wanted, wanted) for digit, wanted in zip(number, pattern, strict=False))


def dial_string(number: str, settings: CallbackSettings) -> str:
    """What Asterisk is told to dial.

    Raises:
        ValueError: if the number is not plain digits.
    """
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise ValueError("not a number that may be dialled")
    return settings.dial.replace("{number}", number)


__all__ = ["callable_number", "dial_string"]
