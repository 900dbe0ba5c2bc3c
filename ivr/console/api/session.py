"""Logging in and out, and who one is."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ivr.console.api.base import Here, Who
from ivr.console.security import cookies, links
from ivr.console.security.asking import came_from, known_of
from ivr.console.security.login import Door, MustChange
from ivr.console.security.person import Person
from ivr.console.security.sessions import Begun, Known
from ivr.console.services import me as own

router = APIRouter(prefix="/session", tags=["session"])


class Login(BaseModel):
    """Login and password."""

    login: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=1000)


class LinkShown(BaseModel):
    """The secret of a one-time link: what stands behind the # of its address."""

    link: str = Field(min_length=1, max_length=200)


class Chosen(LinkShown):
    """A password chosen with a one-time link."""

    password: str = Field(min_length=1, max_length=1000)


class Me(BaseModel):
    """Who is logged in.

    ``csrf`` is what requests that change something carry as X-CSRF-Token; "" with a token. ``welcome`` is set instead
    of everything else when the password was right but has to be replaced first: the address to do that at.
    """

    model_config = ConfigDict(frozen=True)

    login: str = ""
    title: str = ""
    role: str = ""
    agent: str = ""
    language: str = ""
    permissions: list[str] = []
    csrf: str = ""
    expires_at: datetime | None = None
    welcome: str = ""


class WhoseLink(BaseModel):
    """Whose password a link lets choose."""

    login: str


@router.post("", summary="Log in", responses={401: {"description": "wrong, or locked"}})
async def login(request: Request, response: Response, console: Here, body: Login) -> Me:
    """Begin a session: two cookies are set."""
    begun = await Door.of(console).login(body.login, body.password, came_from(request))
    if isinstance(begun, MustChange):
        return Me(welcome=f"/welcome#{await own.link_for_change(console, begun.account)}")
    return _logged_in(request, response, begun)


@router.get("", summary="Who is logged in")
async def me(request: Request, who: Who) -> Me:
    """Who asks, and what he may."""
    return _told(who, known_of(request))


@router.delete("", summary="Log out", status_code=204)
async def logout(request: Request, response: Response, console: Here, who: Who) -> None:
    """End this session."""
    await own.logout(console, who)
    cookies.take_away(response, request.scope)


@router.post("/link", summary="Whose one-time link this is")
async def link(request: Request, console: Here, body: LinkShown) -> WhoseLink:
    """The login a one-time link belongs to; the link stays."""
    return WhoseLink(login=await links.whose(console, body.link, came_from(request)))


@router.post("/welcome", summary="Choose a password with a one-time link")
async def welcome(request: Request, response: Response, console: Here, body: Chosen) -> Me:
    """Choose a password, use the link up, and be logged in."""
    return _logged_in(request, response, await links.choose(console, body.link, body.password, came_from(request)))


def _logged_in(request: Request, response: Response, begun: Begun) -> Me:
    cookies.put(response, request.scope, begun)
    return _told(begun.known.person, begun.known)


def _told(who: Person, known: Known | None) -> Me:
    return Me(
        login=who.login,
        title=who.title,
        role=who.role,
        agent=who.agent,
        language=who.language,
        permissions=sorted(who.permissions),
        csrf="" if known is None else known.csrf,
        expires_at=None if known is None else known.expires_at,
    )


__all__ = ["router"]
