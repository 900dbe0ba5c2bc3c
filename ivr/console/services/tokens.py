"""API tokens: everybody makes and sees his own, admins see and take away all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from ivr.console.context import Console
from ivr.console.errors import Conflict, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.security.secrets import TOKEN_PREFIX, digest, new_secret
from ivr.console.services.me import in_person
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.accounts import tokens as rows
from ivr.storage.models import ApiToken

MOST = 20  # of one person
LONGEST_DAYS = 366


class Token(BaseModel):
    """A token as it is listed: its first characters, never the whole."""

    model_config = ConfigDict(frozen=True)

    id: int
    start: str
    name: str
    login: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class NewToken(Token):
    """A token that has just been made, told this once."""

    token: str


async def list_tokens(console: Console, who: Person, *, everybody: bool = False) -> list[Token]:
    """One's own tokens, or those of everybody; the newest first."""
    if everybody:
        who.must(Permission.USERS)
    else:
        in_person(who)
    async with console.database.read() as session:
        found = await rows.list_tokens(session, account_id=None if everybody else who.id)
    return [Token(**_plain(row, row.account.login)) for row in found]


async def add(console: Console, who: Person, *, name: str, scopes: Collection[Permission], days: int) -> NewToken:
    """A token for oneself.

    Args:
        scopes: what it may; a part of what one may oneself.
        days: it is valid.

    Raises:
        Forbidden: if one may not all of it.
        UsageError: if it would be for nothing, or for too long.
        Conflict: if one has too many.
    """
    in_person(who)
    plain = " ".join("".join(char if char.isprintable() else " " for char in name).split())[:80]
    wanted = sorted({Permission(scope) for scope in scopes})
    if not plain or not wanted:
        raise UsageError(
            Text("a token needs a name and at least one scope", "令牌需要名称和至少一个权限范围"),
            cure=Text("say what it is for, and choose what it may", "请说明用途并选择权限范围"),
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(Text(f"1 to {LONGEST_DAYS} days", f"有效期为 1 至 {LONGEST_DAYS} 天"))
    for scope in wanted:
        who.must(scope)
    secret, now = TOKEN_PREFIX + new_secret(), console.clock.now()
    async with console.database.write() as session:
        if await rows.count(session, who.id) >= MOST:
            raise Conflict(Text(f"you have {MOST} tokens already", f"您已有 {MOST} 个令牌"))
        row = await rows.add(
            session,
            ApiToken(
                hash=digest(secret), start=secret[:10], name=plain, account_id=who.id,
                scopes=[scope.value for scope in wanted], created_at=now, expires_at=now + timedelta(days=days),
            ),
        )  # fmt: skip
        await audit.append(
            session, actor=who.login, action="token.add", object=f"token:{row.id}", at=now,
            detail={"scopes": row.scopes, "days": days},
        )  # fmt: skip
    return NewToken(**_plain(row, who.login), token=secret)


async def remove(console: Console, who: Person, number: int) -> None:
    """Take one of one's own tokens away; who may change users, anybody's.

    Raises:
        NotFound: if there is none, or none of one's own.
    """
    in_person(who)
    async with console.database.write() as session:
        row = await rows.get(session, number)
        if row is None or (row.account_id != who.id and not who.may(Permission.USERS)):
            raise NotFound
        await rows.remove(session, row.id)
        await audit.append(
            session, actor=who.login, action="token.remove", object=f"token:{row.id}", at=console.clock.now(),
            detail={"of": row.account.login},
        )  # fmt: skip


def _plain(row: ApiToken, login: str) -> dict[str, object]:
    return {
        "id": row.id, "start": row.start, "name": row.name, "login": login, "scopes": tuple(row.scopes),
        "created_at": row.created_at, "expires_at": row.expires_at, "used_at": row.used_at,
    }  # fmt: skip


__all__ = ["LONGEST_DAYS", "MOST", "NewToken", "Token", "add", "list_tokens", "remove"]
