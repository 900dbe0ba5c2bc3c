"""Rules: rulebooks in force, one item, the workbench, trying a phrase."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.pages.rules import books, item, trying, workbench
from ivr.console.security.permissions import Permission
from ivr.core.language import Text

_TITLE = Text("Rules", "质检规则")

PAGES = [
    Page("/rules", _TITLE, books.build, permissions=(Permission.RULES,), icon="rule", key="r"),
    Page("/rules/workbench", Text("Workbench", "规则测试台"), workbench.build, permissions=(Permission.RULES,)),
    Page("/rules/try", Text("Try a phrase", "试用说法"), trying.build, permissions=(Permission.RULES_TRY,)),
    Page("/rules/b/{book}", _TITLE, books.build_one, permissions=(Permission.RULES,)),
    Page("/rules/b/{book}/{item}", _TITLE, item.build, permissions=(Permission.RULES,)),
]

__all__ = ["PAGES"]
