"""A folder of YAML becomes a site, or the list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from dialplan.files import SiteFiles
from dialplan.model import Site
from dialplan.places import Places, assemble
from dialplan.semantics import check
from dialplan.shape import schema_problems
from ivr.core.errors import SiteError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity

Prompts = Mapping[str, AbstractSet[str]]


def load_checked(
    folder: Path,
    *,
    known_prompts: Prompts | None = None,
    advertises: Callable[[str, str], str] | None = None,
    today: date | None = None,
) -> tuple[Site | None, list[Problem]]:
    """The site in ``folder`` and its problems; no site if one of them is an error.

    Args:
        folder: site.yaml, numbers.yaml, queues.yaml, flows/*.yaml, and agents.yaml, hours.yaml if needed.
        known_prompts, advertises, today: what else is known, as of :func:`dialplan.semantics.check`.
    """
    files = SiteFiles(folder)
    problems = list(files.problems)
    if not files.parts and not files.flows:
        return None, problems
    root, misplaced = assemble(files)
    problems += misplaced
    places = Places(root)
    try:
        site = Site.model_validate(root.plain())
    except ValidationError as error:
        found = schema_problems(error, places)
        return None, problems + [
            one for one in found if not (one.code == "DP102" and one.where.split(":", 1)[0] in files.lost)
        ]
    if not files.complete:  # what the lost file says cannot be held against the rest
        return None, problems
    problems += check(site, places, known_prompts=known_prompts, advertises=advertises, today=today)
    return (None if errors_of(problems) else site), problems


def load_site(folder: Path, *, known_prompts: Prompts | None = None) -> Site:
    """The site in ``folder``.

    Raises:
        SiteError: with every problem, if one of them is an error.
    """
    site, problems = load_checked(folder, known_prompts=known_prompts)
    if site is None:
        count = len(errors_of(problems))
        text = Text(f"errors in site {folder.name}: {count}", f"站点 {folder.name} 有 {count} 个错误")
        raise SiteError(text, problems, cure=Text("mend them: `ivr dialplan check`", "请修正：`ivr dialplan check`"))
    return site


def errors_of(problems: list[Problem]) -> list[Problem]:
    """Those problems that stop a site, without the warnings."""
    return [found for found in problems if found.severity is Severity.ERROR]


__all__ = ["errors_of", "load_checked", "load_site"]
