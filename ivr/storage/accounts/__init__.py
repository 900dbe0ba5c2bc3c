"""Accounts of the console, their sessions, tokens and one-time links, as rows.

Whatever is secret comes in and is looked for by its SHA-256.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""

__all__ = ["Session"]
