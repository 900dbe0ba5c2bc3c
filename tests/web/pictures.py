"""The pictures of docs/console.md: ``python -m tests.web.pictures docs/images``, from the data set of the web tests.

Only those named after the folder are made, if any are: ``python -m tests.web.pictures docs/images flows health``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from dialplan.loading import load_site
from ivr.core.settings import Settings
from tests.line_engine import LineEngine
from tests.ports import free_port
from tests.web.chromium import chromium
from tests.web.conftest import CENTRE, WebSite, lay_in, serving
from tests.web.examples import address
from tests.web.test_wall import EngineThread

SIZE = {"width": 1280, "height": 760}
SETTLE = 1200  # milliseconds for plots and sound pictures


@dataclass(frozen=True)
class Picture:
    """One picture.

    Args:
        name: of its file, after ``console-``.
        path: of the page.
        role: who looks.
        does: what he does before, if anything.
        language, scheme: of the page.
    """

    name: str
    path: str
    role: str
    does: Callable[[Page], None] | None = None
    language: str = "en"
    scheme: str = "light"


def _try_a_call(tab: Page) -> None:
    tab.fill("[name=at]", "2026-01-07T10:00")
    tab.click("[data-do=call]")
    for key, step in (("3", "main-menu"), ("1", "foreign")):
        tab.click(f'[data-key-pad="{key}"]')
        tab.wait_for_selector(f".is-here[data-step={step}]")


def _run_scenarios(tab: Page) -> None:
    tab.click("[data-do=scenarios]")
    tab.wait_for_selector("[data-report]")


PICTURES = (
    Picture("login", "/login", ""),
    Picture("my-work-agent", "/", "agent"),
    Picture("my-work-qa", "/", "qa"),
    Picture("my-work-supervisor", "/", "supervisor"),
    Picture("wallboard", "/wall", "supervisor", scheme="dark"),
    Picture("calls", "/calls", "qa"),
    Picture("call", "/calls/{call}", "qa"),
    Picture("call.zh-CN", "/calls/{call}", "qa", language="zh"),
    Picture("work-orders", "/work-orders", "supervisor"),
    Picture("complaints", "/complaints", "supervisor"),
    Picture("calibration", "/calibration", "qa"),
    Picture("trends", "/trends", "supervisor"),
    Picture("rules", "/rules", "qa"),
    Picture("knowledge", "/knowledge", "agent"),
    Picture("flows", "/flows?source=folder", "admin", _try_a_call),
    Picture("flows-checks", "/flows/checks", "admin", _run_scenarios),
    Picture("flows-versions", "/flows/versions", "admin"),
    Picture("hours", "/hours", "supervisor"),
    Picture("users", "/users", "admin"),
    Picture("audit", "/audit", "admin"),
    Picture("health", "/health", "admin"),
    Picture("me", "/me", "qa"),
)


def _busy(line: LineEngine) -> None:
    """Some talk, some wait, one phone rings."""
    agents = load_site(CENTRE).agents
    at_work = [(name, agent.queues[0]) for name, agent in agents.items()][:16]
    for name, queue in at_work:
        line.logs_in(name, queue)
    for number, (name, queue) in enumerate(at_work[:9]):
        call = f"talk-{number}"
        line.calls(call, queue, ago=8.0 + 3 * number)
        line.rings(name, call, queue)
        if number:
            line.talks(name, call, queue)
        if number > 5:
            line.ends(name, call, queue)
    for number, (queue, ago) in enumerate((("service", 21.0), ("billing", 47.0), ("technical", 5.0))):
        line.calls(f"waits-{number}", queue, ago=ago)


@contextmanager
def engine_stopped(engine: EngineThread) -> Iterator[None]:
    """Until the end of this block it runs."""
    try:
        yield
    finally:
        engine.stop()


def take(site: WebSite, browser: Browser, picture: Picture, folder: Path) -> None:
    """One picture into ``folder``."""
    locale = "zh-CN" if picture.language == "zh" else "en-US"
    context = browser.new_context(
        base_url=site.url, viewport=SIZE, locale=locale, color_scheme=picture.scheme, reduced_motion="reduce"
    )  # type: ignore[call-overload]
    try:
        if picture.role:
            context.add_cookies(site.login(f"{picture.role}-{picture.language}"))
        tab = context.new_page()
        tab.set_default_timeout(60_000)
        tab.goto(address(site, picture.path))
        if picture.role:
            tab.wait_for_selector("[data-ready]", state="attached")
        if picture.does is not None:
            picture.does(tab)
        tab.wait_for_timeout(SETTLE)
        tab.screenshot(path=folder / f"console-{picture.name}.png")
    finally:
        context.close()


def taken(site: WebSite, browser: Browser, picture: Picture, folder: Path) -> bool:
    """Whether it was."""
    try:
        take(site, browser, picture, folder)
    except PlaywrightError as error:
        print(f"{picture.name}: {error}", file=sys.stderr)
        return False
    print(picture.name, flush=True)
    return True


def main() -> None:
    """All pictures, or those that are named."""
    folder, names = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    program, environment = chromium(fetch=False)
    with tempfile.TemporaryDirectory(prefix="ivr-pictures-") as home:
        settings = Settings(home=Path(home), console_port=free_port(), site=CENTRE)
        lay_in(settings)
        engine = EngineThread(settings)
        engine.start()
        engine.does(_busy)
        with (
            engine_stopped(engine),
            serving(settings, Path(home) / "console.out") as url,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=str(program),
                args=["--no-sandbox", "--disable-dev-shm-usage"],
                env=os.environ | environment,
            )
            site, wanted = WebSite(settings, url), [one for one in PICTURES if not names or one.name in names]
            failed = [one.name for one in wanted if not taken(site, browser, one, folder)]
            browser.close()
    sys.exit(f"not taken: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
