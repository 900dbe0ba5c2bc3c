"""The pages before somebody is logged in: plain HTML, so that nobody unknown has a page of NiceGUI, or its socket."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, Template

from ivr.console.api.base import Here
from ivr.console.security.asking import preferred
from ivr.core.language import Text

router = APIRouter(include_in_schema=False)

_TITLES = {"login": Text("Log in", "登录"), "welcome": Text("Choose a password", "设置密码")}


@router.get("/login")
async def login(request: Request, console: Here) -> HTMLResponse:
    """Login and password, or another way in."""
    settings = console.settings
    return _page(request, "login", oidc=settings.oidc_title if settings.oidc_issuer else "")


@router.get("/welcome")
async def welcome(request: Request) -> HTMLResponse:
    """Choose a password; the link's secret stands behind the #."""
    return _page(request, "welcome")


def _page(request: Request, door: str, *, oidc: str = "") -> HTMLResponse:
    asked = request.query_params.get("lang", "")
    language = asked if asked in {"zh", "en"} else preferred(request.scope)
    title = _TITLES[door].within(language)
    return HTMLResponse(_template().render(door=door, title=title, zh=language == "zh", oidc=oidc))


@cache
def _template() -> Template:
    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template("doors.html")


__all__ = ["router"]
