"""Ports for tests: nobody else's, neither the other test process's nor a connection's."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator

from ivr.core.ports import TCP, UDP, is_free


def _ports(process: str) -> Iterator[int]:
    """Ports round and round, from a random one on, others for each process of pytest-xdist; below those Linux hands out
    by itself (``ip_local_port_range`` begins at 32768), so that no connection takes one in between."""
    first = 22_000 + int(process.removeprefix("gw")) % 4 * 2_500
    begin = random.randrange(first, first + 2_500)
    return itertools.cycle([*range(begin, first + 2_500), *range(first, begin)])


_PORTS = _ports(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def free_port(*, neighbours: int = 0) -> int:
    """A port on loopback that is free now for UDP and TCP, with ``neighbours`` more after it; nobody gets it twice."""
    while True:
        block = list(itertools.islice(_PORTS, 1 + neighbours))
        free = (is_free(kind, "127.0.0.1", port) for port in block for kind in (UDP, TCP))
        if block[-1] == block[0] + neighbours and all(free):
            return block[0]
