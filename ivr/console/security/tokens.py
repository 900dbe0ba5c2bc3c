"""API tokens: what a program shows instead of a login.

A token may what its scopes name and its owner may at this moment, whichever is less; it ends with its time, its
owner's account, or when it is taken away. It can neither log in nor make tokens, links or accounts.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.console.context import Console
from ivr.console.security import sessions
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.security.secrets import TOKEN_PREFIX, digest
from ivr.storage.accounts import tokens

USED_EVERY = timedelta(minutes=5)  # how exactly last use is kept
LONGEST = 200
_KNOWN = frozenset(permission.value for permission in Permission)


async def person_of(console: Console, token: str, language: str = "") -> Person | None:
    """Whom a token speaks for, with its scopes; None if it is none, or its owner is disabled."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > LONGEST:
        return None
    now = console.clock.now()
    async with console.database.read() as session:
        row = await tokens.find(session, digest(token), now)
    if row is None or row.account.disabled_at is not None:
        return None
    if row.used_at is None or now - row.used_at >= USED_EVERY:
        async with console.database.write() as session:
            await tokens.used(session, row.id, now)
    who = sessions.person(row.account, language)
    # A scope of an earlier version that there is no more allows nothing.
    scopes = frozenset(Permission(scope) for scope in row.scopes if scope in _KNOWN)
    return Person(who.id, who.login, who.title, who.role, who.agent, who.language, 0, scopes, who.theme)


__all__ = ["person_of"]
