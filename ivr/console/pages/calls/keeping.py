"""Saved searches and export, beside the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

from nicegui import ui

from ivr.console.parts.form import text_field, tick
from ivr.console.parts.frame import button, element
from ivr.console.security.permissions import Permission
from ivr.console.services.calls import saved
from ivr.console.services.calls.saved import Saved
from ivr.console.view import View
from ivr.core.language import Text
from ivr.reports.calls import CallQuery


def tools(view: View, query: CallQuery, kept: Sequence[Saved]) -> None:
    """How many there are, searches that are kept, files to take away."""
    with element("div", "list-tools"):
        count = element("span", "faint").props('data-count role="status"')
        count.props["data-ask"] = f"/api/v1/calls/count?{urlencode(query.filters())}"
        count.props["data-one"] = view.say(Text("{n} calls", "{n} 通通话"))
        element("span", "bar-space")
        _saved(view, query, kept)
        if view.who.may(Permission.EXPORT):
            for kind, hint in (
                ("csv", Text("at most 10,000 calls, noted in the audit", "最多 10,000 通，导出将记入审计")),
                ("json", Text("at most 10,000 calls, noted in the audit", "最多 10,000 通，导出将记入审计")),
            ):
                link = element("a", "button", text=view.say(Text(f"Export {kind.upper()}", f"导出 {kind.upper()}")))
                link.props(f'download data-do="export-{kind}"')
                link.props["href"] = f"/api/v1/calls/export?{urlencode(query.parameters() | {'format': kind})}"
                link.props["title"] = view.say(hint)


def _saved(view: View, query: CallQuery, kept: Sequence[Saved]) -> None:
    with element("details", "menu").props('data-part="searches"'):
        element("summary", "button", text=view.say(Text("Saved searches", "已存搜索")))
        with element("div", "menu-paper"):
            if not kept:
                element("p", "faint", text=view.say(Text("None yet.", "暂无。")))
            for one in kept:
                with element("div", "menu-line"):
                    element("a", text=one.title).props("data-words").props["href"] = one.path
                    if not one.mine or one.shared:
                        whose = one.owner if not one.mine else view.say(Text("shared", "已共享"))
                        element("span", "tag", text=whose)
                    if one.mine or view.who.may(Permission.USERS):
                        label = view.say(Text(f"Remove {one.title}", f"删除 {one.title}"))
                        button("✕", view.does(_removing(view, one)), hint=label).props('data-do="remove-search"')
            element("h3", text=view.say(Text("Keep this search", "保存当前搜索")))
            title = text_field(view, Text("Name", "名称"), name="title", most=saved.LONGEST_TITLE)
            share = tick(view, Text("for all", "共享给所有人")) if view.who.may(Permission.CALLS_ALL) else None

            async def keep() -> None:
                shared = share is not None and bool(share.value)
                await saved.keep(view.console, view.who, title.value, query, shared=shared)
                ui.navigate.reload()

            button(view.say(Text("Keep", "保存")), view.does(keep)).props('data-do="keep-search"')


def _removing(view: View, one: Saved) -> Callable[[], Awaitable[None]]:
    async def remove() -> None:
        await saved.remove(view.console, view.who, one.id)
        ui.navigate.reload()

    return remove


__all__ = ["tools"]
