"""Digits as a caller keys them in: # ends the entry, * starts it over."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.call.channel import ALL_KEYS
from ivr.call.context import CallContext

__all__ = ["enter_digits", "luhn"]


async def enter_digits(call: CallContext, prompts: Sequence[str], *, most: int, wait: float) -> str | None:
    """One entry; ``None`` when the caller hung up.

    Args:
        prompts: said first; the first key stops them.
        most: digits after which the entry is over.
        wait: seconds to wait for each key.
    """
    heard = await call.say(list(prompts), keys=ALL_KEYS)
    digits = ""
    while not heard.hung_up:
        if not heard.key:
            heard = await call.channel.wait_key(wait)
            if heard.hung_up or not heard.key:
                break
        key, heard = heard.key, type(heard)()
        if key == "#":
            break
        digits = "" if key == "*" else digits + key
        if len(digits) == most:
            break
    return None if heard.hung_up else digits


def luhn(digits: str) -> bool:
    """Whether the check digit of a card number fits (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0
