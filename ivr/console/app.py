"""The console as one ASGI application: API, sound, pages, and the guard before all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from nicegui import core, ui
from nicegui.language import Language
from starlette.types import ASGIApp

from ivr.console import lighter
from ivr.console.api import health, routers
from ivr.console.api.base import PERSON, PREFIX, REFUSALS, answer_errors
from ivr.console.context import Console
from ivr.console.page import Page
from ivr.console.pages import pages
from ivr.console.parts.frame import empty, frame
from ivr.console.security import doors
from ivr.console.security.guard import Guard
from ivr.console.security.person import Person
from ivr.console.security.sockets import protect
from ivr.console.timing import Timing
from ivr.console.view import View
from ivr.core.errors import IvrError
from ivr.core.language import Text, console_language
from ivr.core.log import get_logger

log = get_logger("console")

STATIC = Path(__file__).parent / "static"
_DARK = {"light": False, "dark": True, "auto": None}
_theme: ContextVar[str] = ContextVar("console_theme", default="auto")


class PersonPage(ui.page):
    """A page in the language and the theme of who opens it."""

    def resolve_language(self) -> Language | None:
        return "zh-CN" if console_language() == "zh" else "en-US"

    def resolve_dark(self) -> bool | None:
        return _DARK[_theme.get()]


def application(console: Console) -> ASGIApp:
    """Everything that answers, guarded. Only one a process: NiceGUI keeps its pages globally."""
    lighter.install()
    app = FastAPI(
        title="callwright console",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page would ask other origins
        redoc_url=None,
        lifespan=_parts(console),
        redirect_slashes=False,
    )
    app.state.console = console
    answer_errors(app)
    for router in routers():
        app.include_router(router, prefix=PREFIX, responses=REFUSALS)
    app.include_router(doors.router)
    app.include_router(health.public)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    everything = pages()
    for page in everything:
        PersonPage(page.path, title="", response_timeout=20.0)(_opened(console, page, everything))
    ui.run_with(
        app, title="callwright", tailwind=False, show_welcome_message=False, reconnect_timeout=10.0, storage_secret=None
    )
    core.app.config.endpoint_documentation = "none"
    core.app.config.quasar_config["loadingBar"]["skipHijack"] = True  # a bar without a name over every request
    protect(console)
    return Guard(Timing(app), console)


def _parts(console: Console) -> Callable[[FastAPI], Any]:
    """What runs beside the answering, for as long as it goes on."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for part in console.parts.values():
                if hasattr(part, "__aenter__"):
                    await stack.enter_async_context(part)
            yield

    return running


def _opened(console: Console, page: Page, everything: list[Page]) -> Callable[[Request], Any]:
    """What NiceGUI calls when ``page`` is opened."""

    def opened(request: Request) -> Any:
        who: Person = request.scope[PERSON]
        _theme.set(who.theme)
        view = View(console, who, dict(request.path_params), dict(request.query_params))
        return _build(view, page, everything)

    return opened


async def _build(view: View, page: Page, everything: list[Page]) -> None:
    client = ui.context.client
    client.title = f"{view.say(page.title)} · callwright"
    ui.add_head_html('<link rel="stylesheet" href="/static/console.css">')
    ui.add_body_html('<script src="/static/console.js" defer></script>')
    ui.query(".nicegui-content").classes("console")
    with frame(view, page, everything):
        if page.permissions and not view.who.may(*page.permissions):
            client.status_code = 403
            empty(view, Text("You may not see this page.", "您无权查看此页面。"))
            return
        try:
            await page.build(view)
        except IvrError as error:
            from ivr.console.api.base import status_of

            client.status_code = status_of(error)
            empty(view, Text(error.message, error.message), Text(error.cure, error.cure) if error.cure else None)
        except Exception:
            log.exception("page failed", page=page.path)
            client.status_code = 500
            empty(view, Text("This page failed; the console's log says why.", "页面出错，原因见控制台日志。"))


__all__ = ["PersonPage", "application"]
