"""The pages, in the order of the navigation; each module of this room adds its own to the list."""

from __future__ import annotations

from ivr.console.page import Page


def pages() -> list[Page]:
    """All pages of the console."""
    from ivr.console.pages import home

    return [*home.PAGES]


__all__ = ["pages"]
