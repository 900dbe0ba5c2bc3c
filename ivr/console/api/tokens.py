"""API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.security.permissions import Permission
from ivr.console.services import tokens
from ivr.console.services.tokens import LONGEST_DAYS, NewToken, Token

router = APIRouter(prefix="/tokens", tags=["tokens"])


class Wanted(BaseModel):
    """A token to be: what it is for, what it may, for how many days."""

    name: str = Field(min_length=1, max_length=80)
    scopes: list[Permission] = Field(min_length=1, max_length=len(Permission))
    days: int = Field(90, ge=1, le=LONGEST_DAYS)


@router.get("", summary="Tokens, the newest first")
async def list_tokens(console: Here, who: Who, everybody: Annotated[bool, Query()] = False) -> list[Token]:
    """One's own; with ``everybody`` those of all, for admins."""
    return await tokens.list_tokens(console, who, everybody=everybody)


@router.post("", summary="Make a token", status_code=201)
async def add(console: Here, who: Who, body: Wanted) -> NewToken:
    """The answer is the only place the token is told."""
    return await tokens.add(console, who, name=body.name, scopes=body.scopes, days=body.days)


@router.delete("/{number}", summary="Take a token away", status_code=204)
async def remove(console: Here, who: Who, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """At once."""
    await tokens.remove(console, who, number)


__all__ = ["router"]
