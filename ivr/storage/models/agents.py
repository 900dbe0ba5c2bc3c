"""What agents do with their time, and what they say a talk came to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class AgentState(Base):
    """One stretch of an agent's time in one state. Stretches of different states overlap.

    ``logged_in`` has one row a queue; ``paused`` is of all his queues; ``talking`` and ``on_phone`` have one row a
    channel (``on_phone``: up, but no talk of a queue or one handed on); ``wrapup`` has its end from the beginning,
    so an end may lie ahead. An open row has no end.
    """

    __tablename__ = "agent_states"
    __table_args__ = (UniqueConstraint("agent", "state", "queue", "uniqueid", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))  # logged_in | paused | talking | wrapup | on_phone
    reason: Mapped[str] = mapped_column(String(64), default="")  # of a pause
    queue: Mapped[str] = mapped_column(String(64), default="")  # of a talk: "" when it was handed on to him
    linkedid: Mapped[str] = mapped_column(String(128), default="")  # of the call
    uniqueid: Mapped[str] = mapped_column(String(128), default="")  # of his channel
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    # phone | api:<who> | misses | gone | asterisk
    by: Mapped[str] = mapped_column(String(64), default="")
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    # whether begin and end are Asterisk's own times; false when the engine was away and one of them was missed
    exact: Mapped[bool] = mapped_column(default=True)


class CallOutcome(Base):
    """What an agent says one talk of his came to."""

    __tablename__ = "call_outcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    uniqueid: Mapped[str] = mapped_column(String(128), unique=True)  # his channel in the talk
    linkedid: Mapped[str] = mapped_column(String(128), index=True)
    agent: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[str] = mapped_column(String(64))  # its name in the site
    set_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64), default="")  # phone | api:<who>
