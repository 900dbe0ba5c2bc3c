"""Logging in with a password.

Whoever fails is told the same, after the same work, whether the login exists, is locked, or is disabled: only right
passwords of usable accounts differ. Tries are limited by address and by login; an account is locked after five wrong
passwords, for longer each time. While it is locked tries neither count nor prolong it, so nobody can be kept out for
good by others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.console.context import Console
from ivr.console.errors import NotLoggedIn
from ivr.console.security import sessions
from ivr.console.security.limits import Limit, network
from ivr.console.security.passwords import Passwords, normal
from ivr.console.security.sessions import Begun
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.accounts import Session, people
from ivr.storage.models import Account

FREE_FAILURES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
BY_ADDRESS = (30, 300.0)  # failures, seconds
BY_LOGIN = (10, 60.0)
_PART = "login"


@dataclass(frozen=True)
class Came:
    """From where somebody comes.

    Args:
        address: of the network.
        browser: what it calls itself.
        language: ``zh`` or ``en``, as it prefers.
    """

    address: str = ""
    browser: str = ""
    language: str = ""


@dataclass(frozen=True)
class MustChange:
    """The password was right, and has to be replaced before anything else."""

    account: int


class Door:
    """What logging in remembers in this process.

    Args:
        console: its clock counts, its database holds the accounts.
        passwords: checks them.
    """

    def __init__(self, console: Console, passwords: Passwords | None = None) -> None:
        self._console = console
        self.passwords = passwords or Passwords()
        self.by_address = Limit(console.clock, tries=BY_ADDRESS[0], seconds=BY_ADDRESS[1])
        self._by_login = Limit(console.clock, tries=BY_LOGIN[0], seconds=BY_LOGIN[1])

    @classmethod
    def of(cls, console: Console) -> Door:
        """The door of a console."""
        if _PART not in console.parts:
            console.parts[_PART] = cls(console)
        found: Door = console.parts[_PART]
        return found

    def count(self, came: Came) -> str:
        """Count a try from a network; gives its name.

        Raises:
            TooMany: if there were too many failures.
        """
        place = network(came.address)
        self.by_address.take(place)
        return place

    async def login(self, login: str, password: str, came: Came) -> Begun | MustChange:
        """Begin a session for who has the right password.

        Raises:
            NotLoggedIn: always with the same words.
            TooMany: if there were too many tries from this network or for this login.
        """
        name, place = "".join(filter(str.isprintable, login)).strip().casefold()[:200], self.count(came)
        self._by_login.take(name)
        async with self._console.database.read() as session:
            account = await people.by_login(session, name)
        kept = "" if account is None else account.password
        right = await self.passwords.fits(kept, password)
        renewed = await self.passwords.hashed(normal(password)) if right and self.passwords.outdated(kept) else ""
        async with self._console.database.write() as session:
            account = await people.by_login(session, name, lock=True)
            # Another process may have changed the password while this one was checked.
            right = right and account is not None and account.password == kept
            begun = await self._decided(session, account, right, came, renewed)
        if begun is None:
            raise NotLoggedIn(
                Text("login or password is wrong, or the account is locked", "用户名或密码错误，或账号已锁定"),
                cure=Text(
                    "try again; after several failures wait some minutes, or ask an admin",
                    "请重试；多次失败后请等待几分钟，或联系管理员",
                ),
            )
        self.by_address.give_back(place)
        self._by_login.give_back(name)
        return begun

    async def _decided(
        self, session: Session, account: Account | None, right: bool, came: Came, renewed: str
    ) -> Begun | MustChange | None:
        now = self._console.clock.now()
        locked = account is not None and account.locked_until is not None and account.locked_until > now
        if account is None or not right or locked or account.disabled_at is not None:
            why = (
                "unknown"
                if account is None
                else "disabled"
                if account.disabled_at
                else "locked"
                if locked
                else "password"
            )
            if account is not None and not locked:
                account.failures += 1
                account.locked_until = _locked_until(account.failures, now)
            # Never what was typed: people type their password where the login belongs.
            await audit.append(
                session,
                actor="?" if account is None else account.login,
                action="login.failed",
                object="account:?" if account is None else f"account:{account.id}",
                at=now,
                detail={"why": why, "address": came.address[:64]},
            )
            return None
        account.failures, account.locked_until = 0, None
        if renewed:
            account.password = renewed
        if account.must_change:
            return MustChange(account.id)
        begun = await sessions.begin(
            self._console, session, account, address=came.address, browser=came.browser, language=came.language
        )
        await note_login(session, account, now, came, "password")
        return begun


async def note_login(session: Session, account: Account, at: datetime, came: Came, how: str) -> None:
    """The audit row of a login."""
    await audit.append(
        session,
        actor=account.login,
        action="login",
        object=f"account:{account.id}",
        at=at,
        detail={"how": how, "address": came.address[:64]},
    )


def _locked_until(failures: int, now: datetime) -> datetime | None:
    over = failures - FREE_FAILURES
    if over < 0:
        return None
    doubled: int = 2 ** min(over, 16)
    return now + min(LONGEST_LOCK, FIRST_LOCK * doubled)


__all__ = ["Came", "Door", "MustChange", "note_login"]
