"""Flows inside flows: how a call goes through all the flows of a site, into them and back out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

from dialplan.circles import circles
from dialplan.model import FlowStep, Menu, Site, Subflow
from dialplan.ways import Edge, edges, ends

Spot = tuple[str, str]
"""A step of a site: its flow and its name."""
Along = Callable[[Edge], bool]


def every(_: Edge) -> bool:
    """Every way counts."""
    return True


def silent(edge: Edge) -> bool:
    """The ways of a caller who does nothing."""
    return edge.silent


class Nesting:
    """The steps of all flows of a site and the ways between them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.steps: dict[Spot, FlowStep] = {
            (flow, name): step for flow, one in site.flows.items() for name, step in one.steps.items()
        }
        self.out: dict[Spot, list[Edge]] = {
            (flow, name): [edge for edge in edges(name, step, site.queues) if (flow, edge.target) in self.steps]
            for (flow, name), step in self.steps.items()
        }
        self.inner: dict[Spot, str] = {
            spot: step.flow
            for spot, step in self.steps.items()
            if isinstance(step, Subflow) and self.start(step.flow) in self.steps
        }
        self.calls: dict[str, list[Spot]] = {}
        for spot, flow in self.inner.items():
            self.calls.setdefault(flow, []).append(spot)

    def start(self, flow: str) -> Spot:
        """The first step of a flow; it may not be there."""
        found = self.site.flows.get(flow)
        return flow, found.start if found else ""

    def spots(self, kind: type | tuple[type, ...]) -> Iterator[Spot]:
        """The steps of some kinds."""
        return (spot for spot, step in self.steps.items() if isinstance(step, kind))

    @cached_property
    def roots(self) -> list[str]:
        """Flows in which calls begin: those of the numbers, and those that no flow leads to."""
        numbered = set(self.site.numbers.values())
        return [flow for flow in self.site.flows if flow in numbered or flow not in self.calls]

    @cached_property
    def entries(self) -> list[Spot]:
        """The steps with which calls begin."""
        return [self.start(flow) for flow in self.roots if self.start(flow) in self.steps]

    @cached_property
    def used(self) -> set[str]:
        """Flows that a number leads to, by itself or by way of others."""
        numbers = set(self.site.numbers.values())
        return {flow for flow, _ in self.reach(self.start(flow) for flow in numbers)} | numbers

    @cached_property
    def final(self) -> set[str]:
        """Flows whose end is that of the call: nothing follows in the flows around them."""
        found = set(self.roots)
        waiting = list(found)
        while waiting:
            flow = waiting.pop()
            for (outer, name), inner in self.inner.items():
                if outer == flow and inner not in found and getattr(self.steps[outer, name], "next", None) is None:
                    found.add(inner)
                    waiting.append(inner)
        return found

    def rings(self) -> list[list[Spot]]:
        """Steps by which flows lead into themselves, each ring once, as the steps on the way round."""
        into: dict[str, list[Spot]] = {}
        for spot in self.inner:
            into.setdefault(spot[0], []).append(spot)
        return circles(self.site.flows, lambda flow: into.get(flow, ()), self.inner.__getitem__)

    def returning(self, *, along: Along = every, stop: Collection[Spot] = ()) -> set[str]:
        """Flows inside others that a call can come back from, never going on from ``stop``."""
        return self._always_returning if along is every and not stop else self._returning(along, stop)

    @cached_property
    def _always_returning(self) -> set[str]:
        return self._returning(every, ())

    def _returning(self, along: Along, stop: Collection[Spot]) -> set[str]:
        found: set[str] = set()
        waiting = list(self.calls)
        while waiting:
            flow = waiting.pop()
            if flow not in found and self._comes_back(flow, found, along, stop):
                found.add(flow)
                waiting += [outer for outer, _ in self.calls[flow] if outer in self.calls]  # may come back now
        return found

    def _comes_back(self, flow: str, back: set[str], along: Along, stop: Collection[Spot]) -> bool:
        seen = {self.start(flow)}
        waiting = list(seen)
        while waiting:
            spot = waiting.pop()
            if spot in stop or (spot in self.inner and self.inner[spot] not in back):
                continue
            if ends(self.steps[spot], self.site.queues, silently=along is silent):
                return True
            more = {(flow, edge.target) for edge in self.out[spot] if along(edge)} - seen
            seen |= more
            waiting += more
        return False

    def reach(self, starts: Iterable[Spot], *, along: Along = every, stop: Collection[Spot] = ()) -> set[Spot]:
        """Steps that a call can reach from ``starts`` (themselves included), never going on from ``stop``."""
        back = self.returning(along=along, stop=stop)
        seen = {spot for spot in starts if spot in self.steps}
        waiting = list(seen)
        while waiting:
            spot = waiting.pop()
            if spot in stop:
                continue
            inner = self.inner.get(spot)
            more = {self.start(inner)} if inner else set()
            if inner is None or inner in back:
                more |= {(spot[0], edge.target) for edge in self.out[spot] if along(edge)}
            more -= seen
            seen |= more
            waiting += more
        return seen

    def leading(self, goals: Iterable[Spot], *, along: Along = every) -> set[Spot]:
        """Steps from which a call can reach one of ``goals`` (themselves included)."""
        before: dict[Spot, set[Spot]] = {}
        for spot, targets in (self.follows if along is every else self._follows(along)).items():
            for target in targets:
                before.setdefault(target, set()).add(spot)
        seen = set(goals)
        waiting = list(seen)
        while waiting:
            more = before.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        return seen

    @cached_property
    def follows(self) -> dict[Spot, set[Spot]]:
        """For each step, those that one way leads to; the end of a flow leads to wherever it was called from."""
        return self._follows(every)

    def _follows(self, along: Along) -> dict[Spot, set[Spot]]:
        back = self.returning(along=along)
        found: dict[Spot, set[Spot]] = {}
        for spot, step in self.steps.items():
            inner = self.inner.get(spot)
            targets = {self.start(inner)} if inner else set()
            if inner is None or inner in back:
                targets |= {(spot[0], edge.target) for edge in self.out[spot] if along(edge)}
            if ends(step, self.site.queues):
                targets |= self.after.get(spot[0], set())
            found[spot] = targets
        return found

    @cached_property
    def after(self) -> dict[str, set[Spot]]:
        """For each flow inside others, the steps that can follow its end."""
        found: dict[str, set[Spot]] = {flow: set() for flow in self.calls}
        changed = True
        while changed:
            changed = False
            for flow, callers in self.calls.items():
                for outer, name in callers:
                    follows = getattr(self.steps[outer, name], "next", None)
                    more = {(outer, follows)} & self.steps.keys() if follows else found.get(outer, set())
                    if not more <= found[flow]:
                        found[flow] |= more
                        changed = True
        return found

    def menu_depths(self) -> dict[Spot, int]:
        """For each menu that can be reached, how many menus a caller passes at least, that one included."""
        through = self._menus_through()
        depths: dict[Spot, int] = dict.fromkeys(self.entries, 0)
        waiting = deque(self.entries)
        while waiting:  # ways of length 0 first, so that each step is met by its shortest way
            spot = waiting.popleft()
            here = depths[spot]
            inner = self.inner.get(spot)
            cost = through.get(inner) if inner else int(isinstance(self.steps[spot], Menu))
            reached = [((spot[0], edge.target), here + cost) for edge in self.out[spot]] if cost is not None else []
            if inner:
                reached.append((self.start(inner), here))
            for target, depth in reached:
                if depth < depths.get(target, depth + 1):
                    depths[target] = depth
                    waiting.append(target) if depth > here else waiting.appendleft(target)
        return {spot: depth + 1 for spot, depth in depths.items() if isinstance(self.steps[spot], Menu)}

    def _menus_through(self) -> dict[str, int]:
        """For each flow inside others that a call can come back from, how many menus it passes at least."""
        found: dict[str, int] = {}
        waiting = list(self.calls)
        while waiting:
            flow = waiting.pop()
            least = self._menus_to_end(flow, found)
            if least is not None and least < found.get(flow, least + 1):
                found[flow] = least
                waiting += [outer for outer, _ in self.calls[flow] if outer in self.calls]
        return found

    def _menus_to_end(self, flow: str, through: dict[str, int]) -> int | None:
        depths = {self.start(flow): 0}
        waiting = deque(depths)
        least: int | None = None
        while waiting:
            spot = waiting.popleft()
            inner = self.inner.get(spot)
            cost = through.get(inner) if inner else int(isinstance(self.steps[spot], Menu))
            if cost is None:
                continue
            depth = depths[spot] + cost
            if ends(self.steps[spot], self.site.queues) and (least is None or depth < least):
                least = depth
            for edge in self.out[spot]:
                target = (flow, edge.target)
                if depth < depths.get(target, depth + 1):
                    depths[target] = depth
                    waiting.append(target)
        return least


__all__ = ["Along", "Nesting", "Spot", "every", "silent"]
