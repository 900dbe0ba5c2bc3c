"""Articles with their texts, their history, and how often they are opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.inserts import insert_new
from ivr.storage.models import Article, ArticleOpening, ArticleVersion

MOST = 2000  # articles


async def find(session: AsyncSession, slug: str, *, lock: bool = False) -> Article | None:
    """The article of that name with its texts; ``lock`` holds it until the transaction ends."""
    query = _whole().where(Article.slug == slug)
    return await session.scalar(query.with_for_update(of=Article) if lock else query)


async def add(session: AsyncSession, article: Article) -> Article:
    """Keep a new article; returns it with its id."""
    session.add(article)
    await session.flush()
    return article


async def all_articles(session: AsyncSession) -> Sequence[Article]:
    """All articles with their texts, in order of name, at most ``MOST``."""
    return (await session.scalars(_whole().order_by(Article.slug).limit(MOST))).all()


async def count(session: AsyncSession) -> int:
    """How many articles there are."""
    return await session.scalar(select(func.count()).select_from(Article)) or 0


async def state_of_shelf(session: AsyncSession) -> tuple[int, int, datetime | None]:
    """What changes when any article does: how many there are, all their versions added up, the newest change."""
    query = select(func.count(), func.coalesce(func.sum(Article.version), 0), func.max(Article.updated_at))
    found = (await session.execute(query)).one()
    return int(found[0]), int(found[1]), found[2]


async def keep_version(session: AsyncSession, version: ArticleVersion) -> None:
    """Add to an article's history."""
    session.add(version)
    await session.flush()


async def versions(session: AsyncSession, article_id: int, *, limit: int = 100) -> Sequence[ArticleVersion]:
    """An article's history, the newest first."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return (await session.scalars(query.order_by(ArticleVersion.number.desc()).limit(limit))).all()


async def version(session: AsyncSession, article_id: int, number: int) -> ArticleVersion | None:
    """An article as it was."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id, ArticleVersion.number == number)
    return await session.scalar(query)


async def opened(session: AsyncSession, article_id: int, day: str) -> None:
    """Count one more opening on a day (YYYY-MM-DD)."""
    if not await insert_new(session, ArticleOpening, {"article_id": article_id, "day": day, "times": 1}):
        await session.execute(
            update(ArticleOpening)
            .where(ArticleOpening.article_id == article_id, ArticleOpening.day == day)
            .values(times=ArticleOpening.times + 1)
            .execution_options(synchronize_session=False)
        )


async def openings(session: AsyncSession, since: str) -> dict[int, int]:
    """How often each article was opened from a day on, by its id."""
    query = (
        select(ArticleOpening.article_id, func.sum(ArticleOpening.times))
        .where(ArticleOpening.day >= since)
        .group_by(ArticleOpening.article_id)
    )
    return {article: int(times) for article, times in await session.execute(query)}


def _whole() -> Select[Article]:
    return select(Article).options(selectinload(Article.texts))


__all__ = [
    "MOST",
    "add",
    "all_articles",
    "count",
    "find",
    "keep_version",
    "opened",
    "openings",
    "state_of_shelf",
    "version",
    "versions",
]
