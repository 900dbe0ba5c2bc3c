"""What a service answered: read with bounds, and turned into the text that a variable holds."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Never

from dialplan.reckoning import as_text

LONGEST = 64 * 1024
"""Most bytes of an answer."""
DEEPEST = 32
"""Most levels of an answer."""
LONGEST_VALUE = 200
"""Most characters of a value that is kept."""

_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,3})\]")
# A number with more digits before or after the point than this is none that a call can use.
_DIGITS = 20


def read(data: bytes) -> Any:
    """The JSON of an answer; numbers with a point are ``Decimal``.

    Raises:
        ValueError: if it is longer than ``LONGEST``, deeper than ``DEEPEST``, or none.
    """
    if len(data) > LONGEST:
        raise ValueError("longer than 64 KiB")
    try:
        answer = json.loads(data, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, ArithmeticError):
        raise ValueError("no JSON") from None
    if deeper(answer, DEEPEST):
        raise ValueError(f"nested more than {DEEPEST} deep")
    return answer


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def deeper(answer: Any, levels: int) -> bool:
    """Whether an answer has more levels than that."""
    level = [answer]
    for _ in range(levels + 1):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def value_at(answer: Any, path: str) -> str:
    """What stands at a place such as ``order.lines[0].name``, as text; ``""`` when there is nothing to speak of."""
    for name, index in _STEP.findall(path):
        if name:
            answer = answer.get(name) if isinstance(answer, dict) else None
        else:
            answer = answer[int(index)] if isinstance(answer, list) and int(index) < len(answer) else None
    return text_of(answer)


def text_of(value: Any) -> str:
    """A JSON value as a variable holds it: printable, at most ``LONGEST_VALUE`` characters; ``""`` for none."""
    if isinstance(value, str):
        return "".join(sign for sign in value if sign.isprintable()).strip()[:LONGEST_VALUE]
    if isinstance(value, bool):
        return as_text(value)
    if isinstance(value, int | float):
        value = Decimal(str(value)) if not isinstance(value, int) or abs(value) < 10**_DIGITS else Decimal("NaN")
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _DIGITS:
        return f"{value:f}" if len(value.as_tuple().digits) <= _DIGITS else ""
    return ""


__all__ = ["DEEPEST", "LONGEST", "LONGEST_VALUE", "deeper", "read", "text_of", "value_at"]
