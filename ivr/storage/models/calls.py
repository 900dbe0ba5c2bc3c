"""A call: its legs, the steps of its flow, its stays in queues, who was rung."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base

if TYPE_CHECKING:
    from ivr.storage.models.recordings import Recording
    from ivr.storage.models.surveys import SurveyAnswer
    from ivr.storage.models.talks import AgentTalk


class Call(Base):
    """One caller's call, from the first ring to the last party's hang-up."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_caller_started_at", "caller", "started_at"),)  # who calls again

    id: Mapped[int] = mapped_column(primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(128), unique=True, index=True)
    number: Mapped[str] = mapped_column(String(64), default="")  # the service number called
    caller: Mapped[str] = mapped_column(String(64), default="")  # the caller's number, as given
    language: Mapped[str] = mapped_column(String(16), default="")
    flow: Mapped[str] = mapped_column(String(64), default="")
    flow_version: Mapped[str] = mapped_column(String(64), default="")
    route: Mapped[str] = mapped_column(String(16), default="engine")  # engine | emergency
    started_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # answered | abandoned | unserved | voicemail | callback | self_service | closed | failed | interrupted;
    # "" while under way
    outcome: Mapped[str] = mapped_column(String(16), default="", index=True)
    hung_up_by: Mapped[str] = mapped_column(String(16), default="")  # caller | agent | system
    # what was heard on the way and from which outcome, hung_up_by and start times are concluded
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    legs: Mapped[list[Leg]] = relationship(back_populates="call", lazy="raise_on_sql", order_by="Leg.started_at")
    steps: Mapped[list[Step]] = relationship(back_populates="call", lazy="raise_on_sql", order_by="Step.seq")
    visits: Mapped[list[QueueVisit]] = relationship(
        back_populates="call", lazy="raise_on_sql", order_by="QueueVisit.joined_at"
    )
    talks: Mapped[list[AgentTalk]] = relationship(
        back_populates="call", lazy="raise_on_sql", order_by="AgentTalk.connected_at", cascade="all, delete-orphan"
    )
    answers: Mapped[list[SurveyAnswer]] = relationship(
        back_populates="call", lazy="raise_on_sql", order_by="SurveyAnswer.asked_at"
    )
    recordings: Mapped[list[Recording]] = relationship(
        back_populates="call", lazy="raise_on_sql", order_by="Recording.started_at"
    )


class Leg(Base):
    """One channel of a call."""

    __tablename__ = "legs"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    uniqueid: Mapped[str] = mapped_column(String(128), unique=True, index=True)
    channel: Mapped[str] = mapped_column(String(128), default="")
    role: Mapped[str] = mapped_column(String(16))  # caller | agent | supervisor | other
    agent: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    hangup_cause: Mapped[int | None]  # Q.850
    call: Mapped[Call] = relationship(back_populates="legs", lazy="raise_on_sql")


class Step(Base):
    """One thing the flow did, or the caller did to it."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("call_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(64))  # the step's name in the flow
    kind: Mapped[str] = mapped_column(String(32))  # its type: menu, play, ...
    event: Mapped[str] = mapped_column(String(32))  # enter | prompt | key | digits | timeout | invalid | leave
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # never the digits of a secret input
    call: Mapped[Call] = relationship(back_populates="steps", lazy="raise_on_sql")


class QueueVisit(Base):
    """One stay of a caller in one queue."""

    __tablename__ = "queue_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    queue: Mapped[str] = mapped_column(String(64), index=True)
    joined_at: Mapped[datetime] = mapped_column(index=True)
    left_at: Mapped[datetime | None]  # left the waiting line: connected, or gave up, or was sent on
    position: Mapped[int | None]  # at joining, 1 = first
    # answered | abandoned | timeout | empty | full | key | interrupted
    outcome: Mapped[str] = mapped_column(String(16), default="")
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)
    connected_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str] = mapped_column(String(16), default="")  # caller | agent | transfer
    call: Mapped[Call] = relationship(back_populates="visits", lazy="raise_on_sql")
    rings: Mapped[list[Ring]] = relationship(back_populates="visit", lazy="raise_on_sql", order_by="Ring.started_at")


class Ring(Base):
    """One agent's phone ringing for one queue visit."""

    __tablename__ = "rings"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("queue_visits.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64))
    uniqueid: Mapped[str] = mapped_column(String(128), default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(16), default="")  # answered | no_answer | refused | cancelled
    visit: Mapped[QueueVisit] = relationship(back_populates="rings", lazy="raise_on_sql")


class Continuation(Base):
    """Where a flow goes on after the dialplan has run a long application for it."""

    __tablename__ = "continuations"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(128), index=True)
    state: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
