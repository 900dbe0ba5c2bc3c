"""What a site's parts say about each other, and what the service norms say about the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from dialplan.model import Site
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.semantics.advertising import advertising
from dialplan.semantics.alerts import alerts
from dialplan.semantics.flow import flows
from dialplan.semantics.hours import hours
from dialplan.semantics.inputs import inputs
from dialplan.semantics.lookups import lookups
from dialplan.semantics.norms import norms
from dialplan.semantics.parts import parts
from dialplan.semantics.prompts import missing_prompts
from dialplan.semantics.saying import saying
from dialplan.semantics.staffing import staffing
from dialplan.semantics.talk import talk
from dialplan.semantics.trunks import trunks
from dialplan.semantics.variables import variables
from dialplan.semantics.waiting import waiting
from ivr.core.problems import Problem


def check(
    site: Site,
    places: Places | None = None,
    *,
    known_prompts: Mapping[str, AbstractSet[str]] | None = None,
    advertises: Callable[[str, str], str] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Every problem of a site that the schema has accepted, in the order of the site's parts.

    Args:
        site: the site.
        places: where its parts were written; dotted paths are told when not given.
        known_prompts: prompt ids that exist, per language; prompts are not checked when not given.
        advertises: the words of a prompt, by language and id, that advertise (A2); not asked when not given.
        today: the day, for what depends on the year; left out when not given.
    """
    where = places or Places()
    nesting = Nesting(site)
    found = list(_problems(site, nesting, where, today))
    if advertises is not None:
        found += advertising(site, nesting, where, advertises)
    if known_prompts is not None:
        found += missing_prompts(site, where, known_prompts)
    return found


def _problems(site: Site, nesting: Nesting, places: Places, today: date | None) -> Iterator[Problem]:
    yield from parts(site, places)
    yield from staffing(site, places)
    yield from hours(site, nesting, places, today)
    yield from flows(site, nesting, places)
    yield from inputs(site, nesting, places)
    yield from talk(site, nesting, places)
    yield from variables(site, nesting, places)
    yield from lookups(site, nesting, places)
    yield from saying(nesting, places)
    yield from waiting(site, places)
    yield from norms(site, nesting, places)
    yield from trunks(site, places)
    yield from alerts(site, places)


__all__ = ["check"]
