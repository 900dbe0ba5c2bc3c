"""Where the console may listen, and its cookies."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.responses import Response

from ivr.console.security import cookies, links, tls
from ivr.console.security.permissions import ALLOWED, Permission, Role
from ivr.console.security.words import PERMISSION_NAMES
from ivr.core.errors import SetupError, UsageError
from ivr.core.settings import Settings
from tests.unit.console.security.conftest import House


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_plain_http_is_for_loopback(host: str) -> None:
    assert tls.options(Settings(console_host=host)) == {}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "calls.example.org"])
def test_plain_http_over_a_network_is_refused_unless_a_proxy_is_named(host: str) -> None:
    with pytest.raises(UsageError, match="without TLS") as caught:
        tls.options(Settings(console_host=host))
    assert "IVR_CONSOLE_TLS_CERTIFICATE" in caught.value.cure
    assert tls.options(Settings(console_host=host, console_trusted_proxies="192.0.2.1")) == {}


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    for content in (None, b"no certificate"):
        path = tmp_path / "console.pem"
        if content:
            path.write_bytes(content)
        with pytest.raises(SetupError, match=r"console\.pem"):
            tls.options(Settings(console_tls_certificate=path))


def test_proxies_are_addresses_and_networks() -> None:
    settings = Settings(console_trusted_proxies="127.0.0.1, 10.1.0.0/16,2001:db8::/32")
    assert tls.trusted(settings) == ["127.0.0.1", "10.1.0.0/16", "2001:db8::/32"]
    for wrong in ("*", "proxy.example.org", "10.1.0.0/99"):
        with pytest.raises(UsageError):
            tls.trusted(Settings(console_trusted_proxies=wrong))


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "http://127.0.0.1:8080/welcome#x"),
        ({"console_host": "0.0.0.0", "console_port": 90}, "http://127.0.0.1:90/welcome#x"),
        ({"console_host": "::1"}, "http://[::1]:8080/welcome#x"),
        ({"console_host": "a.example", "console_tls_certificate": "/c.pem"}, "https://a.example:8080/welcome#x"),
        ({"console_url": "https://calls.example.org"}, "https://calls.example.org/welcome#x"),
    ],
)
def test_links_lead_to_where_the_console_is(settings: dict[str, str], address: str) -> None:
    assert links.address(Settings(**settings), "x") == address  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scheme", "server", "name", "secure"),
    [("http", "127.0.0.1", "ivr_session", False), ("http", "192.0.2.7", "ivr_session", True),
     ("https", "127.0.0.1", "__Host-ivr_session", True), ("https", "192.0.2.7", "__Host-ivr_session", True)],
)  # fmt: skip
async def test_cookies_are_kept_from_scripts_and_other_sites(
    house: House, scheme: str, server: str, name: str, secure: bool
) -> None:
    await house.add("ann")
    response = Response()
    scope = {"type": "http", "scheme": scheme, "server": (server, 80), "headers": []}
    cookies.put(response, scope, await house.login("ann"))
    session, csrf = [value.decode() for key, value in response.raw_headers if key == b"set-cookie"]
    assert session.startswith(f"{name}=") and csrf.startswith(name.replace("session", "csrf"))
    for cookie in (session, csrf):
        assert "samesite=strict" in cookie.lower() and "Path=/" in cookie and "domain" not in cookie.lower()
        assert ("; Secure" in cookie) == secure
    assert "HttpOnly" in session and "HttpOnly" not in csrf
    cookies.take_away(response, scope)
    assert [value for key, value in response.raw_headers if key == b"set-cookie" and b"Max-Age=0" in value][1:]


def test_every_permission_has_a_name_and_a_role() -> None:
    assert set(PERMISSION_NAMES) == set(Permission)
    assert set(ALLOWED) == set(Role)
    assert set().union(*ALLOWED.values()) == set(Permission)
