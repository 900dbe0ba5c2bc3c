"""The knowledge base (norm F6): scripts and standard answers, in several languages, with their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.storage.models.base import Base


class Article(Base):
    """One script, answer or guide."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # script | answer | guide
    state: Mapped[str] = mapped_column(String(16), index=True)  # draft | published | retired
    norms: Mapped[list[Any]]  # ids in the service norms
    queues: Mapped[list[Any]]  # names of queues; empty: all
    review_by: Mapped[str] = mapped_column(String(10), default="")  # YYYY-MM-DD, to be looked at by then (F8)
    author: Mapped[str] = mapped_column(String(64))  # of the newest version
    version: Mapped[int]  # 1 is the first
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    texts: Mapped[list[ArticleText]] = relationship(
        lazy="raise_on_sql", order_by="ArticleText.language", cascade="all, delete-orphan"
    )


class ArticleText(Base):
    """An article in one language."""

    __tablename__ = "article_texts"
    __table_args__ = (UniqueConstraint("article_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    language: Mapped[str] = mapped_column(String(16))  # zh-CN | en-US | ko-KR
    title: Mapped[str] = mapped_column(String(200))
    keywords: Mapped[list[Any]]
    body: Mapped[str] = mapped_column(Text)


class ArticleVersion(Base):
    """An article as it was; nothing of its history is ever changed."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(200), default="")  # what was changed
    content: Mapped[dict[str, Any]]


class ArticleOpening(Base):
    """How often an article was opened on one day: what is asked most."""

    __tablename__ = "article_openings"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True, index=True)  # YYYY-MM-DD, UTC
    times: Mapped[int]


__all__ = ["Article", "ArticleOpening", "ArticleText", "ArticleVersion"]
