"""The headers of every answer: what a browser may do with it.

NiceGUI's pages hold their elements in an inline script and compile templates with ``new Function``; so their policy
has ``unsafe-inline`` and ``unsafe-eval`` for scripts of this origin. It still names no other origin, for anything:
what a page could be made to run can fetch nothing and send nothing away. Everything else has a policy without both.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from ivr.console.security.cookies import is_secure

_COMMON = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "img-src 'self' data:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self' blob:; "
)
PAGES = _COMMON + "script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"
OTHERS = _COMMON + "script-src 'self'; style-src 'self'"
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), fullscreen=(self), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), "
        "screen-wake-lock=(self), usb=()"
    ),
}
_A_YEAR = "max-age=31536000"
# A page waits for none of our files twice; one of a newer version is there at the second opening at the latest.
_FILES = "public, max-age=60, stale-while-revalidate=86400"


def with_headers(scope: Scope, send: Send) -> Send:
    """``send`` that gives the answer to a request these headers."""
    path: str = scope["path"]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = policy(path, nicegui="x-nicegui-content" in headers)
            if is_secure(scope):
                headers["Strict-Transport-Security"] = _A_YEAR
            if path.startswith("/static/"):
                headers["Cache-Control"] = _FILES
            elif not path.startswith("/_nicegui/"):
                headers["Cache-Control"] = "no-store"
            if "server" in headers:
                del headers["server"]
        await send(message)

    return sending


def policy(path: str, *, nicegui: bool) -> str:
    """The Content-Security-Policy of an answer."""
    if nicegui:
        return PAGES
    return NOTHING if path.startswith("/api/") else OTHERS


__all__ = ["NOTHING", "OTHERS", "PAGES", "policy", "with_headers"]
