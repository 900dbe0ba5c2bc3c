"""A flow as a graph: every reference leads somewhere, every step can be reached, no caller goes in circles."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import known, problem
from dialplan.graph import Graph
from dialplan.model import (
    Answer,
    Branch,
    Callback,
    Collect,
    Enqueue,
    Flow,
    FlowStep,
    Greeting,
    Hangup,
    HoursGate,
    LanguageChoice,
    Site,
)
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem

_MUST_GO_ON = (Answer, Greeting, Collect)


def flow(site: Site, name: str, flow: Flow, places: Places) -> Iterator[Problem]:
    """Problems of one flow."""
    graph, at = Graph(flow, site.queues), ("flows", name)
    if flow.start not in flow.steps:
        found = known(flow.start, flow.steps)
        yield problem("DP201", places.of(*at, "start"), flow=name, what=flow.start, known=found)
    for edge in graph.all_edges:
        if edge.target not in flow.steps:
            where = places.of(*at, "steps", edge.source, *edge.at)
            yield problem("DP202", where, step=edge.source, what=edge.target, known=known(edge.target, flow.steps))
    yield from _reached(graph, at, places)
    for cycle in graph.silent_cycles():
        where = places.of_key(*at, "steps", cycle[0])
        yield problem("DP205", where, what=" → ".join([*cycle, cycle[0]]))
    for step_name in flow.steps:
        yield from _step(site, step_name, flow, (*at, "steps", step_name), places)


def _reached(graph: Graph, at: Loc, places: Places) -> Iterator[Problem]:
    steps, start = graph.flow.steps, graph.flow.start
    if start not in steps:
        return
    reached = graph.reach([start])
    answering = [name for name, step in steps.items() if isinstance(step, Answer)]
    unanswered = graph.reach([start], stop=answering)
    for name, step in steps.items():
        where = places.of_key(*at, "steps", name)
        if name not in reached:
            yield problem("DP203", where, step=name)
        elif name in unanswered and _speaks(step):
            yield problem("DP206", where, step=name)


def _speaks(step: FlowStep) -> bool:
    match step:
        case Answer() | HoursGate() | Branch():
            return False
        case Hangup():
            return bool(step.prompts)
        case _:
            return True


def _step(site: Site, name: str, flow: Flow, at: Loc, places: Places) -> Iterator[Problem]:
    step = flow.steps[name]
    if isinstance(step, _MUST_GO_ON) and step.next is None:
        yield problem("DP204", places.of_key(*at), step=name, kind=step.step)
    match step:
        case Enqueue() | Callback() if step.queue not in site.queues:
            found = known(step.queue, site.queues)
            yield problem("DP216", places.of(*at, "queue"), step=name, what=step.queue, known=found)
        case Branch():
            for language in step.languages:
                if language not in site.languages:
                    where = places.of_key(*at, "languages", language)
                    yield problem("DP224", where, step=name, what=language, known=known(language, site.languages))
        case HoursGate() if step.hours not in site.hours:
            found = known(step.hours, site.hours)
            yield problem("DP217", places.of(*at, "hours"), step=name, what=step.hours, known=found)
        case Collect() if step.min > step.max:
            yield problem("DP232", places.of(*at, "min"), step=name, least=step.min, most=step.max)
        case LanguageChoice():
            yield from _offers(site, name, step, at, places)


def _offers(site: Site, name: str, step: LanguageChoice, at: Loc, places: Places) -> Iterator[Problem]:
    offered: set[str] = set()
    for key, language in step.choices.items():
        where = places.of(*at, "choices", key)
        if language in offered:
            yield problem("DP223", where, what=language)
        elif language not in site.languages:
            yield problem("DP224", where, step=name, what=language, known=known(language, site.languages))
        offered.add(language)


__all__ = ["flow"]
