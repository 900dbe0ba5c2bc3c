"""A flow as a graph: which step can follow which, and on what."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from dialplan.circles import circles
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

    def reach(self, starts: Iterable[str]) -> set[str]:
        """Steps that can be reached from ``starts`` (themselves included)."""
        seen = {name for name in starts if name in self.out}
        waiting = list(seen)
        while waiting:
            for edge in self.out[waiting.pop()]:
                if edge.target not in seen:
                    seen.add(edge.target)
                    waiting.append(edge.target)
        return seen

    def silent_cycles(self) -> list[list[str]]:
        """Circles that a caller who does nothing would never leave, each once, as names of steps."""
        found = circles(self.out, self._silent_ways, lambda edge: edge.target)
        return [[edge.source for edge in circle] for circle in found]

    def _silent_ways(self, name: str) -> list[Edge]:
        return [edge for edge in self.out[name] if edge.silent] if name not in self.stay else []


__all__ = ["Edge", "Graph", "edges"]
