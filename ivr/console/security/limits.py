"""How often something may be tried: a bounded memory of recent tries."""

from __future__ import annotations

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address

from ivr.console.errors import TooMany
from ivr.core.clock import Clock

MOST_NAMES = 20_000


class Limit:
    """At most ``tries`` within ``seconds`` for each name. Names tried longest ago are forgotten when memory is full.

    Args:
        clock: its monotonic time counts.
    """

    def __init__(self, clock: Clock, *, tries: int, seconds: float, names: int = MOST_NAMES) -> None:
        self._clock = clock
        self._tries = tries
        self._seconds = seconds
        self._names = names
        self._known: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Count a try.

        Raises:
            TooMany: if there were too many; this one is not counted.
        """
        now = self._clock.monotonic()
        times = self._known.setdefault(name, deque())
        self._known.move_to_end(name)
        while times and now - times[0] >= self._seconds:
            times.popleft()
        if len(times) >= self._tries:
            raise TooMany(self._seconds - (now - times[0]))
        times.append(now)
        while len(self._known) > self._names:
            self._known.popitem(last=False)

    def give_back(self, name: str) -> None:
        """The last try does not count: it was no failure."""
        if times := self._known.get(name):
            times.pop()


def network(address: str) -> str:
    """What tries are counted by: an IPv4 address, or the /64 network of an IPv6 one, of which a line has all."""
    try:
        one = ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if isinstance(one, IPv6Address):
        if one.ipv4_mapped is not None:
            return str(one.ipv4_mapped)
        return str(IPv6Address(int(one) >> 64 << 64)) + "/64"
    return str(one)


__all__ = ["Limit", "network"]
