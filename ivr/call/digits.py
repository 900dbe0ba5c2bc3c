"""Digits as a caller keys them in: one key ends the entry, another starts it over."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.call.asking import REPEAT
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import HUMAN, CallContext

IDLE_KEYS = 10
"""How often one entry may be started over, or a key pressed in it that means nothing; then it is given up."""

LATE_KEY = 0.8
"""Seconds after the last digit that an entry can have: the terminator belongs to it; another key, to what follows."""

__all__ = ["IDLE_KEYS", "enter_digits", "luhn"]


async def enter_digits(
    call: CallContext,
    prompts: Sequence[str],
    *,
    most: int,
    wait: float,
    terminator: str = "#",
    lead: Sequence[str] = (),
) -> str | None:
    """One entry; ``None`` when the caller hung up.

    Whoever starts over hears the prompts again. For callers of the accessible profile ``*`` says them again even where
    it is the terminator, as long as nothing is entered; 0 alone, and silence after it, leads them to a human.

    Args:
        prompts: said first; the first key stops them.
        most: digits after which the entry is over.
        wait: seconds to wait for each key.
        terminator: key that ends the entry, # or *, and the other starts it over; with none, * starts over and #
            means nothing.
        lead: said before the prompts, the first time.

    Raises:
        HumanWanted: if the caller wants a human.
    """
    over = "#" if terminator == REPEAT else REPEAT
    heard = await call.say([*lead, *prompts], keys=ALL_KEYS)
    digits, idle = "", 0
    while not heard.hung_up:
        if not heard.key:
            heard = await call.channel.wait_key(call.patience(wait))
            if not heard.key:
                if digits == HUMAN and not heard.hung_up:
                    call.human_if_wanted(HUMAN)
                break
        key, heard = heard.key, Heard()
        again = call.accessible and key == REPEAT and not digits
        if key == terminator and not again:
            break
        if key.isdigit():
            digits += key
            if len(digits) == most:
                if terminator:
                    heard = await call.channel.wait_key(LATE_KEY)
                    call.ahead = "" if heard.key == terminator else heard.key
                break
            continue
        idle += 1
        if idle == IDLE_KEYS:
            return ""
        if key == over or again:
            digits = ""
            call.tell("over", key=key)
            heard = await call.say(prompts, keys=ALL_KEYS)
    return None if heard.hung_up else digits


def luhn(digits: str) -> bool:
    """Whether the check digit of a card number fits (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0
