"""A flow as a graph: which step can follow which, and on what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dialplan.model import (
    Branch,
    Callback,
    Collect,
    Enqueue,
    Flow,
    FlowStep,
    HoursGate,
    LanguageChoice,
    Lookup,
    Menu,
    Queue,
    Record,
    Say,
    Transfer,
)
from dialplan.tree import Loc


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step to another.

    Args:
        source, target: names of steps; the target may not be there.
        label: what leads this way: ``next``, a key, ``failure``, ``open``, ``closed``, ``after``, ``timeout``.
        at: path of the reference inside the step.
        silent: whether a caller who does nothing can go this way without having waited in a queue.
    """

    source: str
    target: str
    label: str
    at: Loc
    silent: bool

    @property
    def chosen(self) -> bool:
        """Whether the caller chose this way in a menu."""
        return self.at[0] == "choices"


def edges(name: str, step: FlowStep, queues: Mapping[str, Queue]) -> Iterator[Edge]:
    """Every way out of a step, in the order in which the step names them."""
    match step:
        case Menu():
            for key, target in step.choices.items():
                yield Edge(name, target, key, ("choices", key), silent=False)
            yield from _optional(name, step.failure, "failure", silent=True)
        case LanguageChoice():
            yield Edge(name, step.next, "next", ("next",), silent=True)
        case HoursGate():
            yield Edge(name, step.open, "open", ("open",), silent=True)
            yield Edge(name, step.closed, "closed", ("closed",), silent=True)
            yield from _optional(name, step.at_break, "at_break", silent=True)
            yield from _optional(name, step.holiday, "holiday", silent=True)
        case Branch():
            for index, case in enumerate(step.cases):
                yield Edge(name, case.go, case.when, ("cases", index, "go"), silent=True)
            for language, target in step.languages.items():
                yield Edge(name, target, language, ("languages", language), silent=True)
            yield Edge(name, step.next, "next", ("next",), silent=True)
        case Lookup():
            yield from _optional(name, step.next, "next", silent=True)
            yield from _optional(name, step.not_found, "not_found", silent=True)
            yield Edge(name, step.failure, "failure", ("failure",), silent=True)
        case Say() | Record():
            yield from _optional(name, step.next, "next", silent=True)
            yield from _optional(name, step.failure, "failure", silent=True)
        case Transfer():
            yield from _optional(name, step.after, "after", silent=False)
            yield from _optional(name, step.busy, "busy", silent=True)
            yield from _optional(name, step.failure, "failure", silent=True)
        case Enqueue():
            yield from _optional(name, step.after, "after", silent=False)
            yield from _optional(name, step.timeout, "timeout", silent=_turns_away(step, queues.get(step.queue)))
            yield from _optional(name, step.full, "full", silent=True)
            yield from _optional(name, step.empty, "empty", silent=True)
            for key, target in step.keys.items():
                yield Edge(name, target, key, ("keys", key), silent=False)
        case Callback():
            yield from _optional(name, step.next, "next", silent=False)
            yield from _optional(name, step.failure, "failure", silent=True)
            yield from _optional(name, step.after, "after", silent=False)
        case Collect():
            yield from _optional(name, step.next, "next", silent=False)
            yield from _optional(name, step.failure, "failure", silent=True)
        case _:
            yield from _optional(name, getattr(step, "next", None), "next", silent=True)


def _turns_away(step: Enqueue, queue: Queue | None) -> bool:
    """Whether ``timeout`` is also the way of callers who are not let in, and so have not waited."""
    if queue is None:
        return False
    return bool(queue.max_length and not step.full) or not (queue.join_empty or step.empty)


def _optional(name: str, target: str | None, label: str, *, silent: bool) -> Iterator[Edge]:
    if target is not None:
        yield Edge(name, target, label, (label,), silent=silent)


class Graph:
    """The steps of one flow and the ways between those that are there.

    Args:
        queues: of the site; without them, nobody is known to be turned away at ``timeout``.
    """

    def __init__(self, flow: Flow, queues: Mapping[str, Queue] | None = None) -> None:
        self.flow = flow
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
                edge = next((edge for edge in ways[-1] if edge.silent), None)
                if edge is None:
                    done.add(trail.popitem()[0])
                    ways.pop()
                elif edge.target in trail:
                    found.append(list(trail)[trail[edge.target] :])
                elif edge.target not in done:
                    trail[edge.target] = len(trail)
                    ways.append(iter(self.out[edge.target]))
        return found

    def menu_depths(self) -> dict[str, int]:
        """For each menu that can be reached, how many menus a caller passes, that one included."""
        depths: dict[str, int] = {}
        level = {self.flow.start}
        menus = {name for name, step in self.flow.steps.items() if isinstance(step, Menu)}
        seen: set[str] = set()
        depth = 0
        while level:
            depth += 1
            here = self.reach(level, stop=menus) - seen
            seen |= here
            for name in here & menus:
                depths.setdefault(name, depth)
            level = {edge.target for name in here & menus for edge in self.out[name]} - seen
        return depths


__all__ = ["Edge", "Graph", "edges"]
