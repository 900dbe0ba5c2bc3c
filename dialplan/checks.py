"""Checking a site without running it: what ``ivr dialplan check`` says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from dialplan.loading import Prompts, errors_of, load_checked
from dialplan.version import site_version
from ivr.core.problems import Problem


def check_site(
    folder: Path,
    *,
    known_prompts: Prompts | None = None,
    advertises: Callable[[str, str], str] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Every problem of the site in ``folder``, warnings included; never raises for what is in it.

    Args:
        folder: the site's folder.
        known_prompts: prompt ids that exist, per language; prompts are not checked when not given.
        advertises: the words of a prompt, by language and id, that advertise (A2); not asked when not given.
        today: the day, for what depends on the year; left out when not given.
    """
    return load_checked(folder, known_prompts=known_prompts, advertises=advertises, today=today)[1]


def check_report(folder: Path, *, known_prompts: Prompts | None = None) -> dict[str, Any]:
    """The check as plain data: ``folder``, ``site``, ``version``, ``ok``, ``errors``, ``warnings``, ``problems``."""
    site, problems = load_checked(folder, known_prompts=known_prompts)
    errors = len(errors_of(problems))
    return {
        "folder": str(folder),
        "site": site.name if site else None,
        "version": site_version(site) if site else None,
        "ok": site is not None,
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [found.as_dict() for found in problems],
    }


__all__ = ["check_report", "check_site"]
