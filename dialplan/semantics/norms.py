"""The service norms that can be read off a site: A1, A2, A3, A10, F1. All are warnings."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import problem
from dialplan.graph import Graph
from dialplan.model import Callback, Enqueue, Flow, Greeting, HoursGate, Menu, Play, Site, Voicemail
from dialplan.places import Places
from ivr.core.problems import Problem

MAX_MENU_DEPTH = 3
NOTICE = "recording-notice"


def site(site: Site, places: Places) -> Iterator[Problem]:
    """Norms of the line as a whole."""
    if site.languages[0] != "zh-CN":
        yield problem("DP303", places.of("languages", 0))
    for name, queue in site.queues.items():
        if queue.announce_position == 0:
            yield problem("DP305", places.of("queues", name, "announce_position"), what=name)


def flow(name: str, flow: Flow, places: Places) -> Iterator[Problem]:
    """Norms of one flow."""
    graph = Graph(flow)
    depths = graph.menu_depths() if flow.start in flow.steps else {}
    untold = _untold(graph)
    for step_name, step in flow.steps.items():
        where = places.of_key("flows", name, "steps", step_name)
        match step:
            case Menu():
                if not _leads_to_human(graph, step):
                    yield problem("DP301", where, step=step_name)
                if depths.get(step_name, 0) > MAX_MENU_DEPTH:
                    yield problem("DP302", where, step=step_name, depth=depths[step_name])
            case Enqueue() if step.timeout is None:
                yield problem("DP304", where, step=step_name)
            case HoursGate() if not _reaches(graph, step.closed, Voicemail, Enqueue, Callback):
                yield problem("DP306", where, step=step_name)
        if step_name in untold and isinstance(step, Enqueue | Voicemail):
            yield problem("DP307", where, step=step_name)


def _reaches(graph: Graph, start: str, *kinds: type) -> bool:
    return any(isinstance(graph.flow.steps[name], kinds) for name in graph.reach([start]))


def _leads_to_human(graph: Graph, menu: Menu) -> bool:
    """Whether key 0 reaches a queue at all, or any key reaches one without a further menu."""
    if "0" in menu.choices and _reaches(graph, menu.choices["0"], Enqueue):
        return True
    straight = graph.reach(menu.choices.values(), along=lambda edge: not edge.chosen)
    return any(isinstance(graph.flow.steps[name], Enqueue) for name in straight)


def _untold(graph: Graph) -> set[str]:
    """Steps that a caller can reach without having heard the recording notice."""
    telling = {
        name
        for name, step in graph.flow.steps.items()
        if (isinstance(step, Greeting) and step.notice) or (isinstance(step, Play) and NOTICE in step.prompts)
    }
    return graph.reach([graph.flow.start], stop=telling)


__all__ = ["MAX_MENU_DEPTH", "NOTICE", "flow", "site"]
