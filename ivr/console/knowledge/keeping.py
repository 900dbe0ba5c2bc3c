"""Keeping an article: every change is a version, and nobody overwrites what he has not seen."""

from __future__ import annotations

from datetime import date, datetime

from ivr.console.errors import Conflict, NotFound
from ivr.console.knowledge.content import Content, Version
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.knowledge import articles as rows
from ivr.storage.models import Article, ArticleText, ArticleVersion
from ivr.storage.work import Session


async def save(
    session: Session, slug: str, content: Content, *, by: str, at: datetime, seen: int, note: str = ""
) -> tuple[Article, bool]:
    """Make an article, or its next version; the article, and whether anything has changed.

    Args:
        by: who.
        seen: the version he has changed; 0: there was none.
        note: what he changed.

    Raises:
        NotFound: if a version was seen, but there is no such article.
        Conflict: if it has another version by now.
        UsageError: if there are too many articles.
    """
    article = await rows.find(session, slug, lock=True)
    if article is None:
        if seen:
            raise NotFound(Text(f"no article {slug!r:.70}", f"没有文章 {slug!r:.70}"))
        if await rows.count(session) >= rows.MOST:
            raise UsageError(
                Text(f"there are {rows.MOST} articles already", f"文章已达 {rows.MOST} 篇"),
                cure=Text("change or merge older ones", "请修改或合并旧文章"),
            )
        article = Article(
            slug=slug,
            kind=content.kind,
            state=content.state,
            norms=list(content.norms),
            queues=list(content.queues),
            review_by=_day(content.review_by),
            author=by,
            version=1,
            created_at=at,
            updated_at=at,
            texts=_texts(content),
        )
        await rows.add(session, article)
    else:
        if article.version != seen:
            raise _conflict(article)
        if content_of(article) == content:
            return article, False
        article.kind, article.state = content.kind, content.state
        article.norms, article.queues = list(content.norms), list(content.queues)
        article.review_by = _day(content.review_by)
        article.author, article.updated_at = by, at
        article.version += 1
        _change_texts(article, content)
    await rows.keep_version(
        session,
        ArticleVersion(
            article_id=article.id,
            number=article.version,
            at=at,
            by=by,
            note=note,
            content=content.model_dump(mode="json"),
        ),
    )
    return article, True


def content_of(article: Article) -> Content:
    """An article as people write it."""
    return Content.model_validate(
        {
            "kind": article.kind,
            "state": article.state,
            "norms": article.norms,
            "queues": article.queues,
            "review_by": article.review_by or None,
            "texts": {
                one.language: {"title": one.title, "keywords": one.keywords, "body": one.body} for one in article.texts
            },
        }
    )


def _conflict(article: Article) -> Conflict:
    return Conflict(
        Text(
            f"article {article.slug} has version {article.version} by now, of {article.author:.40}",
            f"文章 {article.slug} 已由 {article.author:.40} 更新为第 {article.version} 版",
        ),
        cure=Text("read it again and make your change there", "请重新打开后再修改"),
    )


def _change_texts(article: Article, content: Content) -> None:
    before = {one.language: one for one in article.texts}
    for language, said in content.texts.items():
        row = before.pop(language, None)
        if row is None:
            article.texts.append(_text(language, said))
        else:
            row.title, row.keywords, row.body = said.title, list(said.keywords), said.body
    for row in before.values():
        article.texts.remove(row)


def _texts(content: Content) -> list[ArticleText]:
    return [_text(language, said) for language, said in content.texts.items()]


def _text(language: str, said: Version) -> ArticleText:
    return ArticleText(language=language, title=said.title, keywords=list(said.keywords), body=said.body)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


__all__ = ["content_of", "save"]
