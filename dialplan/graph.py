"""A flow as a graph: which step can follow which, and on what."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from dialplan.model import Flow, Queue, Subflow
from dialplan.ways import Edge, edges


class Graph:
    """The steps of one flow and the ways between those that are there.

    Args:
        queues: of the site; without them, nobody is known to be turned away at ``timeout``.
        stay: flows that no silent caller comes back from.
    """

    def __init__(
        self, flow: Flow, queues: Mapping[str, Queue] | None = None, *, stay: Container[str] = frozenset()
    ) -> None:
        self.flow = flow
        self.stay = {name for name, step in flow.steps.items() if isinstance(step, Subflow) and step.flow in stay}
        self.all_edges = [edge for name, step in flow.steps.items() for edge in edges(name, step, queues or {})]
        self.out: dict[str, list[Edge]] = {name: [] for name in flow.steps}
        for edge in self.all_edges:
            if edge.target in flow.steps:
                self.out[edge.source].append(edge)

    def reach(
        self, starts: Iterable[str], *, along: Callable[[Edge], bool] = lambda _: True, stop: Iterable[str] = ()
    ) -> set[str]:
        """Steps that can be reached from ``starts`` (themselves included), never going on from ``stop``."""
        stops = set(stop)
        seen = {name for name in starts if name in self.out}
        waiting = list(seen)
        while waiting:
            name = waiting.pop()
            if name in stops:
                continue
            for edge in self.out[name]:
                if edge.target not in seen and along(edge):
                    seen.add(edge.target)
                    waiting.append(edge.target)
        return seen

    def silent_cycles(self) -> list[list[str]]:
        """Circles that a caller who does nothing would never leave, each once, as names of steps."""
        done: set[str] = set()
        found: list[list[str]] = []
        for start in self.out:
            if start in done:
                continue
            trail: dict[str, int] = {start: 0}  # step to its position
            ways = [iter(self.out[start])]
            while trail:
                edge = next((edge for edge in ways[-1] if edge.silent and edge.source not in self.stay), None)
                if edge is None:
                    done.add(trail.popitem()[0])
                    ways.pop()
                elif edge.target in trail:
                    found.append(list(trail)[trail[edge.target] :])
                elif edge.target not in done:
                    trail[edge.target] = len(trail)
                    ways.append(iter(self.out[edge.target]))
        return found


__all__ = ["Edge", "Graph", "edges"]
