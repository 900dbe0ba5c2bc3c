"""What say steps say: one thing at a time, of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from dialplan.codes import problem
from dialplan.model import Say, Spoken
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.times import clock_time
from dialplan.tree import Loc
from ivr.core.problems import Problem

KINDS = ("digits", "number", "money", "date", "time")


def _matches(pattern: str) -> Callable[[str], object]:
    def check(value: str) -> object:
        if re.fullmatch(pattern, value) is None:
            raise ValueError(value)
        return value

    return check


_CHECKS: dict[str, Callable[[str], object]] = {
    "digits": _matches(r"[0-9A-Za-z*# -]{1,60}"),
    "number": _matches(r"-?[0-9]{1,15}(\.[0-9]{1,6})?"),
    "money": _matches(r"-?[0-9]{1,12}(\.[0-9]{1,2})?"),
    "date": date.fromisoformat,
    "time": clock_time,
}


def saying(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of what is said."""
    for (flow, name), step in nesting.steps.items():
        if isinstance(step, Say):
            for index, one in enumerate(step.say):
                yield from _spoken(name, one, ("flows", flow, "steps", name, "say", index), places)


def _spoken(name: str, one: Spoken, at: Loc, places: Places) -> Iterator[Problem]:
    given = [kind for kind in ("prompt", *KINDS) if getattr(one, kind) is not None]
    if len(given) != 1:
        yield problem("DP410", places.of(*at), step=name, what=", ".join(given) or "-")
    elif "currency" in one.model_fields_set and one.money is None:
        yield problem("DP416", places.of(*at, "currency"), step=name)
    for kind in given:
        value = getattr(one, kind)
        if kind in _CHECKS and "{" not in value:
            try:
                _CHECKS[kind](value.strip())
            except ValueError:
                yield problem("DP411", places.of(*at, kind), step=name, what=value, kind=kind)


__all__ = ["KINDS", "saying"]
