"""An admin's part of my work: where to look."""

from __future__ import annotations

from ivr.console.parts.frame import element
from ivr.console.parts.work import heading, link
from ivr.console.security.permissions import Permission
from ivr.console.view import View
from ivr.core.language import Text

_PLACES = (
    (Permission.HEALTH, "/health", Text("Health of this installation", "系统健康状况")),
    (Permission.FLOWS, "/flows", Text("Call flows", "呼叫流程")),
    (Permission.USERS, "/users", Text("Users", "用户")),
    (Permission.AUDIT, "/audit", Text("Audit", "审计")),
)


def build(view: View) -> None:
    """Links to what an admin looks after."""
    with element("section", "card"):
        heading(view, Text("Look after", "系统管理"))
        for permission, path, title in _PLACES:
            if view.who.may(permission):
                with element("div", "todo"):
                    link(view.say(title), path)


__all__ = ["build"]
