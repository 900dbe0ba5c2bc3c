"""Call flows: the drawing with its steps and the simulator, the checks, the versions."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.pages.flows import checks, drawing, versions
from ivr.console.security.permissions import Permission
from ivr.core.language import Text

PAGES = [
    Page(
        "/flows",
        Text("Flows", "流程"),
        drawing.build,
        permissions=(Permission.FLOWS,),
        icon="account_tree",
        key="f",
    ),
    Page("/flows/checks", Text("Checks of flows", "流程检查"), checks.build, permissions=(Permission.FLOWS,)),
    Page("/flows/versions", Text("Versions of flows", "流程版本"), versions.build, permissions=(Permission.FLOWS,)),
]

__all__ = ["PAGES"]
