"""One's own account."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.security.asking import came_from
from ivr.console.services import me
from ivr.console.services.me import OwnSession

router = APIRouter(prefix="/me", tags=["session"])


class Taste(BaseModel):
    """Language and theme of one's pages; what is not given stays."""

    language: Literal["", "zh", "en"] = ""
    theme: Literal["", "auto", "light", "dark"] = ""


class NewPassword(BaseModel):
    """The present password and another."""

    old: str = Field(min_length=1, max_length=1000)
    new: str = Field(min_length=1, max_length=1000)


@router.patch("", summary="Set language and theme", status_code=204)
async def change(console: Here, who: Who, body: Taste) -> None:
    """For all one's browsers."""
    await me.change(console, who, language=body.language, theme=body.theme)


@router.post("/password", summary="Choose another password", status_code=204)
async def password(request: Request, console: Here, who: Who, body: NewPassword) -> None:
    """All other sessions end."""
    await me.change_password(console, who, old=body.old, new=body.new, came=came_from(request))


@router.get("/sessions", summary="Where one is logged in")
async def sessions(console: Here, who: Who) -> list[OwnSession]:
    """The newest first."""
    return await me.list_sessions(console, who)


@router.delete("/sessions/{number}", summary="Log one of one's browsers out", status_code=204)
async def end(console: Here, who: Who, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """At once; pages it shows are led to the login."""
    await me.end_session(console, who, number)


__all__ = ["router"]
