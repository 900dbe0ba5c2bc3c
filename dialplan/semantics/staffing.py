"""Agents at work: codes that are one's own, skills that the queues ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialplan.codes import problem
from dialplan.model import Site
from dialplan.places import Places
from dialplan.staffing import OWN_REASONS, CallOutcome, PauseReason, lacking
from ivr.core.problems import Problem


def staffing(site: Site, places: Places) -> Iterator[Problem]:
    """Problems of pauses, outcomes and skills."""
    yield from _codes("pause_reasons", site.staffing.pause_reasons, places)
    yield from _codes("outcomes", site.staffing.outcomes, places)
    for name in site.staffing.pause_reasons:
        if name in OWN_REASONS:
            yield problem("DP283", places.of_key("staffing", "pause_reasons", name), what=name)
    for name, agent in site.agents.items():
        for queue in agent.queues:
            line = site.queues.get(queue)
            if line is None:
                continue
            for skill, level in lacking(agent, line):
                part = "languages" if skill in line.languages else "skills"
                where = places.of("queues", queue, part, skill)
                yield problem("DP282", where, agent=name, queue=queue, skill=skill, level=level)


def _codes(part: str, entries: Mapping[str, PauseReason | CallOutcome], places: Places) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, entry in entries.items():
        if entry.code in first:
            where = places.of("staffing", part, name, "code")
            yield problem("DP281", where, what=entry.code, name=name, other=first[entry.code])
        first.setdefault(entry.code, name)


__all__ = ["staffing"]
