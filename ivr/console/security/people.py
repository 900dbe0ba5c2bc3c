"""Accounts made and changed, each change with its audit row; who may, the callers ask.

The command line and the console do it through the same functions. Whatever an account may is changed, its sessions
end: pages that were built for the old role must not live on.
"""

from __future__ import annotations

import re
from datetime import datetime

from ivr.console.errors import Conflict, NotFound
from ivr.console.security import links
from ivr.console.security.permissions import Role
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.ids import is_safe_id
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.accounts import Session, people, sessions
from ivr.storage.models import Account

_LOGIN = re.compile(r"\A[a-z0-9][a-z0-9._@-]{0,47}\Z")
LANGUAGES = ("", "zh", "en")
THEMES = ("auto", "light", "dark")


def checked_login(login: str) -> str:
    """A login as it is kept: lower case.

    Raises:
        UsageError: if it holds anything but letters, digits and ``. _ @ -``.
    """
    plain = login.strip().lower()
    if not _LOGIN.match(plain):
        raise UsageError(
            Text(f"not a login: {login!r:.60}", f"不是有效的用户名：{login!r:.60}"),
            cure=Text("use letters a-z, digits and . _ @ -, at most 48", "请使用字母 a-z、数字和 . _ @ -，最多 48 个"),
        )
    return plain


def checked_role(role: str) -> Role:
    """A role by its name.

    Raises:
        UsageError: if there is none.
    """
    try:
        return Role(role)
    except ValueError:
        known = ", ".join(Role)
        raise UsageError(
            Text(f"no role {role!r:.40}", f"没有角色 {role!r:.40}"), cure=Text(f"one of: {known}", f"可选：{known}")
        ) from None


