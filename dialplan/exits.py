"""The keys that leave a queue, gathered from the steps that queue callers there: Asterisk knows one set a queue."""

from __future__ import annotations

from dialplan.model import Enqueue, Site


def exit_keys(site: Site) -> dict[str, list[str]]:
    """Keys by queue, sorted; queues that no key leaves are not there."""
    found: dict[str, set[str]] = {}
    for flow in site.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Enqueue) and step.keys:
                found.setdefault(step.queue, set()).update(step.keys)
    return {queue: sorted(keys) for queue, keys in found.items()}


__all__ = ["exit_keys"]
