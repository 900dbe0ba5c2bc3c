"""What callers answered after the service (norm A8)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base

if TYPE_CHECKING:
    from ivr.storage.models.calls import Call


class SurveyAnswer(Base):
    """One question that a caller was asked, and the key he answered with, if he did."""

    __tablename__ = "survey_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    question: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(8), default="")  # the key; "" if he gave none
    asked_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    # whom he talked to last before he was asked, and the queue that led there; "" if nobody
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)
    queue: Mapped[str] = mapped_column(String(64), default="", index=True)
    flow: Mapped[str] = mapped_column(String(64), default="")
    flow_version: Mapped[str] = mapped_column(String(64), default="")
    call: Mapped[Call] = relationship(back_populates="answers", lazy="raise_on_sql")


__all__ = ["SurveyAnswer"]
