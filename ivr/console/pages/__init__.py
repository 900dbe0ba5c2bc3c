"""The pages, in the order of the navigation; each module of this room adds its own to the list."""

from __future__ import annotations

from ivr.console.page import Page


def pages() -> list[Page]:
    """All pages of the console."""
    from ivr.console.pages import (
        audit,
        calibrations,
        call,
        calls,
        complaints,
        desk,
        flows,
        health,
        home,
        hours,
        knowledge,
        me,
        rules,
        trends,
        users,
        wall,
        work_orders,
    )

    return [
        *home.PAGES,
        *wall.PAGES,
        *desk.PAGES,
        *calls.PAGES,
        *call.PAGES,
        *work_orders.PAGES,
        *complaints.PAGES,
        *calibrations.PAGES,
        *trends.PAGES,
        *rules.PAGES,
        *knowledge.PAGES,
        *flows.PAGES,
        *hours.PAGES,
        *audit.PAGES,
        *users.PAGES,
        *health.PAGES,
        *me.PAGES,
    ]


__all__ = ["pages"]
