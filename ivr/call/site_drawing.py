"""A site's flows made ready to be drawn: with what the check finds wrong in each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dialplan.files import SiteFiles
from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.places import Places, assemble
from ivr.call.site_check import checked
from ivr.call.versions import load_edition
from ivr.core.errors import SiteError
from ivr.core.problems import Problem


def read_drawable(place: Path) -> tuple[Site, Sequence[Problem]]:
    """The site in a folder, with whatever the check finds wrong in it.

    Raises:
        SiteError: if its files do not even make a site.
    """
    site, problems = checked(place)
    if site is not None:
        return site, problems
    try:
        return load_edition(place, "").site, problems
    except SiteError:
        load_site(place)  # raises with every problem
        raise


def of_steps(place: Path, site: Site, problems: Sequence[Problem]) -> Mapping[str, Mapping[str, Sequence[Problem]]]:
    """Problems by flow and step, from the places the check gives."""
    if not problems:
        return {}
    places = Places(assemble(SiteFiles(place))[0])
    found: dict[str, dict[str, list[Problem]]] = {}
    for name, flow in site.flows.items():
        lines = sorted((_line(places.of_key("flows", name, "steps", step)), step) for step in flow.steps)
        for problem in problems:
            if problem.where.partition(":")[0] != f"flows/{name}.yaml":
                continue
            line = _line(problem.where)
            before = [step for start, step in lines if start <= line]
            if before:
                found.setdefault(name, {}).setdefault(before[-1], []).append(problem)
    return found


def codes_of(problems: Mapping[str, Sequence[Problem]]) -> dict[str, list[str]]:
    """The codes of problems, by step, as a chart has them."""
    return {step: [one.code for one in found] for step, found in problems.items()}


def _line(where: str) -> int:
    """The line of ``file:line:column``."""
    parts = where.rsplit(":", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0


__all__ = ["codes_of", "of_steps", "read_drawable"]
