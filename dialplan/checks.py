"""Checking a site without running it: what ``ivr dialplan check`` says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from dialplan.loading import Prompts, load_checked
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


__all__ = ["check_site"]
