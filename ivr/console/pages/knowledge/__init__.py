"""The knowledge base: searching, reading, writing."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.pages.knowledge import editing, reading, searching
from ivr.console.security.permissions import Permission
from ivr.core.language import Text

_TITLE = Text("Knowledge base", "知识库")

PAGES = [
    Page(
        "/knowledge",
        _TITLE,
        searching.build,
        permissions=(Permission.KNOWLEDGE,),
        icon="menu_book",
        key="k",
    ),
    Page(
        "/knowledge/new", Text("New article", "新建文章"), editing.build_new, permissions=(Permission.KNOWLEDGE_WRITE,)
    ),
    Page("/knowledge/a/{slug}", _TITLE, reading.build, permissions=(Permission.KNOWLEDGE,)),
    Page(
        "/knowledge/a/{slug}/edit",
        Text("Change an article", "修改文章"),
        editing.build,
        permissions=(Permission.KNOWLEDGE_WRITE,),
    ),
]

__all__ = ["PAGES"]
