"""Position and expected wait as sounds, in the caller's language; Asterisk itself cannot say Korean numbers."""

from __future__ import annotations

from math import ceil

from prompts.numbers import MOST, cardinal
from prompts.sounds import sound_name

LONGEST = 60
"""Minutes beyond which no number is said."""


def position(language: str, place: int) -> list[str]:
    """Names of the sounds that tell a position, 1 = next."""
    if place <= 1:
        return ["queue-youarenext"]
    if place > MOST:
        return ["queue-quantity1", *cardinal(language, MOST), "queue-quantity2"]
    return ["queue-thereare", *cardinal(language, place), "queue-callswaiting"]


def wait(language: str, seconds: float | None) -> list[str]:
    """Names of the sounds that tell an expected wait, in minutes rounded up; none when it is not known."""
    if seconds is None:
        return []
    minutes = ceil(seconds / 60)
    if minutes <= 1:
        return [sound_name("queue-wait-under-1")]
    if minutes > LONGEST:
        return [sound_name("queue-wait-over-60")]
    if minutes == 2:
        return [sound_name("queue-wait-is"), sound_name("minutes-2")]
    return [sound_name("queue-wait-is"), *cardinal(language, minutes), sound_name("minutes-many")]


__all__ = ["LONGEST", "position", "wait"]
