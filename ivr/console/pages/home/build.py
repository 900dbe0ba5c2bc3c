"""My work: what waits for who looks."""

from __future__ import annotations

from ivr.console.pages.home import admin, agent, quality, team, todo
from ivr.console.parts.frame import element
from ivr.console.parts.work import styles
from ivr.console.security.permissions import Permission, Role
from ivr.console.services.home.team import team as team_work
from ivr.console.view import View


async def build(view: View) -> None:
    """Left what is to be worked through, right what waits for an answer."""
    styles()
    who = view.who
    leads = who.may(Permission.COACH) and not who.may(Permission.REVIEW)
    standing = await team_work(view.console, who) if leads else None
    with element("div", "split").props("data-ready"):
        with element("div"):
            if who.agent:
                await agent.build(view)
            if who.may(Permission.REVIEW):
                await quality.build(view)
            if standing is not None:
                team.build(view, standing)
        with element("div"):
            if who.role is Role.ADMIN:
                admin.build(view)
            if standing is not None:
                await team.alerts(view, standing)
                team.staffing(view, standing)
            await todo.build(view)


__all__ = ["build"]
