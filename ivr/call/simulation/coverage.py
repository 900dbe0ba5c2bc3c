"""Which steps of a site's flows calls have been through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialplan.model import Site
from ivr.call.simulation.story import Story


@dataclass(frozen=True, slots=True)
class Coverage:
    """Steps as ``flow/step``, in the order of the site's files.

    Args:
        steps: all of them.
        missed: those that no call has been through.
    """

    steps: list[str]
    missed: list[str]

    @property
    def reached(self) -> int:
        """How many of them calls have been through."""
        return len(self.steps) - len(self.missed)

    def as_dict(self) -> dict[str, object]:
        """As plain data for ``--json``."""
        return {"steps": len(self.steps), "reached": self.reached, "missed": self.missed}


def coverage(site: Site, stories: Iterable[Story]) -> Coverage:
    """The steps of ``site``, and those that none of ``stories`` passed."""
    reached = {visit.name for story in stories for visit in story.visits}
    steps = [f"{name}/{step}" for name, flow in site.flows.items() for step in flow.steps]
    return Coverage(steps, [step for step in steps if step not in reached])


__all__ = ["Coverage", "coverage"]
