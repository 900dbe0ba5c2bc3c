"""What the operators and functions of an expression do with texts, decimal numbers, true and false."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, Context, Decimal
from typing import Any

from ivr.core.language import Text

Value = str | Decimal | bool

LONGEST_TEXT = 500
"""Most characters of a text."""
BIGGEST = Decimal(10) ** 15
"""No number is as big as this."""

_LOOKS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_SUMS = Context(prec=40)
_NO_TEXTS = frozenset({"", "false", "0"})


class ReckonError(Exception):
    """These values do not go together.

    Attributes:
        why: the reason.
    """

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


def number_in(value: Value) -> Decimal | None:
    """The number that a value is or looks like; None for others."""
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, str) and _LOOKS.fullmatch(value) else None


def as_text(value: Value | int | float) -> str:
    """A value as a variable holds it: ``true``, ``false``, numbers without needless noughts, 6 places at most."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    whole, _, places = f"{round(Decimal(str(value)), 6):f}".partition(".")
    text = f"{whole}.{places.rstrip('0')}".rstrip(".")
    return "0" if text == "-0" else text


def holds(value: Value) -> bool:
    """Whether a value counts as true."""
    return value not in _NO_TEXTS if isinstance(value, str) else bool(value)


def _number(value: Value) -> Decimal:
    found = number_in(value)
    if found is None:
        if value == "":
            raise ReckonError(
                Text("empty text is no number; int(…) and number(…) make it 0", "空值不是数字；int(…)、number(…) 取 0")
            )
        raise ReckonError(Text("that is no number", "这不是数字"))
    return found


def _bounded(value: Decimal) -> Decimal:
    if not abs(value) < BIGGEST:
        raise ReckonError(Text("a number with more than 15 digits", "数字超过 15 位"))
    return value


def _sum(done: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    return lambda left, right: _bounded(done(_number(left), _number(right)))


def _add(left: Value, right: Value) -> Value:
    if not (isinstance(left, str) and isinstance(right, str)):
        return _bounded(_SUMS.add(_number(left), _number(right)))
    if len(left) + len(right) > LONGEST_TEXT:
        raise ReckonError(Text(f"a text of more than {LONGEST_TEXT} characters", f"文字超过 {LONGEST_TEXT} 个字符"))
    return left + right


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise ReckonError(Text("divided by 0", "除数为 0"))
    return _bounded(_SUMS.divide(left, right))


def _floor(left: Decimal, right: Decimal) -> Decimal:
    return _divide(left, right).to_integral_value(ROUND_FLOOR)


def _rest(left: Decimal, right: Decimal) -> Decimal:
    return _SUMS.subtract(left, _SUMS.multiply(right, _floor(left, right)))


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return (
            as_text(left) == as_text(right) if isinstance(left, str | bool) and isinstance(right, str | bool) else False
        )
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    one, other = number_in(left), number_in(right)
    return one is not None and other is not None and one == other


def _ordered(done: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        one, other = number_in(left), number_in(right)
        if one is not None and other is not None:
            return done(one, other)
        if left == "" or right == "":
            raise ReckonError(
                Text(
                    "empty text is neither more nor less; int(…) and number(…) make it 0",
                    "空值不能比较大小；int(…)、number(…) 取 0",
                )
            )
        if one is None and other is None and isinstance(left, str) and isinstance(right, str):
            return done(left, right)
        raise ReckonError(Text("a number and something that is none", "一边是数字，另一边不是"))

    return compare


def _contains(part: Value, whole: Value | tuple[Value, ...]) -> bool:
    if part == "":
        return False
    if isinstance(whole, tuple):
        return any(_equal(part, one) for one in whole)
    return as_text(part) in as_text(whole)


def _within(value: Value, places: int | None = None) -> Decimal:
    found = Decimal(0) if value == "" else _number(value)
    return found if places is None else found.quantize(Decimal(1), ROUND_DOWN, _SUMS)


OPERATORS: Mapping[str, Callable[..., Value]] = {
    "Eq": _equal,
    "NotEq": lambda left, right: not _equal(left, right),
    "Lt": _ordered(lambda left, right: bool(left < right)),
    "LtE": _ordered(lambda left, right: bool(left <= right)),
    "Gt": _ordered(lambda left, right: bool(left > right)),
    "GtE": _ordered(lambda left, right: bool(left >= right)),
    "In": _contains,
    "NotIn": lambda part, whole: not _contains(part, whole),
    "Add": _add,
    "Sub": _sum(_SUMS.subtract),
    "Mult": _sum(_SUMS.multiply),
    "Div": _sum(_divide),
    "FloorDiv": _sum(_floor),
    "Mod": _sum(_rest),
    "Not": lambda value: not holds(value),
    "USub": lambda value: -_number(value),
    "UAdd": _number,
}
"""Operators by the name of their class in :mod:`ast`."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the expressions.

    Args:
        arguments: how many it takes.
        meaning: its line in the manual.
    """

    arguments: int
    done: Callable[..., Value]
    meaning: Text


FUNCTIONS: Mapping[str, Function] = {
    "int": Function(
        1,
        lambda value: _within(value, 0),
        Text("the whole part of a number; empty text is 0", "数的整数部分，空值为 0"),
    ),
    "number": Function(1, _within, Text("text as a number; empty text is 0", "把文字当作数字，空值为 0")),
    "len": Function(1, lambda value: Decimal(len(as_text(value))), Text("number of characters", "字符个数")),
    "starts": Function(
        2,
        lambda value, beginning: as_text(value).startswith(as_text(beginning)),
        Text("whether the first begins with the second", "前者是否以后者开头"),
    ),
    "ends": Function(
        2,
        lambda value, end: as_text(value).endswith(as_text(end)),
        Text("whether the first ends with the second", "前者是否以后者结尾"),
    ),
    "upper": Function(1, lambda value: as_text(value).upper()[:LONGEST_TEXT], Text("in capitals", "转为大写")),
    "lower": Function(1, lambda value: as_text(value).lower()[:LONGEST_TEXT], Text("in small letters", "转为小写")),
}

ALSO_VARIABLES = frozenset({"number"})
"""Functions that are the name of a built-in variable, too, where no brackets follow."""

__all__ = [
    "ALSO_VARIABLES",
    "BIGGEST",
    "FUNCTIONS",
    "LONGEST_TEXT",
    "OPERATORS",
    "Function",
    "ReckonError",
    "Value",
    "as_text",
    "holds",
    "number_in",
]
