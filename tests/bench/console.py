"""The console on 100,000 calls, in SQLite and in PostgreSQL: ``scripts/bench console``.

A made-up call centre (``ivr demo-data``) is laid once and kept for a day. A real ``ivr console`` serves it; a real
Chromium opens every page again and again. Measured is what a person waits for: from the navigation until the page's
rows are visible; beside it the time of the page's queries, from its ``Server-Timing``. Searches in what was said are
timed over the API. Exit 1 if anything takes longer than it may.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from dialplan.loading import load_site
from dialplan.sites import example_site
from ivr.core.settings import Settings
from ivr.demo.data.lay import lay
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from tests import postgres
from tests.bench._console_pages import Place, places, searches
from tests.ports import free_port
from tests.web.chromium import chromium
from tests.web.conftest import WebSite, in_thread, serving
from tests.web.people import ROLES, make_people

CALLS = 100_000
PAGE_S, QUERIES_S, SEARCH_S = 1.0, 0.3, 0.5
FRESH = 20 * 3600  # seconds the data may be old: pages show today
WAIT = 20_000  # milliseconds for one page
PAUSE = 0.5  # seconds before each: the tab is there, and what the page before asks for when it is seen is answered
BASE = Path(tempfile.gettempdir()) / "ivr-bench-console"

# Notes when the first row, or else the sign that a page is ready, can be seen; milliseconds since the navigation began.
_SEEN = """
(() => {
  const look = () => {
    const found = document.querySelector("main [data-row], main [data-ready], [data-part] [data-ready]");
    if (found && found.getClientRects().length) window.__seen = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@dataclass
class Timed:
    """One page.

    Args:
        cold: seconds of its first opening.
        pages: of the others.
        queries: seconds its queries took each time.
        count: how many they were, at most.
        cpu: CPU seconds of the console for one, on average: on a busy machine times say little.
        fault: why it could not be measured.
    """

    name: str
    cold: float = 0.0
    pages: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    count: int = 0
    cpu: float = 0.0
    fault: str = ""

    @property
    def good(self) -> bool:
        """Whether it keeps the limits."""
        return not self.fault and p95(self.pages) <= PAGE_S and p95(self.queries) <= QUERIES_S


def p95(values: Sequence[float]) -> float:
    """95 of 100 are at most this."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else sum(values)


def prepare(settings: Settings, count: int) -> None:
    """Lay the data where it is not, or is of another day."""
    mark = settings.home / "laid.json"
    known = json.loads(mark.read_text("utf-8")) if mark.exists() else {}
    if known.get("calls") == count and time.time() - known.get("at", 0) < FRESH:
        upgrade(settings.database)
        return
    if known:
        raise SystemExit(f"{settings.home} holds old data: remove it")
    began = time.monotonic()
    upgrade(settings.database)

    async def fill() -> None:
        site = load_site(example_site("centre"))
        async with Database(settings.database, settings.home / "audit.head") as database:
            await make_people(database)
            await lay(
                database, site, calls=count, now=datetime.now(UTC), recordings=settings.recordings, tell=_Progress()
            )

    in_thread(fill)
    mark.write_text(json.dumps({"calls": count, "at": time.time(), "took_s": time.monotonic() - began}), "utf-8")
    print(f"laid {count} calls in {time.monotonic() - began:.0f} s", flush=True)


class _Progress:
    """Prints every tenth."""

    def __init__(self) -> None:
        self._tenths = -1

    def __call__(self, stage: str, share: float) -> None:
        if int(share * 10) > self._tenths:
            self._tenths = int(share * 10)
            print(f"  {stage}: {self._tenths * 10} %", flush=True)


@contextlib.contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    """The URL of the database of a kind; its server runs meanwhile."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{home}/ivr.db"
        return
    folder = postgres.programs()
    if folder is None:
        raise SystemExit("no PostgreSQL here: set IVR_POSTGRES_BIN, or --only sqlite")
    home.mkdir(parents=True, exist_ok=True)
    home.parent.chmod(0o755)
    with postgres.server(folder, keep=home / "server") as url:
        yield url


def measure(
    kind: str, home: Path, count: int, rounds: int, only: str, *, browser: bool
) -> tuple[list[Timed], list[Timed]]:
    """Pages and searches on one kind of database."""
    with database(kind, home) as url:
        settings = Settings(
            home=home, database_url=url, console_port=free_port(), site=example_site("centre"), nightly="off"
        )
        settings.home.mkdir(parents=True, exist_ok=True)
        prepare(settings, count)
        more = {"IVR_DATABASE_URL": url, "IVR_SITE": str(settings.site)}
        process = serving(settings, home / "console.out", **more)
        with process as address:
            site = WebSite(settings, address)
            cookies = {role: site.login(f"{role}-zh") for role in ROLES}
            wanted = [one for one in places(site) if re.search(only, one.name)]
            opened = _pages if browser else _answers
            pages = opened(address, cookies, wanted, rounds, process.pid) if wanted else []
            found = _searches(address, cookies["qa"], rounds, process.pid) if re.search(only, "search") else []
            return pages, found


def _pages(address: str, cookies: dict[str, Any], wanted: Sequence[Place], rounds: int, pid: int) -> list[Timed]:
    program, environment = chromium(fetch=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            env={**os.environ, **environment},
        )
        found = [_page(browser, address, cookies[one.role], one, rounds, pid) for one in wanted]
        browser.close()
    return found


def _page(browser: Browser, address: str, cookies: Any, place: Place, rounds: int, pid: int) -> Timed:
    timed = Timed(place.name)
    context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.add_cookies(cookies)
    context.add_init_script(_SEEN)
    try:
        for nth in range(rounds + 1):
            seconds, queries, many = _once(context, place.path)
            if nth == 0:
                timed.cold, before = seconds, cpu_of(pid)
            else:
                timed.pages.append(seconds)
                timed.queries.append(queries)
                timed.count = max(timed.count, many)
        timed.cpu = (cpu_of(pid) - before) / max(1, rounds)
    except Error as error:
        timed.fault = str(error).splitlines()[0][:120]
    finally:
        context.close()
    print(_line(timed), flush=True)
    return timed


def _once(context: BrowserContext, path: str) -> tuple[float, float, int]:
    page = context.new_page()
    asked: list[tuple[float, int]] = []

    def answered(response: Any) -> None:
        header = response.headers.get("server-timing", "")
        if told := re.search(r'db;dur=([\d.]+);desc="(\d+)"', header):
            asked.append((float(told[1]) / 1000, int(told[2])))

    page.on("response", answered)
    time.sleep(PAUSE)
    try:
        answer = page.goto(path, wait_until="commit", timeout=WAIT)
        if answer is None or answer.status != 200:
            raise Error(f"{path}: {answer.status if answer else 'no answer'}")
        page.wait_for_function("window.__seen", timeout=WAIT)
        seconds = float(page.evaluate("window.__seen")) / 1000
        return seconds, max((one for one, _ in asked), default=0.0), sum(many for _, many in asked)
    finally:
        page.close()


def _answers(address: str, cookies: dict[str, Any], wanted: Sequence[Place], rounds: int, pid: int) -> list[Timed]:
    """The server's part alone: until the page's HTML is there."""
    found = []
    for place in wanted:
        jar = {one["name"]: one["value"] for one in cookies[place.role]}
        with httpx.Client(base_url=address, cookies=jar, timeout=60) as client:
            timed = _asked(client, place.name, place.path, {}, rounds, pid)
            found.append(timed)
        print(_line(found[-1]), flush=True)
    return found


def _asked(client: httpx.Client, name: str, path: str, parameters: dict[str, str], rounds: int, pid: int) -> Timed:
    timed, before = Timed(name), 0.0
    for nth in range(rounds + 1):
        began = time.perf_counter()
        try:
            answer = client.get(path, params=parameters or None)
        except httpx.HTTPError as error:
            timed.fault = f"{type(error).__name__}: {error}"[:120]
            break
        took = time.perf_counter() - began
        if answer.status_code != 200:
            timed.fault = f"{answer.status_code} {answer.text[:100]}"
            break
        told = re.search(r'db;dur=([\d.]+);desc="(\d+)"', answer.headers.get("server-timing", ""))
        if nth == 0:
            timed.cold, before = took, cpu_of(pid)
            continue
        timed.pages.append(took)
        timed.queries.append(float(told[1]) / 1000 if told else 0.0)
        timed.count = int(told[2]) if told else 0
    timed.cpu = (cpu_of(pid) - before) / max(1, rounds)
    return timed


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _searches(address: str, cookies: list[dict[str, Any]], rounds: int, pid: int) -> list[Timed]:
    found = []
    jar = {one["name"]: one["value"] for one in cookies}
    with httpx.Client(base_url=address, cookies=jar, timeout=30) as client:
        for name, asked in searches():
            timed = _asked(client, f"search {name}", "/api/v1/calls", asked, rounds, pid)
            print(_line(timed, SEARCH_S), flush=True)
            found.append(timed)
    return found


def _line(one: Timed, limit: float = PAGE_S) -> str:
    if one.fault:
        return f"  {one.name:<34} FAULT {one.fault}"
    shown = (statistics.median(one.pages), p95(one.pages), one.cold, p95(one.queries), one.cpu)
    late = "  LATE" if shown[1] > limit or shown[3] > QUERIES_S else ""
    times = "  ".join(f"{seconds * 1000:6.0f}" for seconds in shown)
    return f"  {one.name:<34} {times}  {one.count:3d} queries  {shown[1] / limit:5.2f} of the limit{late}"


def main() -> None:
    """Measure, print, exit 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", default="", help="regular expression of names of pages; 'search'")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--home", type=Path, default=BASE)
    parser.add_argument("--server", action="store_true", help="the server's part alone, without a browser")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results: dict[str, Any] = {}
    good = True
    for kind in given.database or ("sqlite", "postgresql"):
        print(f"{kind}, {given.calls} calls: milliseconds p50, p95, cold; queries p95; CPU of the console", flush=True)
        home = given.home / f"{kind}-{given.calls}"
        pages, found = measure(kind, home, given.calls, given.rounds, given.only, browser=not given.server)
        searched = [seconds for one in found for seconds in one.pages]
        faults = any(one.fault for one in found)
        good = good and all(one.good for one in pages) and not faults and p95(searched) <= SEARCH_S
        late = [one.name for one in pages if not one.good]
        print(f"{kind}: {len(pages)} pages, {len(late)} late or at fault: {', '.join(late) or 'none'}")
        if searched:
            print(f"{kind}: search p95 {p95(searched) * 1000:.0f} ms over {len(found)} searches")
        results[kind] = {"pages": [asdict(one) for one in pages], "search": [asdict(one) for one in found]}
    if given.json:
        print(json.dumps(results))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
