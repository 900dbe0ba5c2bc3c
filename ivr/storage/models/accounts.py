"""People of the console: who they are, where they are logged in, what speaks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base


class Account(Base):
    """Somebody who may log in. Accounts are disabled, never deleted: audit rows name them."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(48), unique=True)  # lower case
    title: Mapped[str] = mapped_column(String(80), default="")  # the name people read
    role: Mapped[str] = mapped_column(String(16))  # agent | supervisor | qa | admin
    agent: Mapped[str] = mapped_column(String(64), default="")  # who he is in the site; "" is nobody
    language: Mapped[str] = mapped_column(String(8), default="")  # zh | en; "" as the browser says
    theme: Mapped[str] = mapped_column(String(8), default="")  # light | dark; "" as the browser says
    password: Mapped[str] = mapped_column(String(255), default="")  # argon2; "" cannot log in by password
    must_change: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)  # wrong passwords since the last right one
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(255), unique=True)  # at the OpenID Connect issuer
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class LoginSession(Base):
    """A browser in which somebody is logged in; the cookie's token is kept as its SHA-256 only."""

    __tablename__ = "login_sessions"
    __table_args__ = ({"sqlite_autoincrement": True},)  # numbers are not used again: the audit names them

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_at: Mapped[datetime]  # ends then unless seen before
    expires_at: Mapped[datetime] = mapped_column(index=True)  # ends then in any case
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class ApiToken(Base):
    """What a program shows instead of a login; kept as its SHA-256 only."""

    __tablename__ = "api_tokens"
    __table_args__ = ({"sqlite_autoincrement": True},)  # numbers are not used again: the audit names them

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    start: Mapped[str] = mapped_column(String(16))  # its first characters, so that people tell one from another
    name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    scopes: Mapped[list[Any]]  # permissions
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class OneTimeLink(Base):
    """A link that lets somebody choose a password, once; kept as its SHA-256 only."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))  # welcome
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


__all__ = ["Account", "ApiToken", "LoginSession", "OneTimeLink"]
