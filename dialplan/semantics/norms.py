"""The service norms that can be read off a site: A1, A2, A3, A4, A8, A10, F1. All are warnings."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import problem
from dialplan.model import (
    Callback,
    Enqueue,
    Greeting,
    HoursGate,
    LanguageChoice,
    Menu,
    Play,
    Record,
    Site,
    Survey,
    Transfer,
    Voicemail,
)
from dialplan.nesting import Nesting, Spot
from dialplan.places import Places
from ivr.core.problems import Problem

MAX_MENU_DEPTH = 3
NOTICE = "recording-notice"
MANDARIN = "zh-CN"

HUMAN = (Enqueue, Transfer)
"""Steps that bring the caller to a human."""
_RECORDED = (Enqueue, Voicemail, Transfer, Record)


def norms(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Norms of the line as a whole, then of each step."""
    if site.languages[0] != MANDARIN and (MANDARIN in site.languages or site.country == "CN"):
        yield problem("DP303", places.of("languages", 0))
    yield from _offered(site, nesting, places)
    for name, queue in site.queues.items():
        if queue.announce_position == 0:
            yield problem("DP305", places.of("queues", name, "announce_position"), what=name)
    yield from _greeted(nesting, places)
    yield from _human(site, nesting, places)
    yield from _menus(nesting, places)
    yield from _waiting(nesting, places)
    yield from _recorded(nesting, places)


def _offered(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """A3: whatever language the site has, a caller can choose it."""
    offered = {site.languages[0]}
    for spot in nesting.spots(LanguageChoice):
        step = nesting.steps[spot]
        if isinstance(step, LanguageChoice):
            offered.update(step.choices.values())
    for index, language in enumerate(site.languages):
        if language not in offered:
            yield problem("DP314", places.of("languages", index), what=language)


def _greeted(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """A4: the greeting knows the holidays."""
    for flow in dict.fromkeys(nesting.site.numbers.values()):
        start = nesting.start(flow)
        reached = nesting.reach([start])
        if start in nesting.steps and not any(isinstance(nesting.steps[spot], Greeting) for spot in reached):
            yield problem("DP315", places.of_key("flows", flow), flow=flow)


def _human(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """A2, for callers of the accessible profile: key 0 needs a step to lead to."""
    if site.accessible is None:
        return
    for flow in nesting.roots:
        if site.flows[flow].human is None:
            yield problem("DP308", places.of_key("flows", flow), flow=flow)


def _menus(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """A2: few levels, and a human from every menu: by key 0 at all, or by any key without a further menu."""
    depths = nesting.menu_depths()
    humans = set(nesting.spots(HUMAN))
    somehow = nesting.leading(humans)
    straight = nesting.leading(humans, along=lambda edge: not edge.chosen)
    for flow, name in nesting.spots(Menu):
        menu = nesting.steps[flow, name]
        if not isinstance(menu, Menu):
            continue
        where = places.of_key("flows", flow, "steps", name)
        by_zero = "0" in menu.choices and (flow, menu.choices["0"]) in somehow
        if not by_zero and not any((flow, target) in straight for target in menu.choices.values()):
            yield problem("DP301", where, step=name)
        if (depth := depths.get((flow, name), 0)) > MAX_MENU_DEPTH:
            yield problem("DP302", where, step=name, depth=depth)


def _waiting(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """A1, A8, A10: what comes after the queue, and instead of it."""
    helped = nesting.leading(nesting.spots((Voicemail, Enqueue, Callback, Transfer)))
    asked = nesting.leading(nesting.spots(Survey))
    surveys = any(True for _ in nesting.spots(Survey))
    for (flow, name), step in nesting.steps.items():
        where = places.of_key("flows", flow, "steps", name)
        match step:
            case HoursGate() if any((flow, way) not in helped for way in _shut(step)):
                yield problem("DP306", where, step=name)
            case Enqueue() if step.timeout is None and flow in nesting.final:
                yield problem("DP304", where, step=name)
            case Transfer() if step.failure is None and flow in nesting.final:
                yield problem("DP309", where, step=name)
        if surveys and isinstance(step, Enqueue) and not _followed(nesting, flow, step, asked):
            yield problem("DP310", where, step=name)


def _shut(step: HoursGate) -> list[str]:
    """The ways of an hours step while nobody works."""
    return [way for way in (step.closed, step.at_break, step.holiday) if way is not None]


def _followed(nesting: Nesting, flow: str, step: Enqueue, asked: set[Spot]) -> bool:
    """Whether a survey can follow the talk."""
    if step.after is not None:
        return (flow, step.after) in asked
    return any(spot in asked for spot in nesting.after.get(flow, ()))


def _recorded(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """F1: nobody is recorded without having been told."""
    telling = {
        spot
        for spot, step in nesting.steps.items()
        if (isinstance(step, Greeting) and step.notice) or (isinstance(step, Play) and NOTICE in step.prompts)
    }
    untold = nesting.reach(nesting.entries, stop=telling)
    for flow, name in nesting.spots(_RECORDED):
        if (flow, name) in untold:
            yield problem("DP307", places.of_key("flows", flow, "steps", name), step=name)


__all__ = ["HUMAN", "MAX_MENU_DEPTH", "NOTICE", "norms"]
