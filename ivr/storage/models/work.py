"""What calls leave to be done: call notes, work orders, complaints, each with its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base


class WorkOrder(Base):
    """An open problem with an owner and a due time (F2)."""

    __tablename__ = "work_orders"
    __table_args__ = (Index("ix_work_orders_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default="open")  # open | doing | done | cancelled
    opened_by: Mapped[str] = mapped_column(String(64), index=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")  # what was done, or why nothing
    steps: Mapped[list[WorkOrderStep]] = relationship(lazy="raise_on_sql", order_by="WorkOrderStep.id")


class WorkOrderStep(Base):
    """One thing that was done to a work order."""

    __tablename__ = "work_order_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))  # after it
    text: Mapped[str] = mapped_column(Text, default="")


class Complaint(Base):
    """A caller's complaint: registered, investigated, answered in writing, followed up until he is content (F3)."""

    __tablename__ = "complaints"
    __table_args__ = (Index("ix_complaints_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)  # complained of; "" nobody
    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200), default="")  # where the answer goes; blanked with the recordings
    owner: Mapped[str] = mapped_column(String(64), default="", index=True)  # who investigates
    # registered | investigating | answered | content | closed | withdrawn
    state: Mapped[str] = mapped_column(String(16), default="registered")
    registered_by: Mapped[str] = mapped_column(String(64), index=True)
    registered_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]  # of the written answer that is owed
    account: Mapped[str] = mapped_column(Text, default="")  # the agent's own, in writing (F5)
    accounted_at: Mapped[datetime | None]
    findings: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(String(32), default="")  # class
    answer: Mapped[str] = mapped_column(Text, default="")  # the newest
    answered_by: Mapped[str] = mapped_column(String(64), default="")
    answered_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    feedback_to: Mapped[str] = mapped_column(String(200), default="")
    feedback: Mapped[str] = mapped_column(Text, default="")
    fed_back_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    steps: Mapped[list[ComplaintStep]] = relationship(lazy="raise_on_sql", order_by="ComplaintStep.id")


class ComplaintStep(Base):
    """One thing that was done to a complaint."""

    __tablename__ = "complaint_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))  # after it
    text: Mapped[str] = mapped_column(Text, default="")


class CallNote(Base):
    """What a call was about: problem, solution, the caller's opinion (F2). A later note adds to it."""

    __tablename__ = "call_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(Text)
    solution: Mapped[str] = mapped_column(Text, default="")
    opinion: Mapped[str] = mapped_column(Text, default="")
    solved: Mapped[bool | None]  # None: not known yet


__all__ = ["CallNote", "Complaint", "ComplaintStep", "WorkOrder", "WorkOrderStep"]
