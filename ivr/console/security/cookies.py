"""The two cookies of a login: the session's token, which scripts cannot read, and the CSRF value, which they must.

Both are SameSite=Strict: a page of another origin cannot have them sent. Under HTTPS they are Secure and have the
``__Host-`` prefix, so that no neighbouring name can set or overwrite them.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Scope

from ivr.console.security.sessions import Begun

SESSION = "ivr_session"
CSRF = "ivr_csrf"
PREFIX = "__Host-"


def is_secure(scope: Scope) -> bool:
    """Whether a request came by HTTPS, here or at a trusted proxy."""
    return scope["scheme"] in {"https", "wss"}


def read(scope: Scope, name: str) -> str:
    """A cookie of a request; under HTTPS only the one with the prefix counts. "" if there is none, or several."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
    wanted = _name(scope, name)
    found: list[str] = []
    for part in "; ".join(values).split(";"):
        key, _, value = part.strip().partition("=")
        if key == wanted:
            found.append(value.strip().strip('"'))
    return found[0] if len(found) == 1 else ""


def put(response: Response, scope: Scope, begun: Begun) -> None:
    """Give a browser its cookies; they live as long as it runs, the session no longer than the server says."""
    for name, value, hidden in ((SESSION, begun.token, True), (CSRF, begun.known.csrf, False)):
        _set(response, scope, name, value, hidden=hidden)


def take_away(response: Response, scope: Scope) -> None:
    """Have a browser forget them."""
    for name in (SESSION, CSRF):
        _set(response, scope, name, "", hidden=name == SESSION, seconds=0)


def _set(response: Response, scope: Scope, name: str, value: str, *, hidden: bool, seconds: int | None = None) -> None:
    # Plain HTTP is served on loopback alone (ivr.console.security.tls); anywhere else a browser drops the cookie.
    loopback = not is_secure(scope) and _is_loopback(scope)
    response.set_cookie(
        _name(scope, name), value, path="/", httponly=hidden, secure=not loopback, samesite="strict", max_age=seconds
    )


def _name(scope: Scope, name: str) -> str:
    return f"{PREFIX}{name}" if is_secure(scope) else name


def _is_loopback(scope: Scope) -> bool:
    server = scope.get("server")
    return server is not None and str(server[0]) in {"127.0.0.1", "::1", "localhost"}


__all__ = ["CSRF", "SESSION", "is_secure", "put", "read", "take_away"]
