"""Who asks: a person of the console, by a session or by a token."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import ALLOWED, Permission, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has shown who he is.

    Args:
        id: of his row.
        login: the name he logs in with; it stands in reviews, notes and the audit.
        title: how he is called on pages.
        role: what he is.
        agent: which agent of the site he is; "" when none.
        language: ``zh`` or ``en``.
        session: id of the session; 0 when he came by a token.
        scopes: what his token allows; None: all that the role allows.
        theme: ``light``, ``dark`` or ``auto``.
    """

    id: int
    login: str
    title: str
    role: Role
    agent: str = ""
    language: str = "zh"
    session: int = 0
    scopes: frozenset[Permission] | None = None
    theme: str = "auto"

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that he may."""
        mine = ALLOWED[self.role]
        return mine if self.scopes is None else mine & self.scopes

    def may(self, *permissions: Permission) -> bool:
        """Whether he may at least one of these."""
        return not self.permissions.isdisjoint(permissions)

    def must(self, *permissions: Permission) -> None:
        """Refuse unless he may at least one of these.

        Raises:
            Forbidden: if he may none of them.
        """
        if not self.may(*permissions):
            raise Forbidden

    def owns(self, agent: str) -> bool:
        """Whether he is this agent."""
        return bool(self.agent) and self.agent == agent

    def must_see(self, agents: frozenset[str] | set[str]) -> None:
        """Refuse a call unless he may see all calls, or talked in this one.

        Args:
            agents: who talked in the call.

        Raises:
            NotFound: that it exists is not told either.
        """
        if self.may(Permission.CALLS_ALL):
            return
        if not (self.may(Permission.CALLS_OWN) and self.agent and self.agent in agents):
            raise NotFound


__all__ = ["Person"]
