"""The ledger of sound files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base

if TYPE_CHECKING:
    from ivr.storage.models.calls import Call
    from ivr.storage.models.quality import Transcript


ROLES = frozenset({"caller", "agent", "supervisor", "voicemail", "statement"})
"""Whose words, or which, a sound file holds."""

MESSAGES = frozenset({"voicemail", "statement"})
"""What callers say after a tone, on purpose; the others are the parties of a talk."""


class Recording(Base):
    """The ledger: one sound file of one party."""

    __tablename__ = "recordings"
    __table_args__ = (Index("ix_recordings_state_accepted", "state", "accepted"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    linkedid: Mapped[str] = mapped_column(String(128), index=True)
    uniqueid: Mapped[str] = mapped_column(String(128), index=True)
    role: Mapped[str] = mapped_column(String(16))  # one of ROLES
    agent: Mapped[str] = mapped_column(String(64), default="")
    file: Mapped[str] = mapped_column(String(255), unique=True)  # relative to the recordings folder
    started_at: Mapped[datetime | None]  # of the first frame
    closed_at: Mapped[datetime | None]
    rate: Mapped[int | None]  # Hz
    frames: Mapped[int | None]  # samples per channel
    bytes: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="closed")
    # state: open | closed | missing | broken | refused | deleting | deleted
    gap_cause: Mapped[str] = mapped_column(String(64), default="")
    # stretches without sound and why: {"cause": paused | no media, "start_s", "end_s" in the file (null: unknown), ...}
    gaps: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    # how the file or the row came to differ from what was recorded: mended, redacted, deleted and why
    note: Mapped[str] = mapped_column(String(255), default="", server_default="")
    accepted: Mapped[str] = mapped_column(String(255), default="", server_default="")  # why a fault stays as it is
    sealed_at: Mapped[datetime | None]  # the file is encrypted since then, named file + ".sealed"
    redacted_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    call: Mapped[Call | None] = relationship(back_populates="recordings", lazy="raise_on_sql")
    transcripts: Mapped[list[Transcript]] = relationship(
        back_populates="recording", lazy="raise_on_sql", order_by="Transcript.id"
    )


class Pause(Base):
    """A stretch of a call in which every recorder writes silence."""

    __tablename__ = "pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(128), index=True)
    started_at: Mapped[datetime]
    until: Mapped[datetime]  # ends by itself then
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(16))  # agent | input | card | api
    by: Mapped[str] = mapped_column(String(64), default="")  # the agent's id, the step's name, who asked
    ended_by: Mapped[str] = mapped_column(String(16), default="")  # agent | flow | api | limit | call
    # what asked for its begin and its end, so that nothing asked once is done twice
    begun_on: Mapped[str] = mapped_column(String(128), default="", index=True)
    ended_on: Mapped[str] = mapped_column(String(128), default="", index=True)


class LegalHold(Base):
    """Nothing of a call is deleted while a hold on it is not released."""

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    reason: Mapped[str] = mapped_column(String(255))
    actor: Mapped[str] = mapped_column(String(64))
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(String(64), default="")
    release_reason: Mapped[str] = mapped_column(String(255), default="")
