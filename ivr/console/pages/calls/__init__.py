"""Calls: found by when, who, what came of them and what was said."""

from __future__ import annotations

from urllib.parse import urlencode

from nicegui import ui

from ivr.console.page import Page
from ivr.console.pages.calls.columns import columns
from ivr.console.pages.calls.filters import PATH, address, bar, chips
from ivr.console.pages.calls.keeping import tools
from ivr.console.parts.frame import element, empty
from ivr.console.parts.table import pager, table
from ivr.console.security.permissions import Permission
from ivr.console.services.calls import listing, saved
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.calls import CallQuery

TITLE = Text("Calls", "通话")


SHOWN = 30  # what a screen holds


async def build(view: View) -> None:
    """The filters, and the calls that fit them."""
    ui.add_head_html('<link rel="stylesheet" href="/static/calls.css">')
    ui.add_body_html('<script src="/static/calls.js" defer></script>')
    choices = await listing.choices(view.console, view.who)
    bar(view, view.query, choices)
    try:
        query = CallQuery.of(view.query)
        found = await listing.search(
            view.console,
            view.who,
            query,
            after=view.query.get("after", ""),
            before=view.query.get("before", ""),
            limit=SHOWN,
        )
    except UsageError as error:
        element("p", "bad", text=error.message).props('role="alert"')
        empty(view, Text(error.cure, error.cure))
        return
    chips(view, query, choices)
    tools(view, query, await saved.listed(view.console, view.who))
    suffix = f"?{urlencode(query.parameters())}" if query.parameters() else ""
    table(
        view,
        columns(view, choices, quoted=bool(query.words)),
        found.calls,
        label=TITLE,
        href=lambda one: f"/calls/{one.id}{suffix}",
        nothing=Text("No calls fit these filters.", "没有符合条件的通话。"),
    )
    if found.calls:
        newer = address(query, before=found.before) if found.before else None
        pager(view, before=newer, after=address(query, after=found.after) if found.after else None)


PAGES = [Page(PATH, TITLE, build, icon="call", key="c", permissions=(Permission.CALLS_ALL, Permission.CALLS_OWN))]

__all__ = ["PAGES"]
