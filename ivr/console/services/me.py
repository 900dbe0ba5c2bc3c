"""What somebody sees and changes of his own account."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security import links, passwords
from ivr.console.security.login import Came, Door
from ivr.console.security.people import LANGUAGES, THEMES
from ivr.console.security.person import Person
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.accounts import Session, people, sessions
from ivr.storage.models import Account


class OwnSession(BaseModel):
    """A browser one is logged in with."""

    model_config = ConfigDict(frozen=True)

    id: int
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    this: bool


async def change(console: Console, who: Person, *, language: str = "", theme: str = "") -> None:
    """Set language (``zh``, ``en``) or theme (``light``, ``dark``, ``auto``) of one's own pages.

    Raises:
        UsageError: if there is no such language or theme.
    """
    in_person(who)
    if language not in LANGUAGES or theme not in {"", *THEMES}:
        raise UsageError(Text("no such language or theme", "没有该语言或主题"), cure="zh, en; auto, light, dark")
    async with console.database.write() as session:
        account = await _own(session, who)
        account.language = language or account.language
        account.theme = theme or account.theme


async def change_password(console: Console, who: Person, *, old: str, new: str, came: Came | None = None) -> None:
    """Choose another password; all other sessions end.

    Raises:
        TooMany: after too many wrong ones.
        UsageError: if the old one is wrong, or the new one is not good enough.
    """
    in_person(who)
    door = Door.of(console)
    async with console.database.read() as session:
        account = await _own(session, who)
    kept = account.password
    place = door.count(came or Came(f"session-{who.session}"))
    if not await door.passwords.fits(kept, old):
        raise UsageError(Text("the present password is wrong", "当前密码错误"))
    door.by_address.give_back(place)
    if passwords.normal(old) == passwords.normal(new):
        raise UsageError(Text("that is the password you have", "新密码与当前密码相同"))
    hashed = await door.passwords.hashed(passwords.checked(new, who.login))
    async with console.database.write() as session:
        account = await _own(session, who)
        if account.password != kept:
            raise Conflict(Text("the password was changed meanwhile", "密码已被更改"))
        account.password, account.must_change, account.changed_at = hashed, False, console.clock.now()
        ended = await sessions.end(session, who.id, but=who.session)
        await audit.append(
            session, actor=who.login, action="user.password", object=f"account:{who.id}", at=console.clock.now(),
            detail={"how": "own", "sessions_ended": len(ended)},
        )  # fmt: skip


async def list_sessions(console: Console, who: Person) -> list[OwnSession]:
    """Where one is logged in, the newest first."""
    async with console.database.read() as session:
        rows = await sessions.of_account(session, who.id, console.clock.now())
    return [
        OwnSession(
            id=row.id, address=row.address, browser=row.browser, created_at=row.created_at, seen_at=row.seen_at,
            expires_at=row.expires_at, this=row.id == who.session,
        )
        for row in rows
    ]  # fmt: skip


async def end_session(console: Console, who: Person, number: int) -> None:
    """Log one of one's browsers out.

    Raises:
        NotFound: if it is not one's own, or has ended.
    """
    in_person(who)
    async with console.database.write() as session:
        if not await sessions.end(session, who.id, only=number):
            raise NotFound
        await audit.append(
            session, actor=who.login, action="logout", object=f"account:{who.id}", at=console.clock.now(),
            detail={"how": "this" if number == who.session else "another", "session": number},
        )  # fmt: skip


async def logout(console: Console, who: Person) -> None:
    """End the session one asks with; a token has none."""
    in_person(who)
    await end_session(console, who, who.session)


async def link_for_change(console: Console, account_id: int) -> str:
    """The secret of a link to choose a password, for who has shown the one he must replace."""
    async with console.database.write() as session:
        return await links.make(session, console.clock, account_id)


def in_person(who: Person) -> None:
    """Refuse tokens: what follows could make more of them than their scopes say.

    Raises:
        Forbidden: if who asks came by a token.
    """
    if who.session == 0:
        raise Forbidden(Text("this needs a login, not a token", "此操作需登录，不能使用令牌"))


async def _own(session: Session, who: Person) -> Account:
    account = await people.get(session, who.id, lock=True)
    if account is None:  # pragma: no cover - accounts are never deleted
        raise NotFound
    return account


__all__ = [
    "OwnSession",
    "change",
    "change_password",
    "end_session",
    "in_person",
    "link_for_change",
    "list_sessions",
    "logout",
]
