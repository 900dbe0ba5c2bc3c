"""What quality assurance found: jobs, transcripts, verdicts, automatic scores."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base

if TYPE_CHECKING:
    from ivr.storage.models.recordings import Recording


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
    # the pass restricted to a rulebook's phrases, in the form of words; None when it was not made
    grammar_words: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    # what else a judgement needs of it: duration, phrases of the grammar pass; None in rows that did not keep it
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # text and words, empty above then
    created_at: Mapped[datetime]
    recording: Mapped[Recording] = relationship(back_populates="transcripts", lazy="raise_on_sql")
    locked = ""  # why the words cannot be read here: locked | damaged


class Verdict(Base):
    """One rule's judgement of one call; judging again adds rows and keeps the old."""

    __tablename__ = "verdicts"
    __table_args__ = (Index("ix_verdicts_rule_value_call_id", "rule", "value", "call_id"),)  # calls with a hit

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    agent: Mapped[str] = mapped_column(String(64), default="")
    run: Mapped[str] = mapped_column(String(32), index=True)  # one judging of one call
    rule: Mapped[str] = mapped_column(String(64), index=True)
    norm: Mapped[str] = mapped_column(String(16), default="")  # id in the service norms, e.g. C1
    kind: Mapped[str] = mapped_column(String(16), default="phrase", server_default="phrase")  # phrase | behaviour
    forbidden: Mapped[bool] = mapped_column(default=False)
    # said | not_said | cannot_tell | not_applicable; of behaviour met | not_met instead of the first two
    value: Mapped[str] = mapped_column(String(16), index=True)
    passed: Mapped[bool | None]  # None when it cannot be told
    score: Mapped[float | None]  # 0..100
    start_s: Mapped[float | None]  # from the recording's first frame
    end_s: Mapped[float | None]
    evidence: Mapped[dict[str, Any]]  # heard, phrase, missing, reason, by
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the whole evidence; its words are then empty above
    rulebook: Mapped[str] = mapped_column(String(64))
    rulebook_version: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(128))
    thresholds: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    locked = ""  # why the evidence cannot be read here: locked | damaged


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
