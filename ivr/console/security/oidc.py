"""Logging in at an OpenID Connect issuer (OpenID Connect Core 1.0, authorization code flow with PKCE, RFC 7636).

Whoever comes back is known by the issuer's ``sub`` alone: e-mail addresses and names can be changed by their owners
at some issuers, so no account is found by them. Accounts are made by an admin, or, where a claim says the role, at the
first login.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.console.context import Console
from ivr.console.errors import Conflict, NotLoggedIn
from ivr.console.security import people, sessions
from ivr.console.security.issuer import Issuer, checked_url, refused
from ivr.console.security.login import Came, Door, note_login
from ivr.console.security.permissions import Role
from ivr.console.security.secrets import digest, new_secret
from ivr.console.security.sessions import Begun
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.storage.accounts import Session
from ivr.storage.accounts import people as rows
from ivr.storage.models import Account

PENDING_FOR = 600.0  # seconds somebody has to log in there
MOST_PENDING = 2000
_PART = "oidc"


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who is on his way to the issuer.

    Args:
        browser: digest of what his cookie holds.
        nonce: what the issuer signs with the rest.
        verifier: of PKCE.
        then: path of the page he wanted.
        back: where the issuer sends him.
        until: on the monotonic clock.
    """

    browser: str
    nonce: str
    verifier: str
    then: str
    back: str
    until: float


@dataclass(frozen=True, slots=True)
class Begin:
    """Where to send him, and what his cookie holds until he is back."""

    url: str
    cookie: str


class Elsewhere:
    """Logging in at the issuer of the settings.

    Args:
        console: its settings name the issuer, its database holds the accounts.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._issuer = Issuer(console.settings, console.clock)
        self._pending: OrderedDict[str, Pending] = OrderedDict()

    @classmethod
    def of(cls, console: Console) -> Elsewhere:
        """That of a console.

        Raises:
            UsageError: if it has none.
        """
        if not console.settings.oidc_issuer:
            raise UsageError(Text("no OpenID Connect issuer is set", "未配置 OpenID Connect"))
        if _PART not in console.parts:
            console.parts[_PART] = cls(console)
        found: Elsewhere = console.parts[_PART]
        return found

    async def begin(self, origin: str, then: str) -> Begin:
        """Send somebody to the issuer.

        Args:
            origin: of the console, as he has reached it.
            then: path of the page he wanted.

        Raises:
            SetupError: if the issuer does not answer as it should.
        """
        state, cookie, now = new_secret(), new_secret(), self._console.clock.monotonic()
        one = Pending(
            browser=digest(cookie),
            nonce=new_secret(),
            verifier=secrets.token_urlsafe(48),
            then=safe_path(then),
            back=f"{origin}/oidc/callback",
            until=now + PENDING_FOR,
        )
        url = await self._issuer.address(one.back, state=state, nonce=one.nonce, verifier=one.verifier)
        while self._pending and (len(self._pending) >= MOST_PENDING or next(iter(self._pending.values())).until <= now):
            self._pending.popitem(last=False)
        self._pending[digest(state)] = one
        return Begin(url, cookie)

    async def finish(self, query: Mapping[str, str], cookie: str, came: Came) -> tuple[Begun, str]:
        """Log in who comes back from the issuer; gives the page he wanted, too.

        Raises:
            NotLoggedIn: if he did not come from there, or has no account that can be used.
            TooMany: after too many failures from one network.
            SetupError: if the issuer does not answer as it should.
        """
        door = Door.of(self._console)
        place = door.count(came)
        one = self._pending.pop(digest(query.get("state", "")), None)
        if one is None or one.until <= self._console.clock.monotonic() or one.browser != digest(cookie):
            raise refused("this login was not begun in this browser, or too long ago", "登录非由本浏览器发起，或已超时")
        if query.get("error") or not query.get("code"):
            raise refused("the issuer has not let you in", "身份提供方拒绝了登录")
        claims = await self._issuer.claims(query["code"], one.back, nonce=one.nonce, verifier=one.verifier)
        async with self._console.database.write() as session:
            account = await self._account(session, claims)
            begun = await sessions.begin(
                self._console, session, account, address=came.address, browser=came.browser, language=came.language
            )
            await note_login(session, account, self._console.clock.now(), came, "oidc")
        door.by_address.give_back(place)
        return begun, one.then

    async def _account(self, session: Session, claims: Mapping[str, Any]) -> Account:
        """The account of who the issuer says he is; made or changed as its role claim says."""
        subject, role = str(claims["sub"]), self._role(claims)
        account = await rows.by_subject(session, subject)
        if account is None:
            if role is None or not (0 < len(subject) <= 255):
                raise _no_account()
            try:
                return await people.add(
                    session,
                    self._console.clock,
                    "oidc",
                    login=str(claims.get("preferred_username") or ""),
                    role=role.value,
                    title=str(claims.get("name") or ""),
                    subject=subject,
                )
            except (Conflict, UsageError) as error:  # never into an account that somebody else has
                raise _no_account() from error
        if account.disabled_at is not None or (self._console.settings.oidc_role_claim and role is None):
            raise _no_account()
        if role is not None and account.role != role:
            await people.change(session, self._console.clock, "oidc", account.login, role=role.value)
        return account

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The role of the claim: the first of the settings' list that it holds."""
        settings = self._console.settings
        if not settings.oidc_role_claim:
            return None
        given = claims.get(settings.oidc_role_claim)
        values = {str(one) for one in given} if isinstance(given, list) else {str(given)}
        return next((role for value, role in roles(settings) if value in values), None)


