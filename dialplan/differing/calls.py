"""Which calls would go elsewhere: both versions walked side by side, from each number and by each way out of each step.

Steps are told by what they do, so that a step under another name is no change, and one put in before another is told as
such. Each pair of steps is looked at once, where the caller comes to it first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from dialplan.differing.change import Change, Section, joined, plain
from dialplan.differing.naming import TOLD_AS_WAYS, about, described, likeness, of_flow, of_step, way
from dialplan.differing.values import changed_settings
from dialplan.model import FlowStep, Site, Subflow
from dialplan.ways import edges
from ivr.core.language import Text

MAX_PAIRS = 20_000
MAX_AHEAD = 4
"""How many steps further one that was put in or taken out is looked for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A step of a flow; no step where the flow is over."""

    flow: str
    name: str | None

    def step(self, site: Site) -> FlowStep | None:
        """The step, or None."""
        return site.flows[self.flow].steps.get(self.name) if self.name is not None else None

    def told(self, site: Site) -> Text:
        """The step in words."""
        return described(self.name, self.step(site))


Path = tuple[Text, ...]
# Steps that nobody passes by the way, and the ways of those that are passed.
_PLACES = frozenset({"menu", "queue", "transfer", "callback", "voicemail", "hangup"})
_PASSING = frozenset({"next", "open", "cases", "languages"})


@dataclass
class Walk:
    """Both versions at once.

    Args:
        old, new: the versions.
        seen, parted: pairs of steps that were looked at, and those at which the versions part.
    """

    old: Site
    new: Site
    seen: set[tuple[Spot, Spot]] = field(default_factory=set)
    parted: set[tuple[Spot, Spot]] = field(default_factory=set)

    def changes(self) -> Iterator[Change]:
        """Every call that goes elsewhere, and every step on the way whose settings differ."""
        waiting: deque[tuple[Path, Spot, Spot]] = deque()
        for (was, now), numbers in self._roots().items():
            where = Text(_listed("number", numbers), f"号码 {'、'.join(numbers)}")
            waiting.append(((where,), Spot(was, self.old.flows[was].start), Spot(now, self.new.flows[now].start)))
            path: Path = (where, Text("key 0 of the accessible profile", "无障碍模式按 0"))
            old, new = Spot(was, self.old.flows[was].human), Spot(now, self.new.flows[now].human)
            if old.name and new.name:
                waiting.append((path, old, new))
            elif old.name or new.name:
                gone = old.told(self.old) if old.name else None
                come = new.told(self.new) if new.name else None
                yield Change(Section.CALLS, joined(path), gone, come)
        while waiting and len(self.seen) < MAX_PAIRS:
            path, old, new = waiting.popleft()
            if (old, new) not in self.seen:
                self.seen.add((old, new))
                yield from self._pair(path, old, new, waiting)
            elif (old, new) in self.parted:
                yield self._elsewhere(path, old, new)

    def _roots(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for number, flow in sorted(self.old.numbers.items()):
            if number in self.new.numbers:
                found.setdefault((flow, self.new.numbers[number]), []).append(number)
        return found

    def _pair(self, path: Path, old: Spot, new: Spot, waiting: deque[tuple[Path, Spot, Spot]]) -> Iterator[Change]:
        was, now = old.step(self.old), new.step(self.new)
        if was is None and now is None:
            return
        same = was is not None and now is not None and _same(old, was, new, now)
        if not same and (ahead := self._ahead(old, new)) is not None:
            yield self._shifted(path, old, new, ahead, waiting)
            return
        if was is None or now is None or type(was) is not type(now):
            self.parted.add((old, new))
            yield self._elsewhere(path, old, new)
            return
        if now.step in TOLD_AS_WAYS and likeness(was) != likeness(now):
            self.parted.add((old, new))
            yield self._elsewhere(path, old, new)
        yield from self._settings(new, was, now)
        yield from self._ways(path, old, was, new, now, waiting)

    def _elsewhere(self, path: Path, old: Spot, new: Spot) -> Change:
        return Change(Section.CALLS, joined(path), old.told(self.old), new.told(self.new))

    def _settings(self, new: Spot, was: FlowStep, now: FlowStep) -> Iterator[Change]:
        where = of_step(new.flow, str(new.name))
        skipped = {setting for step in (was, now) for setting, _ in _out(step)}
        skipped |= set(about(now)) if now.step in TOLD_AS_WAYS else set()
        for name, before, after in changed_settings(was, now, skipped=skipped):
            yield Change(Section.STEPS, joined((where, plain(name))), before, after)

    def _ways(
        self,
        path: Path,
        old: Spot,
        was: FlowStep,
        new: Spot,
        now: FlowStep,
        waiting: deque[tuple[Path, Spot, Spot]],
    ) -> Iterator[Change]:
        before, after = _out(was), _out(now)
        for key in dict.fromkeys([*before, *after]):
            words = way(key[1], key[0])
            there = path if words is None else (*path, words)
            if key[1] == "next" and key[0] == "next":  # none named: the flow is over
                waiting.append((there, Spot(old.flow, before.get(key)), Spot(new.flow, after.get(key))))
            elif key in before and key in after:
                waiting.append((there, Spot(old.flow, before[key]), Spot(new.flow, after[key])))
            else:
                gone = Spot(old.flow, before[key]).told(self.old) if key in before else None
                come = Spot(new.flow, after[key]).told(self.new) if key in after else None
                yield Change(Section.CALLS, joined(there), gone, come)
        if isinstance(was, Subflow) and isinstance(now, Subflow):
            inside = of_flow(now.flow)
            starts = self.old.flows[was.flow].start, self.new.flows[now.flow].start
            waiting.append(((*path, inside), Spot(was.flow, starts[0]), Spot(now.flow, starts[1])))

    def _ahead(self, old: Spot, new: Spot) -> tuple[str, Spot] | None:
        """Which side has steps the other lacks, and where the other's step is found on it; None where neither has."""
        added = _find(self.new, new, old, self.old)
        removed = _find(self.old, old, new, self.new)
        if added is not None and (removed is None or added[1] <= removed[1]):
            return "added", added[0]
        return None if removed is None else ("removed", removed[0])

    def _shifted(
        self, path: Path, old: Spot, new: Spot, ahead: tuple[str, Spot], waiting: deque[tuple[Path, Spot, Spot]]
    ) -> Change:
        side, found = ahead
        added = side == "added"
        waiting.append((path, old, found) if added else (path, found, new))
        spot, site = (new, self.new) if added else (old, self.old)
        what, until = spot.told(site), found.told(site)
        before = Text(f"before {until.en}", f"{until.zh} 之前")
        return Change(Section.CALLS, joined((*path, before)), None if added else what, what if added else None)


