"""My work: where everybody begins, by role."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.pages.home.build import build
from ivr.core.language import Text

PAGES = [Page("/", Text("My work", "我的工作"), build, icon="home", key="h")]

__all__ = ["PAGES"]
