"""Free ports on the loopback address."""

from __future__ import annotations

import random

from ivr.core.errors import TelephonyError
from ivr.core.ports import TCP, UDP, is_free

#: Above what Linux hands out by itself (``ip_local_port_range`` ends at 60999), so that nobody takes one in between.
FIRST, LAST = 61000, 65500

__all__ = ["free_block", "stretch"]


def free_block(size: int, *, host: str = "127.0.0.1", tries: int = 200) -> int:
    """The first of ``size`` neighbouring ports that are free for both TCP and UDP now; it is even.

    Raises:
        TelephonyError: if none was found in ``tries`` attempts.
    """
    for _ in range(tries):
        first = random.randrange(FIRST, LAST - size, 2)  # noqa: S311 - not a secret
        if all(is_free(kind, host, first + step) for step in range(size) for kind in (UDP, TCP)):
            return first
    raise TelephonyError(f"no {size} free ports between {FIRST} and {LAST}", cure="stop what holds them")


def stretch(size: int) -> tuple[int, int]:
    """First and last of ``size`` neighbouring ports; some may be taken, for a program that passes over those."""
    first = random.randrange(FIRST, LAST - size, 2)  # noqa: S311 - not a secret
    return first, first + size - 1
