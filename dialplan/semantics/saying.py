"""What say steps say: one thing at a time, of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dialplan.codes import problem
from dialplan.model import Say, Spoken
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.tree import Loc
from ivr.core.problems import Problem

KINDS = ("digits", "number", "money", "date", "time")


MOST = 999_999_999_999
MOST_DIGITS = 40

_NUMBER = re.compile(r"-?([0-9]{1,15})(?:\.([0-9]{1,15}))?", re.ASCII)
_DIGITS = re.compile(r"[0-9]+([ -][0-9]+)*", re.ASCII)
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?", re.ASCII)
_TIME = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?", re.ASCII)
_LEAP_YEAR = "2000"


def sayable(kind: str, value: str, currency: str = "CNY") -> bool:
    """Whether a text can be said as what it is to be: the same rules as in ``prompts.saying``, which says it."""
    text = value.strip()
    match kind:
        case "number":
            return _number(text, 6)
        case "money":
            return _number(text, 0 if currency == "KRW" else 2)
        case "digits":
            return _DIGITS.fullmatch(text) is not None and sum(char.isdigit() for char in text) <= MOST_DIGITS
        case "date":
            found = _DATE.fullmatch(text)
            return found is not None and _is_day("-".join((found[1] or _LEAP_YEAR, found[2], found[3])))
        case _:
            found = _TIME.fullmatch(text)
            return found is not None and int(found[1]) < 24 and int(found[2]) < 60


def _number(text: str, places: int) -> bool:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return False
    fraction = (found[2] or "").rstrip("0")
    return len(fraction) <= places and (int(found[1]) < MOST or (int(found[1]) == MOST and not fraction))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
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
