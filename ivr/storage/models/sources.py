"""Runs that compared the journal with CEL and queue_log, and the fields they put in afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class Reconciliation(Base):
    """One comparison of the journal with what Asterisk wrote down by itself."""

    __tablename__ = "reconciliations"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    since: Mapped[datetime]  # calls begun from here on were compared
    resume_at: Mapped[datetime]  # and the next run has to go back to here: calls were still under way
    by: Mapped[str] = mapped_column(String(16))  # engine | command
    calls: Mapped[int]  # compared
    mended: Mapped[int]  # fields
    left: Mapped[int]  # drift that is left
    detail: Mapped[dict[str, Any]]  # counters of the sources: rows read, skipped and why


class Reconstruction(Base):
    """A field of a story that was not seen live, but put in from what Asterisk wrote down."""

    __tablename__ = "reconstructions"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    place: Mapped[str] = mapped_column(String(200))  # call, leg UNIQUEID, visit QUEUE NUMBER, ring UNIQUEID
    field: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(String(255))  # what stood there: nothing, or a guess
    after: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(16))  # cel | queue_log | both
    at: Mapped[datetime]
