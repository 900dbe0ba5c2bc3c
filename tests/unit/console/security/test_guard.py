"""The guard before an application that answers whatever comes through, as the server would hand it over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from ivr.console.api.base import PERSON
from ivr.console.security import body, headers
from ivr.console.security.guard import Guard
from ivr.console.security.permissions import Permission
from ivr.console.services import me, tokens
from ivr.core.language import console_language
from tests.unit.console.security.conftest import House

HTML = {"accept": "text/html"}
OWN = "http://127.0.0.1:8080"


class Echo:
    """Says who is known, and reads the whole body."""

    def __init__(self) -> None:
        self.sockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self.sockets += 1
            return
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        who = scope[PERSON]
        said = {
            "who": who and who.login,
            "size": size,
            "language": console_language(),
            "prefix": [value.decode() for name, value in scope["headers"] if name == b"x-forwarded-prefix"],
        }
        extra = {"x-nicegui-content": "page"} if scope["path"] == "/page" else {}
        await JSONResponse(said, headers=extra)(scope, receive, send)


class Browser:
    """Somebody's browser in front of the guard."""

    def __init__(self, house: House, scheme: str = "http") -> None:
        self.house = house
        self.echo = Echo()
        self.guard = Guard(self.echo, house.console)
        self.client = self.at(scheme)

    def at(self, scheme: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.guard, client=("192.0.2.7", 1234))
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1:8080")

    async def login(self, login: str = "ann", **more: Any) -> None:
        await self.house.add(login, **more)
        self.begun = await self.house.login(login)
        self.client.cookies.set("ivr_session", self.begun.token)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.client.request(method, path, **more)

    async def socket(self, path: str = "/_nicegui_ws/socket.io/", **given: str) -> bool:
        """Whether a socket with these headers is let through."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = {"host": "127.0.0.1:8080"} | given
        scope = {
            "type": "websocket", "path": path, "scheme": "ws",
            "server": ("127.0.0.1", 8080), "client": ("192.0.2.7", 1),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
            "query_string": b"",
        }  # fmt: skip
        before = self.echo.sockets
        await self.guard(scope, receive, send)
        assert (self.echo.sockets > before) != any(one["type"] == "websocket.close" for one in sent)
        return self.echo.sockets > before


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    browser = Browser(house)
    async with browser.client:
        yield browser


async def test_nobody_sees_the_login_and_files_and_nothing_else(browser: Browser) -> None:
    for path in ("/login", "/welcome", "/healthz", "/static/console.css", "/_nicegui/3/static/nicegui.js"):
        assert (await browser.ask("GET", path)).status_code == 200, path
    for path in (
        "/api/v1/session",
        "/api/v1/calls",
        "/calls/1",
        "/_nicegui_ws/socket.io/",
        "/static",
        "/login/x",
        "//login",
    ):
        answer = await browser.ask("GET", path)
        assert answer.status_code in {401, 403}, path
        assert set(answer.json()) == {"error", "cure"}
    for path in ("/login", "/static/console.css", "/", "/_nicegui/client/x/upload/1", "/api/v1/me"):
        assert (await browser.ask("POST", path)).status_code == 401, path
    for path in ("/api/v1/session", "/api/v1/session/link", "/api/v1/session/welcome"):
        assert (await browser.ask("POST", path)).status_code == 200, path
        assert (await browser.ask("PUT", path)).status_code == 401, path


async def test_a_page_leads_to_the_login_and_back(browser: Browser) -> None:
    answer = await browser.ask("GET", "/calls?words=a&b=%2F/evil", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/calls%3Fwords%3Da%26b%3D%252F/evil"


async def test_who_is_logged_in_comes_through_in_his_language(browser: Browser) -> None:
    await browser.login(language="en")
    answer = await browser.ask("GET", "/calls", headers=HTML | {"accept-language": "zh"})
    assert (answer.json()["who"], answer.json()["language"]) == ("ann", "en")
    await me.logout(browser.house.console, browser.begun.known.person)
    assert (await browser.ask("GET", "/calls", headers=HTML)).status_code == 303


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9,zh;q=0.8", "en"), ("en;q=0.2,zh;q=0.7", "zh"), ("fr", "zh"),
     ("", "zh"), ("en;q=x", "zh")],
)  # fmt: skip
async def test_who_has_not_chosen_gets_the_language_of_his_browser(
    browser: Browser, accepts: str, language: str
) -> None:
    answer = await browser.ask("GET", "/login", headers={"accept-language": accepts})
    assert answer.json()["language"] == language


async def test_changes_need_the_csrf_value_of_the_session(browser: Browser) -> None:
    await browser.login()
    other = await browser.house.login("ann")
    right = browser.begun.known.csrf
    for shown, status in ((right, 200), ("", 403), (right[:-1], 403), (other.known.csrf, 403), ("ü", 403)):
        given = {"x-csrf-token": shown.encode()} if shown else {}
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert (await browser.ask(method, "/api/v1/me", headers=given)).status_code == status, (method, shown)
    assert (await browser.ask("GET", "/api/v1/me")).status_code == 200


@pytest.mark.parametrize(
    "given",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:8081"},
     {"origin": "https://127.0.0.1:8080"}, {"origin": f"{OWN}.evil.example"}, {"sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}, {"origin": OWN, "sec-fetch-site": "cross-site"}],
)  # fmt: skip
async def test_changes_from_other_pages_are_refused(browser: Browser, given: dict[str, str]) -> None:
    await browser.login()
    csrf = {"x-csrf-token": browser.begun.known.csrf}
    assert (await browser.ask("POST", "/api/v1/me", headers=csrf | {"origin": OWN})).status_code == 200
    assert (await browser.ask("POST", "/api/v1/me", headers=csrf | given)).status_code == 403
    assert (await browser.ask("POST", "/api/v1/session", headers=given)).status_code == 403, "login by another page"
    assert (await browser.ask("GET", "/calls/1", headers=HTML | given)).status_code == 200, "a link from elsewhere"


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8080", 200), ("localhost", 200), ("[::1]:8080", 200), ("192.0.2.9", 200), ("calls.example.org", 200),
     ("CALLS.example.org:443", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421),
     ("calls.example.org@evil.example", 421), ("evil.example/calls.example.org", 421), ("a:b:c", 421)],
)  # fmt: skip
async def test_only_own_names_are_answered(browser: Browser, host: str, status: int) -> None:
    browser.house.console.settings.console_hosts = "calls.example.org, other"
    assert (await browser.ask("GET", "/login", headers={"host": host})).status_code == status


async def test_a_token_opens_the_api_and_needs_no_csrf_value(browser: Browser) -> None:
    await browser.login()
    made = await tokens.add(
        browser.house.console, browser.begun.known.person, name="x", scopes=[Permission.TRENDS], days=1
    )
    browser.client.cookies.clear()
    bearer = {"authorization": f"Bearer {made.token}"}
    for method in ("GET", "POST"):
        assert (await browser.ask(method, "/api/v1/trends", headers=bearer)).json()["who"] == "ann"
    assert (await browser.ask("GET", "/trends", headers=bearer)).status_code == 401
    assert (await browser.ask("GET", "/trends", headers=bearer | HTML)).status_code == 303
    for wrong in (
        f"Bearer {made.token}x",
        f"Basic {made.token}",
        "Bearer",
        made.token,
        f"Bearer {browser.begun.token}",
    ):
        assert (await browser.ask("GET", "/api/v1/trends", headers={"authorization": wrong})).status_code == 401, wrong


async def test_a_wrong_token_beside_a_good_cookie_is_refused(browser: Browser) -> None:
    await browser.login()
    answer = await browser.ask("GET", "/api/v1/trends", headers={"authorization": "Bearer cwt_wrong"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_under_https_only_cookies_with_the_prefix_count(browser: Browser) -> None:
    await browser.login()
    token = browser.begun.token
    async with browser.at("https") as client:
        for cookie, status in ((f"ivr_session={token}", 303), (f"__Host-ivr_session={token}", 200),
                               (f"__Host-ivr_session={token}; __Host-ivr_session=other", 303)):  # fmt: skip
            assert (await client.get("/calls", headers=HTML | {"cookie": cookie})).status_code == status, cookie


async def test_requests_are_bounded(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    await browser.login()
    csrf = {"x-csrf-token": browser.begun.known.csrf}

    async def pieces(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 65536):
            yield b"x" * 65536

    for content in (b"x" * (body.LARGEST + 1), pieces(body.LARGEST + 65536)):
        assert (await browser.ask("POST", "/api/v1/me", headers=csrf, content=content)).status_code == 413
    answer = await browser.ask("POST", "/api/v1/me", headers=csrf, content=pieces(body.LARGEST))
    assert answer.json()["size"] == body.LARGEST
    for length in ("-1", "1e3", "9" * 20, "x"):
        given = csrf | {"content-length": length}
        assert (await browser.ask("POST", "/api/v1/me", headers=given, content=b"x")).status_code == 413, length

    monkeypatch.setattr(body, "LONGEST", 0.05)

    async def never() -> Message:
        import asyncio

        await asyncio.sleep(30)
        raise AssertionError

    with pytest.raises(body.TooLargeError):
        await body.Bounded(never)()


async def test_sockets_need_session_own_origin_and_own_name(browser: Browser) -> None:
    await browser.login()
    cookie = f"ivr_session={browser.begun.token}"
    assert await browser.socket(cookie=cookie, origin=OWN)
    for given in (
        {"cookie": cookie},
        {"origin": OWN},
        {"cookie": cookie, "origin": "https://evil.example"},
        {"cookie": cookie, "origin": "null"},
        {"cookie": cookie, "origin": OWN, "host": "evil.example"},
        {"cookie": cookie, "origin": "http://evil.example", "host": "evil.example"},
        {"cookie": "ivr_session=guessed", "origin": OWN},
        {"cookie": f"{cookie}; ivr_session=other", "origin": OWN},
    ):
        assert not await browser.socket(**given), given
    assert not await browser.socket("/other", cookie=cookie, origin=OWN)


async def test_without_the_database_nobody_comes_in(browser: Browser) -> None:
    await browser.login()
    async with browser.house.database.write() as session:
        await (await session.connection()).exec_driver_sql("DROP TABLE login_sessions")
    answer = await browser.ask("GET", "/calls", headers=HTML)
    assert answer.status_code == 503 and answer.json()["error"]
    assert not await browser.socket(cookie=f"ivr_session={browser.begun.token}", origin=OWN)
    assert (await browser.ask("GET", "/static/console.css")).status_code == 200


async def test_every_answer_says_what_a_browser_may_do_with_it(browser: Browser) -> None:
    await browser.login()
    answers = {
        path: await browser.ask("GET", path, headers=HTML)
        for path in ("/login", "/page", "/api/v1/me", "/static/a.js", "/_nicegui_ws/x")
    }
    for path, answer in answers.items():
        found = answer.headers
        assert found["x-content-type-options"] == "nosniff", path
        assert found["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in found["content-security-policy"]
        assert found["referrer-policy"] == "no-referrer"
        assert found["cross-origin-opener-policy"] == found["cross-origin-resource-policy"] == "same-origin"
        assert "microphone=()" in found["permissions-policy"]
        assert "strict-transport-security" not in found
        assert ("no-store" in found.get("cache-control", "")) == (not path.startswith("/static/"))
    policies = {path: answer.headers["content-security-policy"] for path, answer in answers.items()}
    assert policies["/page"] == headers.PAGES
    assert policies["/login"] == headers.OTHERS and "unsafe" not in headers.OTHERS
    assert policies["/api/v1/me"] == headers.NOTHING
    for policy in policies.values():
        assert "http" not in policy and "*" not in policy
    async with browser.at("https") as client:
        assert "max-age=" in (await client.get("/login")).headers["strict-transport-security"]


async def test_what_a_browser_says_of_a_prefix_is_not_believed(browser: Browser) -> None:
    answer = await browser.ask("GET", "/login", headers={"x-forwarded-prefix": '/x"><script>'})
    assert json.loads(answer.text)["prefix"] == []
