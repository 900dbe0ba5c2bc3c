"""Who may log in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Account


async def add(session: AsyncSession, account: Account) -> Account:
    """Keep a new account; returns it with its id."""
    session.add(account)
    await session.flush()
    return account


async def get(session: AsyncSession, account_id: int, *, lock: bool = False) -> Account | None:
    """An account; ``lock`` holds it until the transaction ends."""
    query = select(Account).where(Account.id == account_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def by_login(session: AsyncSession, login: str, *, lock: bool = False) -> Account | None:
    """The account of a login; logins are in lower case."""
    query = select(Account).where(Account.login == login)
    return await session.scalar(query.with_for_update() if lock else query)


async def by_subject(session: AsyncSession, subject: str) -> Account | None:
    """The account of somebody whom an OpenID Connect issuer knows by this."""
    return await session.scalar(select(Account).where(Account.subject == subject))


async def list_accounts(
    session: AsyncSession, *, role: str | None = None, after: str = "", limit: int = 200
) -> Sequence[Account]:
    """Accounts by login, those after ``after``."""
    query = select(Account).where(Account.login > after).order_by(Account.login).limit(limit)
    if role is not None:
        query = query.where(Account.role == role)
    return (await session.scalars(query)).all()


async def namesake(session: AsyncSession, login: str, agent: str) -> Account | None:
    """Somebody else whose agent is this login, or whose login is this agent."""
    same = Account.agent == login
    if agent:
        same = or_(same, Account.login == agent)
    return await session.scalar(select(Account).where(same, Account.login != login).limit(1))


async def usable_admins(session: AsyncSession) -> int:
    """How many admins are not disabled; the last one must not go."""
    query = select(func.count()).select_from(Account).where(Account.role == "admin", Account.disabled_at.is_(None))
    return await session.scalar(query) or 0


async def ready_admins(session: AsyncSession) -> int:
    """How many admins have a way to log in: a password, or an issuer that knows them."""
    query = (
        select(func.count())
        .select_from(Account)
        .where(
            Account.role == "admin",
            Account.disabled_at.is_(None),
            or_(Account.password != "", Account.subject.is_not(None)),
        )
    )
    return await session.scalar(query) or 0


__all__ = ["add", "by_login", "by_subject", "get", "list_accounts", "namesake", "ready_admins", "usable_admins"]
