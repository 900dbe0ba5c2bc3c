"""The REST API: all that the pages do, under /api/v1; each module of this room adds its router to the list."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """All routers, without their common prefix."""
    from ivr.console.api import flows, health, hours, session, trends

    return [session.router, flows.router, hours.router, health.router, trends.router]


__all__ = ["routers"]
