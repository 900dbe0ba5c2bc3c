"""What a scenario names and its site has not: a mistake in the scenario, not in the flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from dialplan.codes import known, shown
from dialplan.model import Site
from ivr.call.simulation.files import Written
from ivr.call.simulation.plan import Verb
from ivr.call.simulation.scenario import GAP
from ivr.core.language import Text
from ivr.core.problems import Problem


def strangers(written: Written, site: Site) -> Iterator[Problem]:
    """Numbers, steps and business hours that are not there (TS104)."""
    scenario = written.scenario
    steps = {step for flow in site.flows.values() for step in flow.steps}
    named = steps | {f"{flow}/{step}" for flow, one in site.flows.items() for step in one.steps}
    if scenario.call.to is not None and scenario.call.to not in site.numbers:
        yield _stranger(written, ("call", "to"), scenario.call.to, site.numbers)
    if written.index == 0 and (number := written.file.call.to) is not None and number not in site.numbers:
        yield _problem(written.places.of("call", "to"), number, site.numbers)
    for name in scenario.replies:
        if name not in named and name not in get_args(Verb):
            yield _stranger(written, ("replies", name), name, [*steps, *get_args(Verb)])
    for name in scenario.lookups:
        if "://" not in name and name not in named:
            yield _stranger(written, ("lookups", name), name, steps)
    for name in scenario.switches:
        if name not in site.hours:
            yield _stranger(written, ("switches", name), name, site.hours)
    for index, name in enumerate(scenario.expect.path or []):
        if name != GAP and name not in named:
            yield _stranger(written, ("expect", "path", index), name, steps)


def _stranger(written: Written, path: tuple[str | int, ...], name: str, there: Iterable[str]) -> Problem:
    return _problem(written.where(*path), name, there)


def _problem(where: str, name: str, there: Iterable[str]) -> Problem:
    listed = known(name, there)
    text = Text(f"the site has no {shown(name)}", f"站点中没有 {shown(name)}")
    return Problem(where, "TS104", text, Text(f"there are: {listed.en}", f"现有：{listed.zh}"))


__all__ = ["strangers"]
