"""Business hours that somebody has opened or closed by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class HoursSwitch(Base):
    """One time that hours were switched by hand, until somebody gave them back to the schedule or switched again."""

    __tablename__ = "hours_switches"

    id: Mapped[int] = mapped_column(primary_key=True)
    hours: Mapped[str] = mapped_column(String(64), index=True)  # their name in the site
    position: Mapped[str] = mapped_column(String(8))  # open | closed
    began_at: Mapped[datetime]
    until: Mapped[datetime | None]  # ends by itself; None: not before somebody says so
    ended_at: Mapped[datetime | None] = mapped_column(index=True)  # with `until` past, it is over all the same
    # phone:<agent> | api:<who>
    by: Mapped[str] = mapped_column(String(80))
    ended_by: Mapped[str] = mapped_column(String(80), default="")


__all__ = ["HoursSwitch"]
