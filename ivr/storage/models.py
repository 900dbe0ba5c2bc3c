"""Tables, in the order in which one call meets them.

All times are UTC; columns ending in ``_s`` are seconds. Text that callers supplied (numbers, names)
is data only: it names no file and enters no command.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC time with microseconds, in databases with and without zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive time: give a timezone-aware one")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table. Constraints have names, so that a migration can change them in any database.

    Relations are loaded with the row or not at all: touching one that was not asked for raises.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()}


class Call(Base):
    """One caller's call, from the first ring to the last party's hang-up."""

    __tablename__ = "calls"

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
    # answered | abandoned | voicemail | self_service | closed | failed | interrupted; "" while under way
    outcome: Mapped[str] = mapped_column(String(16), default="", index=True)
    hung_up_by: Mapped[str] = mapped_column(String(16), default="")  # caller | agent | system
    # what was heard on the way and from which outcome, hung_up_by and start times are concluded
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    legs: Mapped[list[Leg]] = relationship(back_populates="call", lazy="raise_on_sql", order_by="Leg.started_at")
    steps: Mapped[list[Step]] = relationship(back_populates="call", lazy="raise_on_sql", order_by="Step.seq")
    visits: Mapped[list[QueueVisit]] = relationship(
        back_populates="call", lazy="raise_on_sql", order_by="QueueVisit.joined_at"
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
    completed_at: Mapped[datetime | None]
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


class Recording(Base):
    """The ledger: one sound file of one party."""

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    linkedid: Mapped[str] = mapped_column(String(128), index=True)
    uniqueid: Mapped[str] = mapped_column(String(128), index=True)
    role: Mapped[str] = mapped_column(String(16))  # caller | agent | voicemail
    agent: Mapped[str] = mapped_column(String(64), default="")
    file: Mapped[str] = mapped_column(String(255), unique=True)  # relative to the recordings folder
    started_at: Mapped[datetime | None]  # of the first frame
    closed_at: Mapped[datetime | None]
    rate: Mapped[int | None]  # Hz
    frames: Mapped[int | None]  # samples per channel
    bytes: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="closed")  # open | closed | missing | broken
    gap_cause: Mapped[str] = mapped_column(String(64), default="")
    call: Mapped[Call | None] = relationship(back_populates="recordings", lazy="raise_on_sql")
    transcripts: Mapped[list[Transcript]] = relationship(
        back_populates="recording", lazy="raise_on_sql", order_by="Transcript.id"
    )


class Job(Base):
    """Work on one call's recordings; the row is the truth, not the worker."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "call_id"), Index("ix_jobs_state_kind", "state", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # judge
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="queued")  # queued | running | done | failed | quarantined
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Transcript(Base):
    """What one party said, as one model heard it."""

    __tablename__ = "transcripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    model: Mapped[str] = mapped_column(String(128))
    pipeline: Mapped[str] = mapped_column(String(32))  # version of our own processing
    text: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[list[Any]]  # [{"word", "start", "end", "conf"}], seconds from the file's first frame
    speech: Mapped[list[Any]]  # [[start, end], ...] seconds of speech
    snr_db: Mapped[float | None]
    created_at: Mapped[datetime]
    recording: Mapped[Recording] = relationship(back_populates="transcripts", lazy="raise_on_sql")


class Verdict(Base):
    """One rule's judgement of one call; judging again adds rows and keeps the old."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    agent: Mapped[str] = mapped_column(String(64), default="")
    run: Mapped[str] = mapped_column(String(32), index=True)  # one judging of one call
    rule: Mapped[str] = mapped_column(String(64), index=True)
    norm: Mapped[str] = mapped_column(String(16), default="")  # id in the service norms, e.g. C1
    forbidden: Mapped[bool] = mapped_column(default=False)
    value: Mapped[str] = mapped_column(String(16), index=True)  # said | not_said | cannot_tell
    passed: Mapped[bool | None]  # None when it cannot be told
    score: Mapped[float | None]  # 0..100
    start_s: Mapped[float | None]  # from the recording's first frame
    end_s: Mapped[float | None]
    evidence: Mapped[dict[str, Any]]  # heard, phrase, missing, reason, by
    rulebook: Mapped[str] = mapped_column(String(64))
    rulebook_version: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(128))
    thresholds: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Score(Base):
    """An automatic scorecard of one agent's part in one call."""

    __tablename__ = "scores"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)
    run: Mapped[str] = mapped_column(String(32), index=True)
    points: Mapped[float]
    possible: Mapped[float]
    failed_all: Mapped[bool] = mapped_column(default=False)
    items: Mapped[list[Any]]  # [{"rule", "weight", "points", "value", "fail_all"}]
    rulebook: Mapped[str] = mapped_column(String(64))
    rulebook_version: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Audit(Base):
    """Who did what to which record; each row's hash covers the row before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(String(128))
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
