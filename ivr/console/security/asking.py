"""What a request says of who asks, as the guard has found it."""

from __future__ import annotations

from fastapi import Request
from starlette.types import Scope

from ivr.console.api.base import PERSON
from ivr.console.security.login import Came
from ivr.console.security.person import Person
from ivr.console.security.sessions import Known

KNOWN = "ivr.known"
"""Key in an ASGI scope: the session who asks is known by, or None."""


def header(scope: Scope, name: bytes) -> str:
    """A header, given in lower case; "" if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def came_from(request: Request) -> Came:
    """From where a request comes."""
    scope = request.scope
    address = scope["client"][0] if scope.get("client") else ""
    return Came(address, header(scope, b"user-agent"), preferred(scope))


def known_of(request: Request) -> Known | None:
    """The session of a request; None with a token."""
    found: Known | None = request.scope.get(KNOWN)
    return found


def who_of(scope: Scope) -> Person | None:
    """Who asks."""
    found: Person | None = scope.get(PERSON)
    return found


def preferred(scope: Scope) -> str:
    """``zh`` or ``en``: which of the two the browser names first; Chinese if neither."""
    best, weight = "zh", 0.0
    for part in header(scope, b"accept-language")[:300].split(","):
        name, _, rest = part.strip().partition(";")
        language = name.strip().lower()[:2]
        try:
            given = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if language in {"zh", "en"} and given > weight:
            best, weight = language, given
    return best


__all__ = ["KNOWN", "came_from", "header", "known_of", "preferred", "who_of"]
