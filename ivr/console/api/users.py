"""Users and their links, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.services import users
from ivr.console.services.users import Link, User, Users

router = APIRouter(prefix="/users", tags=["users"])

Login = Annotated[str, Path(min_length=1, max_length=64)]


class NewUser(BaseModel):
    """An account to be; ``subject`` is what the OpenID Connect issuer calls its owner."""

    login: str = Field(min_length=1, max_length=48)
    role: str = Field(max_length=16)
    title: str = Field("", max_length=80)
    agent: str = Field("", max_length=64)
    subject: str = Field("", max_length=255)


class Change(BaseModel):
    """What becomes another; what is not given stays."""

    role: str | None = Field(None, max_length=16)
    title: str | None = Field(None, max_length=80)
    agent: str | None = Field(None, max_length=64)


@router.get("", summary="Accounts by login")
async def list_users(
    console: Here,
    who: Who,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Users:
    """A page of accounts."""
    return await users.list_users(console, who, after=after, limit=limit)


@router.post("", summary="Add somebody", status_code=201)
async def add(console: Here, who: Who, body: NewUser) -> Link:
    """A new account; the answer has the one-time link by which its owner chooses a password."""
    return await users.add(
        console, who, login=body.login, role=body.role, title=body.title, agent=body.agent, subject=body.subject
    )


@router.patch("/{login}", summary="Change role, name or agent")
async def change(console: Here, who: Who, login: Login, body: Change) -> User:
    """With another role or agent the sessions of the account end."""
    return await users.change(console, who, login, role=body.role, title=body.title, agent=body.agent)


@router.post("/{login}/disable", summary="Nobody logs in with it any more")
async def disable(console: Here, who: Who, login: Login) -> User:
    """Sessions end, tokens are refused."""
    return await users.disable(console, who, login)


@router.post("/{login}/enable", summary="It can be used again")
async def enable(console: Here, who: Who, login: Login) -> User:
    """Password and tokens are what they were."""
    return await users.enable(console, who, login)


@router.post("/{login}/unlock", summary="Let somebody try again at once")
async def unlock(console: Here, who: Who, login: Login) -> User:
    """After too many wrong passwords."""
    return await users.unlock(console, who, login)


@router.post("/{login}/link", summary="A one-time link to choose a new password")
async def link(console: Here, who: Who, login: Login) -> Link:
    """Earlier links of the account are void."""
    return await users.link(console, who, login)


__all__ = ["router"]