def roles(settings: Settings) -> list[tuple[str, Role]]:
    """Which value of the claim is which role, in the order of the settings.

    Raises:
        UsageError: if the list cannot be read.
    """
    found = []
    for part in filter(None, (one.strip() for one in settings.oidc_roles.split(","))):
        value, _, role = part.rpartition("=")
        if not value:
            raise UsageError(
                Text("IVR_OIDC_ROLES cannot be read", "IVR_OIDC_ROLES 格式错误"), cure="cc-qa=qa,cc-lead=supervisor"
            )
        found.append((value, people.checked_role(role)))
    return found


def check(settings: Settings) -> None:
    """See at the start that logging in there can work.

    Raises:
        UsageError: if its settings contradict each other.
        SetupError: if the library is missing.
    """
    if not settings.oidc_issuer:
        return
    if not settings.oidc_client:
        raise UsageError(Text("IVR_OIDC_CLIENT is not set", "未设置 IVR_OIDC_CLIENT"))
    checked_url(settings.oidc_issuer)
    if roles(settings) and not settings.oidc_role_claim:
        raise UsageError(Text("IVR_OIDC_ROLES needs IVR_OIDC_ROLE_CLAIM", "IVR_OIDC_ROLES 需配合 IVR_OIDC_ROLE_CLAIM"))
    try:
        import authlib  # type: ignore[import-untyped]  # noqa: F401
        import joserfc  # noqa: F401
    except ImportError as error:
        raise SetupError(
            Text("OpenID Connect needs a library", "OpenID Connect 缺少依赖库"),
            cure=Text("install the extra 'oidc' of this package", "请安装本软件包的附加组件 oidc"),
        ) from error


def safe_path(wanted: str) -> str:
    """A path of this console; ``/`` if it could lead elsewhere."""
    if not wanted.startswith("/") or wanted[1:2] in {"/", "\\"} or "\\" in wanted or not wanted.isprintable():
        return "/"
    return wanted[:2000]


def _no_account() -> NotLoggedIn:
    return NotLoggedIn(
        Text("there is no account for you here", "您在此没有账号"),
        cure=Text(
            "ask an admin: ivr users add LOGIN ROLE --subject SUBJECT",
            "请联系管理员：ivr users add 用户名 角色 --subject 标识",
        ),
    )


__all__ = ["Begin", "Elsewhere", "check", "roles", "safe_path"]
