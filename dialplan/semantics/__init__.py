"""What a site's parts say about each other, and what the service norms say about the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from dialplan.model import Site
from dialplan.places import Places
from dialplan.semantics import flow as flows
from dialplan.semantics import norms, parts
from dialplan.semantics.alerts import alerts
from dialplan.semantics.prompts import missing_prompts
from dialplan.semantics.staffing import staffing
from dialplan.semantics.trunks import trunks
from dialplan.semantics.waiting import waiting
from ivr.core.problems import Problem


def check(
    site: Site, places: Places | None = None, *, known_prompts: Mapping[str, AbstractSet[str]] | None = None
) -> list[Problem]:
    """Every problem of a site that the schema has accepted, in the order of the site's parts.

    Args:
        site: the site.
        places: where its parts were written; dotted paths are told when not given.
        known_prompts: prompt ids that exist, per language; prompts are not checked when not given.
    """
    return list(_problems(site, places or Places(), known_prompts))


def _problems(site: Site, places: Places, known_prompts: Mapping[str, AbstractSet[str]] | None) -> Iterator[Problem]:
    yield from parts.parts(site, places)
    yield from staffing(site, places)
    for name, flow in site.flows.items():
        yield from flows.flow(site, name, flow, places)
        yield from norms.flow(name, flow, places)
    yield from waiting(site, places)
    yield from norms.site(site, places)
    yield from trunks(site, places)
    yield from alerts(site, places)
    if known_prompts is not None:
        yield from missing_prompts(site, places, known_prompts)


__all__ = ["check"]
