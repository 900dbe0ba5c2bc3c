"""Priorities, the keys that leave a queue, and callbacks, held against the rest of the site."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import known, problem
from dialplan.model import Callback, Enqueue, FlowStep, Site
from dialplan.places import Places
from ivr.core.problems import Problem


def waiting(site: Site, places: Places) -> Iterator[Problem]:
    """Problems of who waits before whom, and of how to leave."""
    for number in site.priorities:
        if number not in site.numbers:
            yield problem("DP242", places.of_key("priorities", number), what=number, known=known(number, site.numbers))
    yield from _lists(site, places)
    yield from _keys(site, places)
    yield from _callbacks(site, places)
    called_back = {step.queue for step in _steps(site) if isinstance(step, Callback)}
    for name, queue in site.queues.items():
        if name in called_back and queue.announcer == "asterisk" and queue.announce_position:
            yield problem("DP248", places.of("queues", name, "announcer"), what=name)
        if queue.announce_wait and queue.announcer != "engine":
            yield problem("DP245", places.of("queues", name, "announce_wait"), what=name)
        if "queue" in queue.whisper and queue.title_prompt is None:
            yield problem("DP246", places.of("queues", name, "whisper"), what=name)
        for index, part in enumerate(queue.whisper):
            if part in queue.whisper[:index]:
                yield problem("DP247", places.of("queues", name, "whisper", index), what=name, part=part)


def _steps(site: Site) -> Iterator[FlowStep]:
    return (step for flow in site.flows.values() for step in flow.steps.values())


def _lists(site: Site, places: Places) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, callers in site.callers.items():
        for index, number in enumerate(callers.numbers):
            if first.setdefault(number, name) != name:
                where = places.of("callers", name, "numbers", index)
                yield problem("DP243", where, what=number, list=name, other=first[number])


def _keys(site: Site, places: Places) -> Iterator[Problem]:
    first: dict[str, tuple[str, frozenset[str]]] = {}
    for flow_name, flow in site.flows.items():
        for name, step in flow.steps.items():
            if not isinstance(step, Enqueue):
                continue
            keys = frozenset(step.keys)
            other, known_keys = first.setdefault(step.queue, (name, keys))
            if keys != known_keys:
                where = places.of("flows", flow_name, "steps", name, *(("keys",) if step.keys else ()))
                shown = {"what": _shown(keys), "other": _shown(known_keys)}
                yield problem("DP241", where, queue=step.queue, step=name, first=other, **shown)


def _shown(keys: frozenset[str]) -> str:
    return ", ".join(sorted(keys)) or "-"


def _callbacks(site: Site, places: Places) -> Iterator[Problem]:
    settings = site.callback
    if settings is None:
        for flow_name, flow in site.flows.items():
            for name, step in flow.steps.items():
                if isinstance(step, Callback):
                    yield problem("DP240", places.of_key("flows", flow_name, "steps", name), step=name)
    elif settings.hours is not None and settings.hours not in site.hours:
        found = known(settings.hours, site.hours)
        yield problem("DP244", places.of("callback", "hours"), what=settings.hours, known=found)


__all__ = ["waiting"]
