"""What calls are found by: tokens of what was said, facts of a call in one row, searches that somebody keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class RecordingTokens(Base):
    """Tokens of one recording's newest transcript, as ``ivr.storage.search`` cuts them; hashed where it is sealed.

    The index over them, ``call_words``, has a row for each call that has rows here. It is no table of this list: FTS5
    in SQLite (columns agent, caller, other), a tsvector in PostgreSQL (weights A, B, C).
    """

    __tablename__ = "recording_tokens"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    side: Mapped[str] = mapped_column(String(8))  # agent | caller | other
    row: Mapped[str] = mapped_column(Text)  # in order
    singles: Mapped[str] = mapped_column(Text)  # characters, once each


class CallFacts(Base):
    """What lists of calls show, filter and sort by, in one row for each call that is over; concluded from its story."""

    __tablename__ = "call_facts"
    __table_args__ = (
        Index("ix_call_facts_score", "score", "call_id"),
        Index("ix_call_facts_wait_s", "wait_s", "call_id"),
        Index("ix_call_facts_talk_s", "talk_s", "call_id"),
    )

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True, autoincrement=False)
    queue: Mapped[str] = mapped_column(String(64))  # the first he waited in
    agent: Mapped[str] = mapped_column(String(64))  # the last he talked to
    wait_s: Mapped[float]  # in queues
    talk_s: Mapped[float]  # with agents
    run: Mapped[str] = mapped_column(String(32))  # the newest judging; "" if it was never judged
    score: Mapped[float | None]  # 0..100, the lowest of its scorecards
    failed: Mapped[int]  # rules that were not kept
    unsure: Mapped[int]  # rules of which it cannot be told


class SavedSearch(Base):
    """Filters of the list of calls under a name."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("owner", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(48))  # login
    title: Mapped[str] = mapped_column(String(80))
    filters: Mapped[dict[str, Any]]  # as in the address of the page
    shared: Mapped[bool] = mapped_column(default=False, index=True)
    created_at: Mapped[datetime]


__all__ = ["CallFacts", "RecordingTokens", "SavedSearch"]
