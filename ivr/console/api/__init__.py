"""The REST API: all that the pages do, under /api/v1; each module of this room adds its router to the list."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """All routers, without their common prefix."""
    from ivr.console.api import (
        agents,
        audit,
        calibrations,
        call,
        call_notes,
        calls,
        complaints,
        disputes,
        flows,
        health,
        home,
        hours,
        knowledge,
        live,
        me,
        notes,
        reviews,
        rulebooks,
        samples,
        searches,
        session,
        supervise,
        tokens,
        trends,
        users,
        work_orders,
    )

    return [
        session.router,
        me.router,
        users.router,
        tokens.router,
        audit.router,
        flows.router,
        hours.router,
        health.router,
        trends.router,
        rulebooks.router,
        rulebooks.trials,
        knowledge.router,
        home.router,
        calls.router,
        searches.router,
        call.router,
        reviews.router,
        disputes.router,
        notes.router,
        samples.router,
        calibrations.router,
        work_orders.router,
        complaints.router,
        call_notes.router,
        agents.router,
        live.router,
        supervise.router,
    ]


__all__ = ["routers"]
