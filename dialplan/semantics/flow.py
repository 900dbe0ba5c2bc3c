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
    FlowStep,
    Greeting,
    Hangup,
    HoursGate,
    LanguageChoice,
    Lookup,
    SetVariables,
    Site,
    Subflow,
)
from dialplan.nesting import Nesting, silent
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem

_MUST_GO_ON = (Answer, Greeting, Collect, Lookup, SetVariables)
_MUTE = (Answer, HoursGate, Branch, SetVariables, Subflow)


def flows(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of the flows, and of the ways between them."""
    unanswered = nesting.reach(nesting.entries, stop=set(nesting.spots(Answer)))
    stay = set(nesting.calls) - nesting.returning(along=silent)
    for name, flow in site.flows.items():
        if name not in nesting.used:
            yield problem("DP230", places.of_key("flows", name), flow=name)
        graph, at = Graph(flow, site.queues, stay=stay), ("flows", name)
        yield from _ways(graph, name, places)
        for cycle in graph.silent_cycles():
            where = places.of_key(*at, "steps", cycle[0])
            yield problem("DP205", where, what=" → ".join([*cycle, cycle[0]]))
        for step_name, step in flow.steps.items():
            here = (*at, "steps", step_name)
            if (name, step_name) in unanswered and _speaks(step):
                yield problem("DP206", places.of_key(*here), step=step_name)
            if isinstance(step, _MUST_GO_ON) and step.next is None and name in nesting.final:
                yield problem("DP204", places.of_key(*here), step=step_name, kind=step.step)
            yield from _step(site, step_name, step, here, places)
    yield from _inner(nesting, places)


def _ways(graph: Graph, name: str, places: Places) -> Iterator[Problem]:
    flow, at = graph.flow, ("flows", name)
    steps = known(flow.start, flow.steps)
    if flow.start not in flow.steps:
        yield problem("DP201", places.of(*at, "start"), flow=name, what=flow.start, known=steps)
    if flow.human is not None and flow.human not in flow.steps:
        yield problem("DP210", places.of(*at, "human"), flow=name, what=flow.human, known=known(flow.human, flow.steps))
    for edge in graph.all_edges:
        if edge.target not in flow.steps:
            where = places.of(*at, "steps", edge.source, *edge.at)
            yield problem("DP202", where, step=edge.source, what=edge.target, known=known(edge.target, flow.steps))
    if flow.start in flow.steps:
        reached = graph.reach([flow.start, *([flow.human] if flow.human else [])])
        for step_name in flow.steps:
            if step_name not in reached:
                yield problem("DP203", places.of_key(*at, "steps", step_name), step=step_name)


def _inner(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Flows that are not there, that lead into themselves, that no call comes back from."""
    for ring in nesting.rings():
        flow, last = ring[-1]
        names = [name for name, _ in ring]
        where = places.of("flows", flow, "steps", last, "flow")
        yield problem("DP208", where, flow=names[0], what=" → ".join([*names, names[0]]))
    back = nesting.returning()
    for (flow, name), step in nesting.steps.items():
        if not isinstance(step, Subflow):
            continue
        at = ("flows", flow, "steps", name)
        if step.flow not in nesting.site.flows:
            flows = known(step.flow, nesting.site.flows)
            yield problem("DP207", places.of(*at, "flow"), step=name, what=step.flow, known=flows)
        elif step.next is not None and step.flow in nesting.calls and step.flow not in back:
            yield problem("DP209", places.of(*at, "next"), step=name, what=step.next, flow=step.flow)


def _speaks(step: FlowStep) -> bool:
    match step:
        case Hangup() | Lookup():
            return bool(step.prompts)
        case _:
            return not isinstance(step, _MUTE)


def _step(site: Site, name: str, step: FlowStep, at: Loc, places: Places) -> Iterator[Problem]:
    match step:
        case Enqueue() | Callback() if step.queue not in site.queues:
            found = known(step.queue, site.queues)
            yield problem("DP216", places.of(*at, "queue"), step=name, what=step.queue, known=found)
        case Branch():
            if not step.cases and not step.languages:
                yield problem("DP109", places.of_key(*at), field="cases")
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


__all__ = ["flows"]
