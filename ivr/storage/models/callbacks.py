"""Callbacks: who is called back, whose place he keeps, and how far that has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class Callback(Base):
    """One callback a caller asked for."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(64), index=True)
    number: Mapped[str] = mapped_column(String(32), index=True)  # national digits, as they are dialled
    # The number while somebody calls it: unique, so that no two calls to one number can be under way.
    calling: Mapped[str | None] = mapped_column(String(32), unique=True)
    language: Mapped[str] = mapped_column(String(16), default="")
    priority: Mapped[int] = mapped_column(default=0)
    place_at: Mapped[datetime]  # since when he has been waiting: his place in the queue
    # waiting | calling | queued | connected | done | cancelled | failed | expired
    state: Mapped[str] = mapped_column(String(16), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]  # when a try without a word of it counts as failed
    reserved: Mapped[str] = mapped_column(String(128), default="")  # interface of the agent who is held for it
    attempt: Mapped[str] = mapped_column(String(128), default="", index=True)  # linkedid of the last try
    first_linkedid: Mapped[str] = mapped_column(String(128), default="")  # the call that asked for it
    service_number: Mapped[str] = mapped_column(String(64), default="")
    flow: Mapped[str] = mapped_column(String(64), default="")
    step: Mapped[str] = mapped_column(String(64), default="")
    site_version: Mapped[str] = mapped_column(String(64), default="")
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(32), default="")  # of the last try that failed, or of the end
