"""Inserting a row only if it is new, in one statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Base

T = TypeVar("T", bound=Base)


async def insert_new(session: AsyncSession, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; True if it was inserted."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.__table__.primary_key)
    return (await session.execute(statement)).first() is not None


async def insert_all_new(session: AsyncSession, table: type[T], rows: Sequence[Mapping[str, Any]]) -> Sequence[T]:
    """Insert rows that have the same columns; gives those of which no row with the same unique key was there."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().returning(table)
    return (await session.scalars(statement, list(rows))).all()
