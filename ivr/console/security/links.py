"""One-time links: how somebody gets a first password, or a new one, without anybody else knowing it.

The secret stands behind the ``#`` of the address: browsers do not send that part, so it stands in no log.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.console.context import Console
from ivr.console.errors import NotLoggedIn
from ivr.console.security import passwords, sessions
from ivr.console.security.login import Came, Door, note_login
from ivr.console.security.permissions import Role
from ivr.console.security.secrets import digest, new_secret
from ivr.console.security.sessions import Begun
from ivr.core.clock import Clock
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.accounts import Session, links, people
from ivr.storage.accounts import sessions as rows
from ivr.storage.database import Database
from ivr.storage.models import Account, OneTimeLink

WELCOME = "welcome"
LIVES = timedelta(hours=24)
FIRST_ADMIN = "admin"


async def make(session: Session, clock: Clock, account_id: int, lives: timedelta = LIVES) -> str:
    """A new link's secret for an account, in a writing transaction; earlier links of it are void."""
    secret, now = new_secret(), clock.now()
    row = OneTimeLink(
        hash=digest(secret), account_id=account_id, purpose=WELCOME, created_at=now, expires_at=now + lives
    )
    await links.add(session, row)
    return secret


def address(settings: Settings, secret: str) -> str:
    """The link people open."""
    return f"{base_url(settings)}/welcome#{secret}"


def base_url(settings: Settings) -> str:
    """Where people open the console."""
    if settings.console_url:
        return settings.console_url.rstrip("/")
    scheme = "https" if settings.console_tls_certificate else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.console_host, settings.console_host)  # noqa: S104
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"{scheme}://{host}:{settings.console_port}"


async def first_admin(database: Database, settings: Settings, clock: Clock) -> str:
    """A link for the first admin, if nobody can administer the console yet; "" otherwise.

    Called at each start: until somebody has used a link, each start prints a new one and voids the one before.
    """
    async with database.read() as session:
        if await people.ready_admins(session):
            return ""
    async with database.write() as session:
        if await people.ready_admins(session):
            return ""
        account = await people.by_login(session, FIRST_ADMIN)
        now = clock.now()
        if account is None:
            account = await people.add(
                session,
                Account(login=FIRST_ADMIN, title="Admin", role=Role.ADMIN.value, created_at=now, changed_at=now),
            )
            await audit.append(
                session, actor="start", action="user.add", object=f"account:{account.id}", at=now,
                detail={"login": FIRST_ADMIN, "role": Role.ADMIN.value},
            )  # fmt: skip
        elif account.role != Role.ADMIN or account.disabled_at is not None:
            return ""  # somebody has decided otherwise; `ivr users` mends it
        secret = await make(session, clock, account.id)
        await audit.append(
            session, actor="start", action="user.link", object=f"account:{account.id}", at=now, detail={}
        )
    return address(settings, secret)


async def whose(console: Console, secret: str, came: Came) -> str:
    """The login a link belongs to.

    Raises:
        NotLoggedIn: if it was used, has expired, or never was.
        TooMany: after too many tries from one network.
    """
    account = await _found(console, secret, came)
    return account.login


async def choose(console: Console, secret: str, password: str, came: Came) -> Begun:
    """Choose a password with a link and be logged in; the link is used up, other sessions have ended.

    Raises:
        NotLoggedIn: if the link cannot be used.
        UsageError: if the password is not good enough; the link stays.
        TooMany: after too many tries from one network.
    """
    account = await _found(console, secret, came)
    hashed = await Door.of(console).passwords.hashed(passwords.checked(password, account.login))
    async with console.database.write() as session:
        now = console.clock.now()
        link = await links.find(session, digest(secret), now)
        if link is None or link.account.disabled_at is not None or not await links.use(session, link.id, now):
            raise _refused()
        account = link.account
        account.password, account.must_change, account.changed_at = hashed, False, now
        account.failures, account.locked_until = 0, None
        await rows.end(session, account.id)
        await audit.append(
            session, actor=account.login, action="user.password", object=f"account:{account.id}", at=now,
            detail={"how": "link"},
        )  # fmt: skip
        begun = await sessions.begin(
            console, session, account, address=came.address, browser=came.browser, language=came.language
        )
        await note_login(session, account, now, came, "link")
    return begun


async def _found(console: Console, secret: str, came: Came) -> Account:
    door = Door.of(console)
    place = door.count(came)
    async with console.database.read() as session:
        link = await links.find(session, digest(secret[:200]), console.clock.now())
    if link is None or link.account.disabled_at is not None:
        raise _refused()
    door.by_address.give_back(place)
    return link.account


def _refused() -> NotLoggedIn:
    return NotLoggedIn(
        Text("this link has been used, or is no longer valid", "该链接已使用或已失效"),
        cure=Text("ask an admin for a new one: ivr users link LOGIN", "请向管理员索取新链接：ivr users link 用户名"),
    )


__all__ = ["FIRST_ADMIN", "LIVES", "address", "base_url", "choose", "first_admin", "make", "whose"]
