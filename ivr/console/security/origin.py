"""Which names the console answers to, and which pages may ask it to change something.

A browser sends a foreign page's requests, too. Names are checked against DNS rebinding: a foreign name that has been
made to point here is not answered; an address is no name and needs no list.
"""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import Scope

from ivr.console.security.asking import header
from ivr.console.security.cookies import is_secure
from ivr.core.settings import Settings


def answers_to(settings: Settings, scope: Scope) -> bool:
    """Whether the Host header names this console."""
    hosts = [value for key, value in scope["headers"] if key == b"host"]
    if len(hosts) != 1:
        return False
    name = _name(hosts[0].decode("latin-1"))
    return name is not None and (name == "localhost" or _is_address(name) or name in _names(settings))


def own_origin(settings: Settings, scope: Scope) -> str:
    """The origin of the console's own pages, as this request has reached it."""
    if settings.console_url:
        parts = urlsplit(settings.console_url)
        if _name(header(scope, b"host")) == parts.hostname:
            return f"{parts.scheme}://{parts.netloc}".lower()
    return f"{'https' if is_secure(scope) else 'http'}://{header(scope, b'host')}".lower()


def is_own(settings: Settings, scope: Scope, *, must_say: bool) -> bool:
    """Whether a request came from one of the console's own pages, or from no page at all.

    Args:
        must_say: a request without Origin is refused: every browser sends it with a socket's handshake, and with what
            changes something.
    """
    site = header(scope, b"sec-fetch-site")
    if site and site not in {"same-origin", "none"}:
        return False
    origins = [value.decode("latin-1").lower() for key, value in scope["headers"] if key == b"origin"]
    if not origins:
        return not must_say
    return origins == [own_origin(settings, scope)]


def _names(settings: Settings) -> frozenset[str]:
    return _allowed(settings.console_hosts, settings.console_url, settings.console_host)


@cache
def _allowed(hosts: str, url: str, host: str) -> frozenset[str]:
    named = {one.strip().lower() for one in hosts.split(",") if one.strip()}
    return frozenset(named | {urlsplit(url).hostname or host, host.lower()})


def _name(host: str) -> str | None:
    """The name or address in a Host header, without its port."""
    if not host or any(char in host for char in "/@\\?# ,"):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


__all__ = ["answers_to", "is_own", "own_origin"]
