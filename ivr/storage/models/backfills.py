"""Work on old rows that a newer version of the tables asks for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class Backfill(Base):
    """One such piece of work; a migration enters it, and it goes on where it was left."""

    __tablename__ = "backfills"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)  # talks
    reached: Mapped[int] = mapped_column(default=0)  # id of the last row that was looked at
    done_at: Mapped[datetime | None]


__all__ = ["Backfill"]
