"""People's part of quality work: reviews, disputes, calibration, notes to agents, spot checks, entered figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base


class Calibration(Base):
    """A session in which several reviewers score the same calls, unseen by each other."""

    __tablename__ = "calibrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="open")  # open | closed
    reviewers: Mapped[list[Any]]  # names
    opened_by: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    calls: Mapped[list[CalibrationCall]] = relationship(lazy="raise_on_sql", order_by="CalibrationCall.id")


class CalibrationCall(Base):
    """One of the calls of a session."""

    __tablename__ = "calibration_calls"
    __table_args__ = (UniqueConstraint("calibration_id", "call_id", "agent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), default="")


class Review(Base):
    """One person's scorecard of one agent's part in one call; the automatic score stays as it is."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(String(160), unique=True)  # what there is only one of: first:CALL:AGENT, ...
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)
    run: Mapped[str] = mapped_column(String(32), default="")  # the judging it was made beside
    rulebook: Mapped[str] = mapped_column(String(64), default="")
    rulebook_version: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(16), index=True)  # first | second | calibration
    source: Mapped[str] = mapped_column(String(16), default="")  # spot | chosen | dispute | calibration
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("calibrations.id"), index=True)
    reviewer: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default="draft")  # draft | submitted | discarded
    opened_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    points: Mapped[float | None]
    possible: Mapped[float | None]
    failed_all: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(Text, default="")
    items: Mapped[list[ReviewItem]] = relationship(lazy="raise_on_sql", order_by="ReviewItem.id")


class ReviewItem(Base):
    """One item of a review, with what the machine had found at that time."""

    __tablename__ = "review_items"
    __table_args__ = (UniqueConstraint("review_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), index=True)
    item: Mapped[str] = mapped_column(String(64), index=True)
    norm: Mapped[str] = mapped_column(String(16), default="")
    section: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[dict[str, Any]]  # {"en", "zh"}
    weight: Mapped[float]
    fail_all: Mapped[bool] = mapped_column(default=False)
    manual: Mapped[bool] = mapped_column(default=False)
    automatic: Mapped[str] = mapped_column(String(16))  # pass | fail | not_applicable | undecided
    value: Mapped[str] = mapped_column(String(16), default="")  # pass | fail | not_applicable; "" = not judged
    reason: Mapped[str] = mapped_column(Text, default="")  # of an override
    comment: Mapped[str] = mapped_column(Text, default="")


class Dispute(Base):
    """An agent's objection to one item; there is one for an item at most."""

    __tablename__ = "disputes"
    __table_args__ = (UniqueConstraint("call_id", "agent", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), index=True)
    item: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    reason: Mapped[str] = mapped_column(Text)
    disputed: Mapped[str] = mapped_column(String(16))  # the value objected to
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))  # None: the machine's verdict
    first_reviewer: Mapped[str] = mapped_column(String(64), default="")  # "": the machine
    second_review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    second_reviewer: Mapped[str] = mapped_column(String(64), default="")
    second_value: Mapped[str] = mapped_column(String(16), default="")
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[str] = mapped_column(String(16), default="")  # that counts in the end; "" while undecided


class Note(Base):
    """A coaching note, a commendation, a private warning, or the next step that three of a kind led to."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # coaching | commendation | warning
    step: Mapped[bool] = mapped_column(default=False)  # a next step taken for commendations or warnings
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    author: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    item: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")  # the agent's own account (F5)
    closed_at: Mapped[datetime | None]


class SpotDraw(Base):
    """One drawing of lots: the days of one part of a month, for one agent."""

    __tablename__ = "spot_draws"
    __table_args__ = (UniqueConstraint("site", "agent", "month", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(64), index=True)
    month: Mapped[str] = mapped_column(String(7), index=True)  # YYYY-MM
    part: Mapped[int]  # 0 is the first
    quota: Mapped[int]  # calls a month
    wanted: Mapped[int]  # calls this drawing was to give
    candidates: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the candidates' linkedids
    method: Mapped[str] = mapped_column(String(16))
    drawn_by: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]
    checks: Mapped[list[SpotCheck]] = relationship(lazy="raise_on_sql", order_by="SpotCheck.ticket")


class SpotCheck(Base):
    """A call that was drawn."""

    __tablename__ = "spot_checks"
    __table_args__ = (UniqueConstraint("draw_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("spot_draws.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64))
    ticket: Mapped[str] = mapped_column(String(64))


class Figure(Base):
    """A figure of the monthly sheet that only people can enter (B4): complaints, knowledge test, ..."""

    __tablename__ = "figures"
    __table_args__ = (UniqueConstraint("agent", "month", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7), index=True)
    name: Mapped[str] = mapped_column(String(32))
    value: Mapped[float]
    source: Mapped[str] = mapped_column(String(200), default="")
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]
