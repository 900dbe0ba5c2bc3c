"""A socket of a page without a browser: it says what it is told to, whoever it is."""

from __future__ import annotations

import html
import json
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.web.conftest import WebSite
from tests.web.people import PASSWORD

LIMIT = 15.0  # seconds for an answer


@dataclass(frozen=True)
class Opened:
    """A page somebody has opened.

    Args:
        client: its id.
        elements: as the server put them into it.
    """

    client: str
    elements: dict[str, Any]

    def click(self, do: str) -> dict[str, Any]:
        """The event of a click on the control that has this ``data-do``."""
        number, one = next(
            (key, one) for key, one in self.elements.items() if one.get("props", {}).get("data-do") == do
        )
        listener = next(event["listener_id"] for event in one["events"] if event["type"] == "click")
        return {"id": int(number), "client_id": self.client, "listener_id": listener, "args": []}


def logged_in(site: WebSite, login: str) -> httpx.Client:
    """Somebody in a session of this test's own."""
    client = httpx.Client(base_url=site.url, timeout=30)
    answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def open_page(client: httpx.Client, path: str = "/me") -> Opened:
    """Open a page, without a browser that would connect."""
    text = client.get(path, headers={"accept": "text/html"}).text
    elements = re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.DOTALL)
    page = re.search(r"[\"']client_id[\"']: ?[\"']([0-9a-f-]{36})", text)
    assert elements and page, text[:500]
    return Opened(page[1], json.loads(html.unescape(elements[1])))


class RawSocket:
    """``with RawSocket(site, client, opened.client) as socket``.

    Args:
        client: whose cookies are shown.
        page: id of the page it says it is of.
        origin: it says it comes from; the console's own when not given.

    Raises:
        websockets.exceptions.InvalidStatus: from entering, if the console refuses the socket.
        ConnectionRefusedError: if it refuses the page.
    """

    def __init__(self, site: WebSite, client: httpx.Client, page: str, *, origin: str | None = "") -> None:
        query = {
            "EIO": "4", "transport": "websocket", "client_id": page, "implicit_handshake": "true", "tab_id": "t",
            "document_id": "d", "next_message_id": "0",
        }  # fmt: skip
        self._url = f"{site.url.replace('http', 'ws')}/_nicegui_ws/socket.io/?{urlencode(query)}"
        self._cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        self._origin = site.url if origin == "" else origin
        self._socket: ClientConnection
        self._open: ExitStack

    def __enter__(self) -> RawSocket:
        with ExitStack() as stack:
            headers = {"Cookie": self._cookie} if self._cookie else {}
            opening = connect(
                self._url, origin=self._origin, additional_headers=headers, open_timeout=LIMIT, proxy=None
            )  # type: ignore[arg-type]
            self._socket = stack.enter_context(opening)
            assert self._told().startswith("0{")
            self._socket.send("40")
            answer = self._told()
            if not answer.startswith("40"):
                raise ConnectionRefusedError(answer)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def say(self, name: str, message: Any) -> None:
        """Send a message of Socket.IO."""
        self._socket.send(f"42{json.dumps([name, message])}")

    def hears(self, name: str) -> Any:
        """Wait for a message of this name; what it holds.

        Raises:
            TimeoutError: if none comes.
        """
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            told = self._told(until - time.monotonic())
            if told.startswith("42"):
                found, *content = json.loads(told[2:])
                if found == name:
                    return content[0] if content else None
        raise TimeoutError(name)

    def _told(self, limit: float = LIMIT) -> str:
        while True:
            told = self._socket.recv(timeout=limit)
            if told != "2":
                return str(told)
            self._socket.send("3")
