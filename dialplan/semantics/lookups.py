"""Lookups: who is asked how, how long that may take, and what a caller hears meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from dialplan.codes import problem
from dialplan.model import Lookup, Site
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem


def lookups(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of the services that are asked."""
    for (flow, name), step in nesting.steps.items():
        if not isinstance(step, Lookup):
            continue
        at: Loc = ("flows", flow, "steps", name)
        host = _host(step.url)
        if step.url.startswith("http:") and not _own(host):
            yield problem("DP412", places.of(*at, "url"), step=name, what=host)
        if step.method == "GET" and step.body:
            yield problem("DP413", places.of(*at, "body"), step=name)
        longest = step.timeout * (step.retries + 1)
        if longest > site.patience:
            where = places.of(*at, "timeout")
            yield problem("DP414", where, step=name, what=f"{longest:g}", most=site.patience)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _own(host: str) -> bool:
    """Whether what is sent there never leaves this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


__all__ = ["lookups"]
