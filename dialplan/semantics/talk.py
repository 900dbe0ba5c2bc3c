"""Steps that bring the caller to somebody, and what he is asked afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import known, problem
from dialplan.model import Callback, Enqueue, Site, Survey, Transfer
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem

TARGETS = ("agent", "extension", "queue", "outside")


def talk(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of transfers and surveys."""
    for (flow, name), step in nesting.steps.items():
        if isinstance(step, Transfer):
            yield from _transfer(site, name, step, ("flows", flow, "steps", name), places)
    talked = nesting.reach(
        (flow, step.after)
        for (flow, _), step in nesting.steps.items()
        if isinstance(step, Enqueue | Transfer | Callback) and step.after is not None
    )
    talked |= nesting.reach(
        spot
        for (flow, _), step in nesting.steps.items()
        if isinstance(step, Enqueue | Transfer | Callback) and step.after is None
        for spot in nesting.after.get(flow, ())
    )
    for flow, name in nesting.spots(Survey):
        if (flow, name) not in talked:
            yield problem("DP294", places.of_key("flows", flow, "steps", name), step=name)


def _transfer(site: Site, name: str, step: Transfer, at: Loc, places: Places) -> Iterator[Problem]:
    given = [target for target in TARGETS if getattr(step, target) is not None]
    if len(given) != 1:
        where = places.of(*at, given[1]) if given else places.of_key(*at)
        yield problem("DP290", where, step=name, what=", ".join(given) or "-")
    if step.agent is not None and step.agent not in site.agents:
        names = known(step.agent, site.agents)
        yield problem("DP291", places.of(*at, "agent"), step=name, what=step.agent, known=names)
    if step.queue is not None and step.queue not in site.queues:
        names = known(step.queue, site.queues)
        yield problem("DP216", places.of(*at, "queue"), step=name, what=step.queue, known=names)
    if step.outside is not None and step.outside not in site.outside:
        names = known(step.outside, site.outside)
        yield problem("DP292", places.of(*at, "outside"), step=name, what=step.outside, known=names)
    extensions = {agent.extension for agent in site.agents.values()}
    if step.extension is not None and "{" not in step.extension and step.extension not in extensions:
        names = known(step.extension, extensions)
        yield problem("DP293", places.of(*at, "extension"), step=name, what=step.extension, known=names)


__all__ = ["TARGETS", "talk"]
