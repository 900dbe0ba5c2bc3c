"""Trends: indicators, load, scores, items, surveys, monthly sheets; one view at a time, each at its own address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.console.page import Page
from ivr.console.pages.trends import items, load, scores, service, sheet, surveys
from ivr.console.pages.trends.choosing import VIEWS, Asked, choose
from ivr.console.security.permissions import Permission
from ivr.console.view import View
from ivr.core.language import Text

_SHOWN: dict[str, Callable[[View, Asked], Awaitable[None]]] = {
    "service": service.show,
    "load": load.show,
    "scores": scores.show,
    "items": items.show,
    "surveys": surveys.show,
    "sheet": sheet.show,
}


async def build(view: View) -> None:
    """The view that was chosen, its period and filters over it."""
    asked = Asked.of(view)
    await choose(view, asked)
    await _SHOWN[asked.shown](view, asked)


PAGES = [
    Page("/trends", Text("Trends", "趋势分析"), build, permissions=(Permission.TRENDS,), icon="trending_up", key="t")
]

__all__ = ["PAGES", "VIEWS"]
