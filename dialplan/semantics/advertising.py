"""The main menu offers its choices and nothing else (A2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dialplan.codes import problem
from dialplan.model import Menu, Site
from dialplan.nesting import Nesting
from dialplan.places import Places
from ivr.core.problems import Problem


def advertising(
    site: Site, nesting: Nesting, places: Places, advertises: Callable[[str, str], str]
) -> Iterator[Problem]:
    """Prompts of main menus that advertise: of the first menu a caller comes to.

    Args:
        advertises: the words of a prompt, by language and id, that advertise; empty for none.
    """
    for (flow, name), depth in nesting.menu_depths().items():
        menu = nesting.steps[flow, name]
        if depth > 1 or not isinstance(menu, Menu):
            continue
        for setting in ("prompts", "again"):
            for index, prompt in enumerate(getattr(menu, setting)):
                told = {language: words for language in site.languages if (words := advertises(language, prompt))}
                if told:
                    where = places.of("flows", flow, "steps", name, setting, index)
                    words = " / ".join(told.values())
                    yield problem("DP313", where, step=name, languages=", ".join(told), what=words)


__all__ = ["advertising"]
