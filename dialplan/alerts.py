"""When somebody is to be told: rules over queues, agents and recordings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dialplan.base import Model, Name

AlertKind = Literal["service-level", "longest-wait", "no-agent", "agent-paused", "agent-gone", "recording-missing"]


class AlertRule(Model):
    """What is watched, and from when on somebody is told."""

    kind: AlertKind = Field(description="what is watched")
    queues: list[Name] = Field(default_factory=list, description="queues it is about, all when none is named")
    limit: Annotated[int, Field(ge=1, le=3600)] | None = Field(
        default=None,
        description="service-level: per cent, the queue's target when not given; longest-wait: seconds, 120 "
        "when not given",
    )
    clear: Annotated[int, Field(ge=0, le=3600)] | None = Field(
        default=None,
        description="value at which it is over; 5 points above the limit, or half of its seconds, when not given",
    )
    lasts: int = Field(default=10, ge=0, le=3600, description="seconds it must last before it is told, or is over")
    window: int = Field(default=1800, ge=60, le=86400, description="service-level: seconds looked back")
    least: int = Field(default=10, ge=1, le=1000, description="service-level: fewest callers in that time")
    hours: Name | None = Field(default=None, description="no-agent: only in these business hours")


HEEDED: dict[AlertKind, frozenset[str]] = {
    "service-level": frozenset({"queues", "limit", "clear", "lasts", "window", "least"}),
    "longest-wait": frozenset({"queues", "limit", "clear", "lasts"}),
    "no-agent": frozenset({"queues", "lasts", "hours"}),
    "agent-paused": frozenset({"queues"}),
    "agent-gone": frozenset({"queues"}),
    "recording-missing": frozenset(),
}
"""What each kind asks of its rule; whatever else is set does nothing."""

__all__ = ["HEEDED", "AlertKind", "AlertRule"]
