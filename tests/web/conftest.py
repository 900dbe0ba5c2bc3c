"""A real console over a small data set, and a real browser: one console a test process, one browser a file.

Playwright's synchronous interface keeps the thread's event loop, so a file of web tests holds no asynchronous ones;
what needs the database goes through ``site.run``.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.core.settings import Settings
from ivr.demo.data.lay import lay
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from tests.ports import free_port
from tests.web.chromium import chromium
from tests.web.people import LANGUAGES, PASSWORD, ROLES, make_people

T = TypeVar("T")

CENTRE = demo_site().with_name("centre")
CALLS = 200
START_LIMIT = 180.0  # seconds; it is slow where everything else runs at once
WAIT = 15_000  # milliseconds a page has for what is expected of it


@dataclass(frozen=True)
class WebSite:
    """A running console.

    Args:
        settings: of its installation.
        url: its address.
        cookies: of everybody who has logged in, by login.
    """

    settings: Settings
    url: str
    cookies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def run(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """What ``work`` makes of the database."""

        async def opened() -> T:
            async with Database(self.settings.database) as database:
                return await work(database)

        return in_thread(opened)

    def client(self, role: str, language: str = "zh") -> httpx.Client:
        """The API as somebody of this role uses it, with session and CSRF value."""
        cookies = {one["name"]: one["value"] for one in self.login(f"{role}-{language}")}
        return httpx.Client(
            base_url=self.url, cookies=cookies, headers={"X-CSRF-Token": cookies["ivr_csrf"]}, timeout=30
        )

    def login(self, login: str) -> list[dict[str, Any]]:
        """Cookies of somebody who is logged in."""
        if login not in self.cookies:
            answer = httpx.post(f"{self.url}/api/v1/session", json={"login": login, "password": PASSWORD}, timeout=30)
            assert answer.status_code == 200, answer.text
            self.cookies[login] = [
                {"name": name, "value": value, "url": self.url} for name, value in answer.cookies.items()
            ]
        return self.cookies[login]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """The console over a small data set, with two people of each role: ROLE-zh and ROLE-en."""
    home = tmp_path_factory.mktemp("console")
    settings = Settings(home=home, console_port=free_port(), site=CENTRE)
    lay_in(settings)
    with serving(settings, home / "console.out") as url:
        site = WebSite(settings, url)
        for role in ROLES:  # before anything tries wrong passwords: tries are limited by address
            for language in LANGUAGES:
                site.login(f"{role}-{language}")
        yield site


def lay_in(settings: Settings) -> None:
    """The database of the tests: made-up calls of a made-up centre, the newest with sound, and people."""
    upgrade(settings.database)

    async def fill() -> None:
        async with Database(settings.database, settings.home / "audit.head") as database:
            await make_people(database)
            await lay(
                database,
                load_site(CENTRE),
                calls=CALLS,
                now=datetime.now(UTC),
                days=7,
                recordings=settings.recordings,
                sound=6,
            )

    in_thread(fill)


def in_thread(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What ``work`` comes to, in a thread with an event loop of its own.

    Raises:
        BaseException: what it raises.
    """
    found: list[T] = []
    failed: list[BaseException] = []

    def there() -> None:
        try:
            found.append(asyncio.run(work()))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]


class serving:
    """A console process: ``with serving(settings, log) as url``."""

    def __init__(self, settings: Settings, log: Path, **more: str) -> None:
        self._settings, self._log, self._more = settings, log, more

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def __enter__(self) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
        environment |= {"IVR_HOME": str(self._settings.home), "IVR_CONSOLE_PORT": str(self._settings.console_port)}
        environment |= {"IVR_LANG": "en"} | self._more
        if self._settings.site is not None:
            environment["IVR_SITE"] = str(self._settings.site)
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ivr.app", "console"], stdout=out, stderr=subprocess.STDOUT, env=environment
            )
        url = f"http://127.0.0.1:{self._settings.console_port}"
        until = time.monotonic() + START_LIMIT
        while True:
            try:
                httpx.get(f"{url}/login", timeout=5)
            except httpx.HTTPError:
                if self._process.poll() is not None or time.monotonic() > until:
                    self.__exit__()
                    raise AssertionError(f"no console: {self._log.read_text('utf-8', 'replace')[-2000:]}") from None
                time.sleep(0.1)
            else:
                return url

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    program, environment = chromium(fetch=False)
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
            env=os.environ | environment,
        )
        yield browser
        browser.close()


AsRole = Callable[..., Page]


@pytest.fixture
def as_role(site: WebSite, browser: Browser) -> Iterator[AsRole]:
    """``as_role("qa", "zh")``: a page of somebody who is logged in; ``as_role("", "en")``: of nobody.

    The test fails if a page asks another origin, raises an error, or logs one.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(role: str, language: str = "zh", **options: Any) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
        locale = "zh-CN" if language == "zh" else "en-US"
        context = browser.new_context(base_url=site.url, locale=locale, **options)
        contexts.append(context)
        if role:
            context.add_cookies(site.login(f"{role}-{language}"))  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(WAIT)
        watch(page, site.url, faults)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def watch(page: Page, origin: str, faults: list[str]) -> None:
    """Note requests to other origins, errors that scripts raise, and those the console of the browser shows."""
    own = (origin + "/", "data:", "blob:", origin.replace("http:", "ws:") + "/")
    page.on("request", lambda request: None if request.url.startswith(own) else faults.append(f"asked {request.url}"))
    page.on("websocket", lambda socket: None if socket.url.startswith(own) else faults.append(f"asked {socket.url}"))
    page.on("pageerror", lambda error: faults.append(f"raised {error}"))
    page.on(
        "console",
        lambda line: (
            faults.append(f"logged {line.text} at {line.location}")
            if line.type == "error" and "status of 40" not in line.text
            else None
        ),
    )
