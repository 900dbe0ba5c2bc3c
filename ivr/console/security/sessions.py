"""Where somebody is logged in: a random token in a cookie, its digest in the database.

A session ends after some hours without use, after some more in any case, by logging out, and when the account is
disabled or what it may is changed. Nothing of it is kept in memory: what another process ends has ended here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.security.secrets import digest, new_secret
from ivr.storage.accounts import Session, sessions
from ivr.storage.models import Account, LoginSession

SEEN_EVERY = timedelta(minutes=1)  # how exactly last use is kept: each note of it is a writing transaction


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody known by a session.

    Args:
        person: who.
        csrf: what requests that change something must carry.
        seen_at: when use was noted last, UTC.
        expires_at: when it ends in any case, UTC.
    """

    person: Person
    csrf: str
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: what goes into the cookies, and who it is."""

    token: str
    known: Known


async def begin(
    console: Console, session: Session, account: Account, *, address: str = "", browser: str = "", language: str = ""
) -> Begun:
    """Log somebody in who has shown who he is; in a writing transaction."""
    now = console.clock.now()
    token = new_secret()
    row = LoginSession(
        hash=digest(token),
        account_id=account.id,
        csrf=new_secret(),
        address=address[:64],
        browser="".join(char if char.isprintable() else "?" for char in browser[:200]),
        created_at=now,
        seen_at=now,
        idle_at=now + timedelta(hours=console.settings.console_idle),
        expires_at=now + timedelta(hours=console.settings.console_session),
    )
    await sessions.forget(session, now)
    await sessions.add(session, row)
    return Begun(token, _known(row, account, language))


async def known(console: Console, token: str, language: str = "") -> Known | None:
    """Who is logged in with a cookie's token; None if nobody is.

    Args:
        language: ``zh`` or ``en``, for who has not chosen one.
    """
    if not token or len(token) > 200:
        return None
    async with console.database.read() as session:
        row = await sessions.find(session, digest(token), console.clock.now())
    return None if row is None or row.account.disabled_at is not None else _known(row, row.account, language)


async def going_on(console: Console, ids: Collection[int]) -> dict[int, Known]:
    """Those of these sessions that go on, by their ids."""
    if not ids:
        return {}
    async with console.database.read() as session:
        rows = await sessions.going_on(session, ids, console.clock.now())
    return {row.id: _known(row, row.account, "") for row in rows if row.account.disabled_at is None}


async def person_of(console: Console, token: str, language: str = "") -> Person | None:
    """Who is logged in with a cookie's token; None if nobody is."""
    found = await known(console, token, language)
    return None if found is None else found.person


async def seen(console: Console, one: Known) -> None:
    """Note that a session is used, at most once a minute."""
    now = console.clock.now()
    if now - one.seen_at >= SEEN_EVERY:
        async with console.database.write() as session:
            await sessions.seen(session, one.person.session, now, now + timedelta(hours=console.settings.console_idle))


def person(account: Account, language: str = "", session: int = 0) -> Person:
    """Somebody as the services know him."""
    return Person(
        account.id,
        account.login,
        account.title or account.login,
        Role(account.role),
        account.agent,
        account.language or language or "zh",
        session,
        None,
        account.theme or "auto",
    )


def _known(row: LoginSession, account: Account, language: str) -> Known:
    return Known(person(account, language, row.id), row.csrf, row.seen_at, row.expires_at)


__all__ = ["Begun", "Known", "begin", "going_on", "known", "person", "person_of", "seen"]
