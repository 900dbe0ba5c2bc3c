"""NiceGUI made lighter: an element costs a quarter once a signature is looked at once.

Every element of NiceGUI has three observed mappings (classes, style, props), and for each of them the signature of its
handler is inspected anew, which takes three quarters of the time an element takes. What a function expects does not
change; so it is kept by the function's code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import helpers

MOST = 4096


def kept_by_code(expects: Callable[[Callable[..., Any]], bool]) -> Callable[[Callable[..., Any]], bool]:
    """``expects``, asked once for each code; partial, wrapped and other callables are asked about each time."""
    known: dict[object, bool] = {}

    def asked(func: Callable[..., Any]) -> bool:
        inner = getattr(func, "__func__", func)
        code = getattr(inner, "__code__", None)
        if code is None or hasattr(inner, "__wrapped__") or hasattr(func, "__signature__"):
            return expects(func)
        key = (code, inner is func, len(inner.__defaults__ or ()), tuple(inner.__kwdefaults__ or ()))
        found = known.get(key)
        if found is None:
            found = expects(func)
            if len(known) < MOST:
                known[key] = found
        return found

    return asked


def install() -> None:
    """Let NiceGUI ask so."""
    if helpers.expects_arguments.__name__ != "asked":
        helpers.expects_arguments = kept_by_code(helpers.expects_arguments)  # type: ignore[assignment]


__all__ = ["install", "kept_by_code"]
