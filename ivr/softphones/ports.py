"""Free ports on the loopback address."""

from __future__ import annotations

import random
import socket

from ivr.core.errors import TelephonyError

#: Above what Linux hands out by itself (``ip_local_port_range`` ends at 60999), so that nobody takes one in between.
FIRST, LAST = 61000, 65500

__all__ = ["free_block"]


def free_block(size: int, *, host: str = "127.0.0.1", tries: int = 200) -> int:
    """The first of ``size`` neighbouring ports that are free for both TCP and UDP now; it is even.

    Raises:
        TelephonyError: if none was found in ``tries`` attempts.
    """
    for _ in range(tries):
        first = random.randrange(FIRST, LAST - size, 2)  # noqa: S311 - not a secret
        if all(_is_free(host, first + step) for step in range(size)):
            return first
    raise TelephonyError(f"no {size} free ports between {FIRST} and {LAST}", cure="stop what holds them")


def _is_free(host: str, port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True
