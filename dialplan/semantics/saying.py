"""What say steps say: one thing at a time, of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dialplan.codes import problem
from dialplan.model import Say, Spoken
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem
from ivr.core.sayable import plain_date, plain_digits, plain_money, plain_number, plain_time

KINDS = ("digits", "number", "money", "date", "time")

_READERS: dict[str, Callable[[str], object]] = {
    "digits": plain_digits,
    "number": plain_number,
    "date": plain_date,
    "time": plain_time,
}


def sayable(kind: str, value: str, currency: str = "CNY") -> bool:
    """Whether a text can be said as what it is to be."""
    text = value.strip()
    try:
        plain_money(text, currency) if kind == "money" else _READERS[kind](text)
    except ValueError:
        return False
    return True


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
    else:
        for setting, kind in (("currency", "money"), ("weekday", "date")):
            if setting in one.model_fields_set and kind not in given:
                yield problem("DP416", places.of(*at, setting), step=name, what=setting, kind=kind)
    for kind in given:
        value = getattr(one, kind)
        if kind in KINDS and "{" not in value and not sayable(kind, value, one.currency):
            yield problem("DP411", places.of(*at, kind), step=name, what=value, kind=kind)


__all__ = ["KINDS", "sayable", "saying"]
