"""What people did in quality work: reviews, disputes, calibration sessions, notes, spot checks, entered figures."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""

__all__ = ["Session"]
