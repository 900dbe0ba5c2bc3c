"""What calls leave to be done, as rows: work orders, complaints, call notes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""

__all__ = ["Session"]
