"""Alert rules, held against queues and hours."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.alerts import HEEDED
from dialplan.codes import known, problem
from dialplan.model import Site
from dialplan.places import Places
from ivr.core.problems import Problem

PER_CENT = 100


def alerts(site: Site, places: Places) -> Iterator[Problem]:
    """Queues and hours that are not there, limits that are none, settings that do nothing."""
    for name, rule in site.alerts.items():
        for index, queue in enumerate(rule.queues):
            if queue not in site.queues:
                where = places.of("alerts", name, "queues", index)
                yield problem("DP284", where, rule=name, what=queue, known=known(queue, site.queues))
        if rule.hours is not None and rule.hours not in site.hours:
            where = places.of("alerts", name, "hours")
            yield problem("DP284", where, rule=name, what=rule.hours, known=known(rule.hours, site.hours))
        if rule.kind == "service-level":
            for key in ("limit", "clear"):
                if (value := getattr(rule, key)) is not None and value > PER_CENT:
                    yield problem("DP285", places.of("alerts", name, key), rule=name, what=f"{key} {value}")
        heeded = HEEDED[rule.kind]
        for key in sorted(rule.model_fields_set - heeded - {"kind"}):
            names = known(key, heeded)
            yield problem("DP286", places.of("alerts", name, key), rule=name, what=key, kind=rule.kind, known=names)
