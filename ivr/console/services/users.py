"""Who may use the console, for admins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from ivr.console.context import Console
from ivr.console.security import links, people
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.me import in_person
from ivr.core.clock import Clock
from ivr.storage.accounts import Session
from ivr.storage.accounts import people as rows
from ivr.storage.models import Account

PAGE = 200


class User(BaseModel):
    """An account; ``state`` is active, invited, locked or disabled."""

    model_config = ConfigDict(frozen=True)

    login: str
    title: str
    role: str
    agent: str
    language: str
    state: str
    failures: int
    locked_until: datetime | None
    created_at: datetime
    changed_at: datetime


class Users(BaseModel):
    """A page of accounts by login; ``next`` is given as ``after`` for the next one, "" at the end."""

    model_config = ConfigDict(frozen=True)

    users: list[User]
    next: str = ""


class Link(BaseModel):
    """A one-time link by which somebody chooses a password."""

    model_config = ConfigDict(frozen=True)

    login: str
    link: str


async def list_users(console: Console, who: Person, *, after: str = "", limit: int = PAGE) -> Users:
    """Accounts by login."""
    who.must(Permission.USERS)
    async with console.database.read() as session:
        found = await rows.list_accounts(session, after=after[:64], limit=limit + 1)
    users = [_user(account, console.clock) for account in found[:limit]]
    return Users(users=users, next=users[-1].login if len(found) > limit else "")


async def add(
    console: Console, who: Person, *, login: str, role: str, title: str = "", agent: str = "", subject: str = ""
) -> Link:
    """A new account, with a link by which its owner chooses a password.

    Raises:
        UsageError: if login, role or agent cannot be.
        Conflict: if the login is taken.
    """
    _must(who)
    async with console.database.write() as session:
        account = await people.add(
            session, console.clock, who.login, login=login, role=role, title=title, agent=agent,
            subject=subject[:255] or None,
        )  # fmt: skip
        secret = await people.link(session, console.clock, who.login, account.login)
        return Link(login=account.login, link=links.address(console.settings, secret))


async def change(
    console: Console, who: Person, login: str, *, role: str | None = None, title: str | None = None,
    agent: str | None = None,
) -> User:  # fmt: skip
    """Change what an account is; with another role or agent its sessions end.

    Raises:
        NotFound: if there is no such account.
        Conflict: if no admin would be left.
    """
    _must(who)
    async with console.database.write() as session:
        account = await people.change(session, console.clock, who.login, login, role=role, title=title, agent=agent)
        return _user(account, console.clock)


async def disable(console: Console, who: Person, login: str) -> User:
    """Nobody logs in with it any more.

    Raises:
        NotFound: if there is no such account.
        Conflict: if no admin would be left.
    """
    return await _changed(console, who, login, people.disable)


async def enable(console: Console, who: Person, login: str) -> User:
    """It can be used again.

    Raises:
        NotFound: if there is no such account.
    """
    return await _changed(console, who, login, people.enable)


async def unlock(console: Console, who: Person, login: str) -> User:
    """It can be logged in to at once, whatever was tried.

    Raises:
        NotFound: if there is no such account.
    """
    return await _changed(console, who, login, people.unlock)


async def link(console: Console, who: Person, login: str) -> Link:
    """A one-time link by which somebody chooses a new password; earlier ones are void.

    Raises:
        NotFound: if there is no such account.
        Conflict: if it is disabled.
    """
    _must(who)
    async with console.database.write() as session:
        secret = await people.link(session, console.clock, who.login, login)
        account = await people.found(session, login)
    return Link(login=account.login, link=links.address(console.settings, secret))


def _must(who: Person) -> None:
    who.must(Permission.USERS)
    in_person(who)  # a token that may this could make itself a login


async def _changed(
    console: Console, who: Person, login: str, work: Callable[[Session, Clock, str, str], Awaitable[Account]]
) -> User:
    _must(who)
    async with console.database.write() as session:
        return _user(await work(session, console.clock, who.login, login), console.clock)


def _user(account: Account, clock: Clock) -> User:
    return User(
        login=account.login, title=account.title, role=account.role, agent=account.agent, language=account.language,
        state=people.state_of(account, clock.now()), failures=account.failures, locked_until=account.locked_until,
        created_at=account.created_at, changed_at=account.changed_at,
    )  # fmt: skip


__all__ = ["Link", "User", "Users", "add", "change", "disable", "enable", "link", "list_users", "unlock"]
