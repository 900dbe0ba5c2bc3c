"""What calls were judged by: the texts of rulebooks and thresholds, kept as they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class JudgedBy(Base):
    """One text that judged calls; verdicts name it by version and hash (norm F8)."""

    __tablename__ = "judged_by"
    __table_args__ = (UniqueConstraint("kind", "name", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # rulebook | thresholds
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)  # JSON, whole: what it extended is in it
    first_used_at: Mapped[datetime]