def _same(old: Spot, was: FlowStep, new: Spot, now: FlowStep) -> bool:
    """Whether it is the same step, though perhaps under another name or with other settings."""
    if type(was) is not type(now):
        return False
    alike = likeness(was)
    return old.name == new.name or (bool(alike) and alike == likeness(now))


def _find(site: Site, start: Spot, wanted: Spot, other: Site) -> tuple[Spot, int] | None:
    """The step ``wanted`` of ``other`` among the steps that follow ``start`` in ``site``, and how far it is."""
    step = wanted.step(other)
    if step is None or start.step(site) is None:
        return None
    seen, level = {start}, [start]
    for distance in range(1, MAX_AHEAD + 1):
        following = []
        for spot in level:
            here = spot.step(site)
            for target in _passed(here) if here is not None else ():
                found = Spot(spot.flow, target)
                candidate = found.step(site)
                if found in seen or candidate is None:
                    continue
                if _same(wanted, step, found, candidate):
                    return found, distance
                seen.add(found)
                following.append(found)
        level = following
    return None


def _passed(step: FlowStep) -> list[str]:
    """Where a caller comes to who just passes a step; nowhere from one that is a place of its own."""
    if step.step in _PLACES:
        return []
    return [target for (setting, _), target in _out(step).items() if setting in _PASSING]


def _out(step: FlowStep) -> dict[tuple[str, str], str]:
    """Every way out: setting and label to the step it leads to."""
    return {(str(edge.at[0]), edge.label): edge.target for edge in edges("", step, {})}


def _listed(word: str, names: list[str]) -> str:
    return f"{word}{'s' if len(names) > 1 else ''} {', '.join(names)}"


__all__ = ["MAX_AHEAD", "MAX_PAIRS", "Walk"]
