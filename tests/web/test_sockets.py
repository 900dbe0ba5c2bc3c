"""Events of pages from where they may not come: another's page, another site, a session that is over."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from ivr.console.security import people
from ivr.core.clock import SystemClock
from ivr.storage.accounts import people as rows
from ivr.storage.database import Database
from tests.web.conftest import WebSite
from tests.web.raw_socket import LIMIT, RawSocket, logged_in, open_page

pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def people_here(site: WebSite) -> None:
    """Two people of these tests' own, whose accounts may be changed."""

    async def add(database: Database) -> None:
        async with database.write() as session:
            like = await people.found(session, "qa-en")
            for login in ("victim", "mallory"):
                account = await people.add(session, SystemClock(), "test", login=login, role="qa", language="en")
                account.password = like.password

    site.run(add)


@pytest.fixture
def victim(site: WebSite, people_here: None) -> Iterator[httpx.Client]:
    client = logged_in(site, "victim")
    yield client
    client.close()


@pytest.fixture
def mallory(site: WebSite, people_here: None) -> Iterator[httpx.Client]:
    client = logged_in(site, "mallory")
    yield client
    client.close()


def theme(site: WebSite, login: str = "victim") -> str:
    """What a click on the theme's button changes."""

    async def look(database: Database) -> str:
        async with database.read() as session:
            found = await rows.by_login(session, login)
            assert found is not None
            return found.theme

    return site.run(look)


def until_other(site: WebSite, login: str, before: str) -> None:
    """Wait until a click has done what it does."""
    until = time.monotonic() + LIMIT
    while theme(site, login) == before:
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.05)


def test_a_click_on_ones_own_page_is_taken(site: WebSite, victim: httpx.Client) -> None:
    before, page = theme(site), open_page(victim)
    with RawSocket(site, victim, page.client) as socket:
        socket.say("event", page.click("theme"))
        until_other(site, "victim", before)


def test_nobody_clicks_on_the_page_of_another(site: WebSite, victim: httpx.Client, mallory: httpx.Client) -> None:
    before, hers, his = theme(site), open_page(victim), open_page(mallory)
    with pytest.raises(ConnectionRefusedError, match="handshake"), RawSocket(site, mallory, hers.client):
        pass
    with RawSocket(site, mallory, his.client) as socket:
        socket.say("handshake", {"client_id": hers.client, "tab_id": "t", "document_id": "d"})
        for event in (hers.click("theme"), hers.click("theme") | {"client_id": [hers.client]}, {}, None, "x"):
            socket.say("event", event)
        socket.say("javascript_response", {"client_id": hers.client, "request_id": "x", "result": 1})
        socket.say("log", {"client_id": his.client, "level": "error", "message": "from outside"})
        his_before = theme(site, "mallory")
        socket.say("event", his.click("theme"))
        until_other(site, "mallory", his_before)  # what was said before has been gone through
    assert theme(site) == before
    logged = (site.settings.logs / "console.log").read_text("utf-8")
    assert "event for another page dropped" in logged
    assert "from outside" not in logged


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_no_other_site_opens_a_socket(site: WebSite, victim: httpx.Client, origin: str | None) -> None:
    page = open_page(victim)
    with pytest.raises(InvalidStatus) as caught, RawSocket(site, victim, page.client, origin=origin):
        pass
    assert caught.value.response.status_code == 403


def test_nobody_opens_a_socket_without_a_session_or_by_polling(site: WebSite, victim: httpx.Client) -> None:
    page = open_page(victim)
    with httpx.Client() as nobody, pytest.raises(InvalidStatus), RawSocket(site, nobody, page.client):
        pass
    answer = victim.get("/_nicegui_ws/socket.io/", params={"EIO": "4", "transport": "polling"})
    assert answer.status_code == 403


def test_an_ended_session_clicks_no_more(site: WebSite, victim: httpx.Client) -> None:
    before, page = theme(site), open_page(victim)
    with RawSocket(site, victim, page.client) as socket:
        assert victim.delete("/api/v1/session").status_code == 204
        socket.say("event", page.click("theme"))
        assert socket.hears("open")["path"] == "/login?next=/me"
        assert theme(site) == before
        logged_in(site, "victim").close()  # a new session does not make the old page good again
        socket.say("event", page.click("theme"))
        assert socket.hears("open")["path"] == "/login?next=/me"
        assert theme(site) == before
    with pytest.raises(InvalidStatus), RawSocket(site, victim, page.client):
        pass


def test_a_page_built_for_another_role_is_no_longer_taken(site: WebSite, victim: httpx.Client) -> None:
    before, page = theme(site), open_page(victim, "/trends")
    with RawSocket(site, victim, page.client) as socket:

        async def change(database: Database) -> None:
            async with database.write() as session:  # as `ivr users role` does, from another process
                await people.change(session, SystemClock(), "test", "victim", role="supervisor")

        site.run(change)
        socket.say("event", page.click("theme"))
        assert socket.hears("open")["path"] == "/login?next=/trends"
    assert theme(site) == before
