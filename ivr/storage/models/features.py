"""What was measured in the sound: of each recording, and of each agent's talk as it was judged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class RecordingFeatures(Base):
    """Voice, music and levels in one file; it outlives the file, so that judging again needs no sound."""

    __tablename__ = "recording_features"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    version: Mapped[str] = mapped_column(String(32))  # of the measurement
    track: Mapped[dict[str, Any]]  # recording.analytics.track.VoiceTrack.to_dict, seconds from the file's first frame
    created_at: Mapped[datetime]


class CallFeatures(Base):
    """One agent's talk with the caller, and how far its recognition can be believed, as one judging had them."""

    __tablename__ = "call_features"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))  # the agent's
    agent: Mapped[str] = mapped_column(String(64), default="", index=True)
    run: Mapped[str] = mapped_column(String(32), index=True)  # one judging of one call, as in verdicts
    health: Mapped[float | None]  # 0..100 of the agent's words; None when he hardly spoke
    caller_health: Mapped[float | None]
    health_detail: Mapped[dict[str, Any]]  # agent and caller: what the two figures were made of
    features: Mapped[dict[str, Any]]  # recording.analytics.features.CallFeatures.to_dict, seconds of the call
    created_at: Mapped[datetime]
