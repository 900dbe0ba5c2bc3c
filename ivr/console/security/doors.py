"""The pages before somebody is logged in: plain HTML, so that nobody unknown has a page of NiceGUI, or its socket."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, Template

from ivr.console.api.base import Here, status_of
from ivr.console.context import Console
from ivr.console.security import cookies
from ivr.console.security.asking import came_from, preferred
from ivr.console.security.cookies import is_secure
from ivr.console.security.oidc import PENDING_FOR, Elsewhere
from ivr.console.security.origin import own_origin
from ivr.core.errors import IvrError
from ivr.core.language import Text

router = APIRouter(include_in_schema=False)

OIDC = "ivr_oidc"

_TITLES = {"login": Text("Log in", "登录"), "welcome": Text("Choose a password", "设置密码")}


@router.get("/login")
async def login(request: Request, console: Here) -> HTMLResponse:
    """Login and password, or another way in."""
    return _page(request, "login", oidc=_title(console))


@router.get("/welcome")
async def welcome(request: Request) -> HTMLResponse:
    """Choose a password; the link's secret stands behind the #."""
    return _page(request, "welcome")


@router.get("/oidc/login")
async def oidc_login(request: Request, console: Here, next: str = "/") -> Response:
    """Lead to the issuer."""
    try:
        begin = await Elsewhere.of(console).begin(own_origin(console.settings, request.scope), next)
    except IvrError as error:
        return _problem(request, console, error)
    response = RedirectResponse(begin.url, 303)
    # Lax: the issuer's page leads back here, and this cookie must come along.
    response.set_cookie(
        OIDC, begin.cookie, path="/oidc", httponly=True, secure=is_secure(request.scope), samesite="lax",
        max_age=int(PENDING_FOR),
    )  # fmt: skip
    return response


@router.get("/oidc/callback")
async def oidc_callback(request: Request, console: Here) -> Response:
    """Who comes back from the issuer."""
    try:
        query = {name: value[:4000] for name, value in request.query_params.items()}
        begun, then = await Elsewhere.of(console).finish(query, request.cookies.get(OIDC, ""), came_from(request))
    except IvrError as error:
        return _problem(request, console, error)
    response = RedirectResponse(then, 303)
    cookies.put(response, request.scope, begun)
    response.delete_cookie(OIDC, path="/oidc")
    return response


def _problem(request: Request, console: Console, error: IvrError) -> Response:
    problem = f"{error.message} — {error.cure}" if error.cure else error.message
    page = _page(request, "login", oidc=_title(console), problem=problem)
    page.status_code = status_of(error)
    return page


def _title(console: Console) -> str:
    """Of the way in by the issuer; "" if there is none."""
    return console.settings.oidc_title if console.settings.oidc_issuer else ""


def _page(request: Request, door: str, *, oidc: str = "", problem: str = "") -> HTMLResponse:
    asked = request.query_params.get("lang", "")
    language = asked if asked in {"zh", "en"} else preferred(request.scope)
    title = _TITLES[door].within(language)
    return HTMLResponse(_template().render(door=door, title=title, zh=language == "zh", oidc=oidc, problem=problem))


@cache
def _template() -> Template:
    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template("doors.html")


__all__ = ["router"]
