"""Where everybody begins."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.parts.frame import empty
from ivr.console.view import View
from ivr.core.language import Text


async def build(view: View) -> None:
    """Nothing waits."""
    empty(view, Text("Nothing waits for you.", "暂无待办。"))


PAGES = [Page("/", Text("My work", "我的工作"), build, icon="home", key="h")]
