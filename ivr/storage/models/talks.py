"""Who talked to the caller: one row per agent and talk, whether a queue found him or another agent handed on to him."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base

if TYPE_CHECKING:
    from ivr.storage.models.calls import Call


class AgentTalk(Base):
    """One agent joined with the caller, in a call that is over; concluded from the rest of its story."""

    __tablename__ = "talks"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), index=True)
    uniqueid: Mapped[str] = mapped_column(String(128), default="")  # of his channel, "" where it is not known
    origin: Mapped[str] = mapped_column(String(16))  # queue | transfer: how the caller came to him
    queue: Mapped[str] = mapped_column(String(64), default="", index=True)  # that found him; "" when handed on
    handed_by: Mapped[str] = mapped_column(String(64), default="")  # the agent who handed on to him or his queue
    connected_at: Mapped[datetime] = mapped_column(index=True)
    completed_at: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(String(16), default="")  # caller | agent | transfer; "" not known
    rang_s: Mapped[float | None]  # how long his phone rang
    call: Mapped[Call] = relationship(back_populates="talks", lazy="raise_on_sql")


__all__ = ["AgentTalk"]
