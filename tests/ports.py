"""Ports for tests: nobody else's, neither the other test process's nor a connection's."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator

from ivr.core.ports import TCP, UDP, is_free

SHARE = 2_000  # of one process


def _ports(process: int) -> Iterator[int]:
    """Ports round and round, from a random one on, others for each of five processes of pytest-xdist; below those Linux
    hands out by itself (``ip_local_port_range`` begins at 32768), so that no connection takes one in between."""
    first = 22_000 + process % 5 * SHARE
    begin = random.randrange(first, first + SHARE)
    return itertools.cycle([*range(begin, first + SHARE), *range(first, begin)])


# A second pytest beside another one is told by PORTS_OF_TESTS how many processes that one has.
_PORTS = _ports(
    int(os.environ.get("PORTS_OF_TESTS", "0")) + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
)


def free_port(*, neighbours: int = 0) -> int:
    """A port on loopback that is free now for UDP and TCP, with ``neighbours`` more after it; nobody gets it twice."""
    while True:
        block = list(itertools.islice(_PORTS, 1 + neighbours))
        free = (is_free(kind, "127.0.0.1", port) for port in block for kind in (UDP, TCP))
        if block[-1] == block[0] + neighbours and all(free):
            return block[0]
