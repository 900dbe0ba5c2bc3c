"""How a site wants its figures counted."""

from __future__ import annotations

from dialplan.model import Site
from ivr.reports.indicators.model import Rules


def rules_of(site: Site) -> Rules:
    """The rules in a site's files."""
    return Rules(
        levels={name: float(queue.service_level) for name, queue in site.queues.items()},
        targets={name: float(queue.target) for name, queue in site.queues.items()},
        short_abandon_s=float(site.short_abandon) or None,
        count_short=site.count_short_abandons,
        three_rings_s=float(site.three_rings),
    )
