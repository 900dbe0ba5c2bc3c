"""Numbers, queues, agents and languages, held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import known, problem
from dialplan.model import Site
from dialplan.places import Places
from dialplan.schedule import has_holidays, zone_of
from ivr.core.language import Text
from ivr.core.problems import Problem


def parts(site: Site, places: Places) -> Iterator[Problem]:
    """Problems outside the flows."""
    yield from _general(site, places)
    yield from _languages(site, places)
    for number, flow in site.numbers.items():
        if flow not in site.flows:
            where = places.of("numbers", number)
            yield problem("DP211", where, number=number, what=flow, known=known(flow, site.flows))
    yield from _agents(site, places)


def _general(site: Site, places: Places) -> Iterator[Problem]:
    if zone_of(site.zone) is None:
        yield problem("DP220", places.of("zone"), what=site.zone)
    if not has_holidays(site.country):
        yield problem("DP226", places.of("country"), what=site.country)
    if site.default_queue not in site.queues:
        what = site.default_queue
        yield problem("DP215", places.of("default_queue"), what=what, known=known(what, site.queues))


def _languages(site: Site, places: Places) -> Iterator[Problem]:
    for index, language in enumerate(site.languages):
        if language in site.languages[:index]:
            yield problem("DP223", places.of("languages", index), what=language)
        elif not site.company.get(language, "").strip():
            yield problem("DP225", places.of("company", language), what=language)


def _agents(site: Site, places: Places) -> Iterator[Problem]:
    extensions: dict[str, Text] = {
        number: Text(f"service number {number}", f"服务号码 {number}") for number in site.numbers
    }
    for name, line in site.queues.items():
        if line.extension is None:
            continue
        if line.extension in extensions:
            where, other = places.of("queues", name, "extension"), extensions[line.extension]
            yield problem("DP233", where, what=line.extension, queue=name, other=other)
        extensions.setdefault(line.extension, Text(f"that of queue {name}", f"队列 {name} 的号码"))
    staff_numbers: dict[str, str] = {}
    staffed: set[str] = set()
    for name, agent in site.agents.items():
        if agent.extension in extensions:
            where, other = places.of("agents", name, "extension"), extensions[agent.extension]
            yield problem("DP213", where, what=agent.extension, agent=name, other=other)
        extensions.setdefault(agent.extension, Text(f"that of agent {name}", f"坐席 {name} 的分机号"))
        if agent.number in staff_numbers:
            where, first = places.of("agents", name, "number"), staff_numbers[agent.number]
            yield problem("DP214", where, what=agent.number, agent=name, other=first)
        staff_numbers.setdefault(agent.number, name)
        staffed.update(agent.queues)
        for part, queues in (("queues", agent.queues), ("supervises_queues", agent.supervises_queues)):
            for index, queue in enumerate(queues):
                if queue not in site.queues:
                    where = places.of("agents", name, part, index)
                    yield problem("DP218", where, agent=name, what=queue, known=known(queue, site.queues))
    for name in site.queues:
        if name not in staffed:
            yield problem("DP219", places.of_key("queues", name), what=name)


__all__ = ["parts"]