def checked_title(title: str, login: str) -> str:
    """The name people read, on one line; the login if it says nothing."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    return plain[:80] or login


def checked_agent(agent: str) -> str:
    """An agent's id, or "".

    Raises:
        UsageError: if it cannot be one.
    """
    if agent and not (is_safe_id(agent) and len(agent) <= 64):
        raise UsageError(
            Text(f"not an agent: {agent!r:.60}", f"不是坐席编号：{agent!r:.60}"),
            cure=Text("give the id the site has for the agent", "请填写站点中的坐席编号"),
        )
    return agent


def state_of(account: Account, at: datetime) -> str:
    """How an account stands: ``active``, ``invited`` (no way to log in yet), ``locked`` or ``disabled``."""
    if account.disabled_at is not None:
        return "disabled"
    if account.locked_until is not None and account.locked_until > at:
        return "locked"
    return "active" if account.password or account.subject else "invited"


async def add(
    session: Session, clock: Clock, actor: str, *, login: str, role: str, title: str = "", agent: str = "",
    language: str = "", subject: str | None = None,
) -> Account:  # fmt: skip
    """A new account, which nobody can log in to yet.

    Raises:
        UsageError: if one of these cannot be.
        Conflict: if the login is taken.
    """
    login, kind, agent = checked_login(login), checked_role(role), checked_agent(agent)
    if await people.by_login(session, login) is not None:
        raise Conflict(Text(f"there is already a {login}", f"用户 {login} 已存在"))
    await _no_namesake(session, login, agent)
    if subject is not None and not subject.isprintable():
        raise UsageError(Text("not a subject of an issuer", "不是有效的 OIDC 标识"))
    if subject is not None and await people.by_subject(session, subject) is not None:
        raise Conflict(Text("somebody else is known by this subject", "该 OIDC 标识已被使用"))
    now = clock.now()
    account = Account(
        login=login, title=checked_title(title, login), role=kind.value, agent=agent,
        language=language if language in LANGUAGES else "", subject=subject, created_at=now, changed_at=now,
    )  # fmt: skip
    await people.add(session, account)
    await _audited(session, clock, actor, "user.add", account, login=login, role=kind.value, agent=agent)
    return account


async def change(
    session: Session, clock: Clock, actor: str, login: str, *, role: str | None = None, title: str | None = None,
    agent: str | None = None,
) -> Account:  # fmt: skip
    """Change what an account is; with another role or agent its sessions end.

    Raises:
        NotFound: if there is no such account.
        UsageError: if the role or agent cannot be.
        Conflict: if no admin would be left.
    """
    account = await found(session, login)
    before = (account.role, account.agent)
    wanted = account.role if role is None else checked_role(role).value
    if before[0] == Role.ADMIN and wanted != Role.ADMIN:
        await _another_admin(session, account)
    if agent is not None:
        await _no_namesake(session, account.login, checked_agent(agent))
    account.role = wanted
    account.agent = account.agent if agent is None else checked_agent(agent)
    account.title = account.title if title is None else checked_title(title, account.login)
    account.changed_at = clock.now()
    if (account.role, account.agent) != before:
        await sessions.end(session, account.id)
    await _audited(
        session, clock, actor, "user.change", account,
        role=account.role, agent=account.agent, role_before=before[0], agent_before=before[1],
    )  # fmt: skip
    return account


async def disable(session: Session, clock: Clock, actor: str, login: str) -> Account:
    """Nobody logs in with it any more; its sessions have ended, its tokens are refused.

    Raises:
        NotFound: if there is no such account.
        Conflict: if no admin would be left.
    """
    account = await found(session, login)
    if account.disabled_at is None:
        if account.role == Role.ADMIN:
            await _another_admin(session, account)
        account.disabled_at = account.changed_at = clock.now()
        await sessions.end(session, account.id)
        await _audited(session, clock, actor, "user.disable", account)
    return account


async def enable(session: Session, clock: Clock, actor: str, login: str) -> Account:
    """It can be used again.

    Raises:
        NotFound: if there is no such account.
    """
    account = await found(session, login)
    if account.disabled_at is not None:
        account.disabled_at, account.changed_at = None, clock.now()
        account.failures, account.locked_until = 0, None
        await _audited(session, clock, actor, "user.enable", account)
    return account


async def unlock(session: Session, clock: Clock, actor: str, login: str) -> Account:
    """It can be logged in to at once, whatever was tried.

    Raises:
        NotFound: if there is no such account.
    """
    account = await found(session, login)
    account.failures, account.locked_until = 0, None
    await _audited(session, clock, actor, "user.unlock", account)
    return account


async def link(session: Session, clock: Clock, actor: str, login: str) -> str:
    """A one-time link's secret, by which somebody chooses a password; the one he had works until then.

    Raises:
        NotFound: if there is no such account.
        Conflict: if it is disabled.
    """
    account = await found(session, login)
    if account.disabled_at is not None:
        raise Conflict(Text(f"{account.login} is disabled", f"{account.login} 已停用"))
    secret = await links.make(session, clock, account.id)
    await _audited(session, clock, actor, "user.link", account)
    return secret


async def found(session: Session, login: str) -> Account:
    """An account, held until the transaction ends.

    Raises:
        NotFound: if there is none.
    """
    plain = login.strip().lower()
    account = await people.by_login(session, plain, lock=True) if _LOGIN.match(plain) else None
    if account is None:
        raise NotFound(Text(f"no user {login!r:.60}", f"没有用户 {login!r:.60}"))
    return account


async def _no_namesake(session: Session, login: str, agent: str) -> None:
    """Rows name people by login or by agent: nobody may have as one what is the other of somebody else.

    Raises:
        Conflict: if somebody is called so.
    """
    other = await people.namesake(session, login, agent)
    if other is not None:
        raise Conflict(
            Text(
                f"{other.login} ({other.agent or '-'}) is already called so",
                f"与用户 {other.login}（{other.agent or '-'}）重名",
            )
        )


async def _another_admin(session: Session, account: Account) -> None:
    if account.disabled_at is None and await people.usable_admins(session) < 2:
        raise Conflict(Text("no admin would be left", "至少要保留一名管理员"))


async def _audited(session: Session, clock: Clock, actor: str, action: str, account: Account, **detail: str) -> None:
    await audit.append(
        session, actor=actor, action=action, object=f"account:{account.id}", at=clock.now(),
        detail={"login": account.login} | detail,
    )  # fmt: skip


__all__ = [
    "LANGUAGES",
    "THEMES",
    "add",
    "change",
    "checked_agent",
    "checked_login",
    "checked_role",
    "checked_title",
    "disable",
    "enable",
    "found",
    "link",
    "state_of",
    "unlock",
]
