"""Alerts: what was told of queues, agents and recordings, and to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class AlertRow(Base):
    """One alert, from when it was raised until it was cleared; of an event both are the same moment."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))  # its name in the site
    kind: Mapped[str] = mapped_column(String(32))  # service-level | longest-wait | no-agent | agent-paused | ...
    subject: Mapped[str] = mapped_column(String(128))  # a queue, an agent, recording:ID; never a caller
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)  # None: it goes on
    threshold: Mapped[float | None]  # what the rule allows
    value: Mapped[float | None]  # what was measured when it was raised
    end_value: Mapped[float | None]  # and when it was cleared
    # of raised, cleared or event: whom, and what came of it: {"raised": {"log": "told", "webhook HOST": "failed"}}
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)


__all__ = ["AlertRow"]
