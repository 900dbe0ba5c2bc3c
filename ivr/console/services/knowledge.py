"""The knowledge base (F6): everybody reads, leads write; what is opened most is what is asked most."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.knowledge import finding, keeping, markup
from ivr.console.knowledge.content import KINDS, STATES, Content, Kind, State
from ivr.console.knowledge.finding import Shelf
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.knowledge import articles as rows
from ivr.storage.models import Article

LISTED = 100  # articles
FREQUENT_OVER = timedelta(days=30)
_TALKS = {"zh": "zh-CN", "en": "en-US"}
_CUT = 160


class Brief(BaseModel):
    """An article in a list, in the language of who asks where there is such a text."""

    model_config = ConfigDict(frozen=True)

    slug: str
    title: str
    language: str = Field(description="of the title: zh-CN, en-US or ko-KR")
    languages: list[str]
    beginning: str = Field(description="of its text")
    kind: str
    kind_name: str
    state: str
    state_name: str
    norms: list[str]
    queues: list[str]
    review_by: date | None
    overdue: bool = Field(description="it was to be looked at again by now")
    updated_at: datetime
    author: str
    opened: int = Field(description="in the last 30 days")


class Past(BaseModel):
    """One version of an article."""

    model_config = ConfigDict(frozen=True)

    number: int
    at: datetime
    by: str
    note: str


class Told(BaseModel):
    """An article, whole."""

    model_config = ConfigDict(frozen=True)

    slug: str
    version: int = Field(description="to be given back when it is changed")
    content: Content
    kind_name: str
    state_name: str
    author: str
    created_at: datetime
    updated_at: datetime
    overdue: bool
    opened: int
    history: list[Past] = Field(description="the newest first; only for those who may write")


async def search(
    console: Console,
    who: Person,
    *,
    query: str = "",
    norm: str = "",
    queue: str = "",
    kind: Kind | None = None,
    state: State | None = None,
    overdue: bool = False,
    limit: int = LISTED,
) -> list[Brief]:
    """Articles that have the words, the best first; without words those opened most.

    Args:
        query: words in any language.
        norm: only those about this norm.
        queue: only those for this queue, or for all.
        state: only for those who may write; others find what is published.
        overdue: only those to be looked at again.

    Raises:
        Forbidden: if he may not read.
    """
    who.must(Permission.KNOWLEDGE)
    writes = who.may(Permission.KNOWLEDGE_WRITE)
    language = _TALKS[who.language]
    today = console.clock.now().astimezone(console.zone).date()
    here = await _shelf(console)
    async with console.database.read() as session:
        opened = await rows.openings(session, _since(console))
    wanted = finding.query_tokens(query)
    found: list[tuple[float, Brief]] = []
    for kept in here.articles:
        one = kept.article
        if one.state != "published" and not writes:
            continue
        if state is not None and writes and one.state != state:
            continue
        if (norm and norm not in one.norms) or (kind is not None and one.kind != kind):
            continue
        if queue and one.queues and queue not in one.queues:
            continue
        if overdue and not _overdue(one, today):
            continue
        worth = finding.score(kept, wanted, language) if wanted else 1.0
        if worth > 0 and (wanted or not query.strip()):
            found.append((worth, _brief(one, language, today, opened.get(one.id, 0))))
    found.sort(key=lambda pair: (-pair[0], -pair[1].opened, pair[1].slug))
    return [one for _, one in found[:limit]]


async def article(console: Console, who: Person, slug: str) -> Told:
    """One article; its history for those who may write.

    Raises:
        Forbidden: if he may not read.
        NotFound: if there is none, or it is not published and he may not write.
    """
    who.must(Permission.KNOWLEDGE)
    async with console.database.read() as session:
        found = await rows.find(session, slug)
        _must_see(who, found, slug)
        assert found is not None
        history = await rows.versions(session, found.id) if who.may(Permission.KNOWLEDGE_WRITE) else ()
        opened = await rows.openings(session, _since(console))
    past = [Past(number=one.number, at=one.at, by=one.by, note=one.note) for one in history]
    return _told(console, found, opened.get(found.id, 0), past)


async def opened(console: Console, who: Person, slug: str) -> None:
    """Count that an article was opened: what is opened most is asked most.

    Raises:
        Forbidden: if he may not read.
        NotFound: if there is none for him.
    """
    who.must(Permission.KNOWLEDGE)
    day = console.clock.now().date().isoformat()
    async with console.database.write() as session:
        found = await rows.find(session, slug)
        _must_see(who, found, slug)
        assert found is not None
        await rows.opened(session, found.id, day)


async def version(console: Console, who: Person, slug: str, number: int) -> Content:
    """An article as it was.

    Raises:
        Forbidden: if he may not write.
        NotFound: if there is no such version.
    """
    who.must(Permission.KNOWLEDGE_WRITE)
    async with console.database.read() as session:
        found = await rows.find(session, slug)
        past = None if found is None else await rows.version(session, found.id, number)
    if past is None:
        raise NotFound(Text(f"no version {number} of {slug!r:.70}", f"{slug!r:.70} 没有第 {number} 版"))
    return Content.model_validate(past.content)


async def save(console: Console, who: Person, slug: str, content: Content, *, seen: int, note: str = "") -> Told:
    """Make an article or change it; audited, and kept as a version.

    Args:
        seen: the version that was changed; 0 for a new article.
        note: what was changed.

    Raises:
        Forbidden: if he may not write.
        NotFound: if a version was seen, but there is no such article.
        Conflict: if somebody has changed it meanwhile.
        UsageError: if there are too many articles.
    """
    who.must(Permission.KNOWLEDGE_WRITE)
    now = console.clock.now()
    async with console.database.write() as session:
        found, changed = await keeping.save(session, slug, content, by=who.login, at=now, seen=seen, note=note[:200])
        if changed:
            await audit.append(
                session,
                actor=who.login,
                action="knowledge.save",
                object=f"article:{slug}",
                at=now,
                detail={"version": found.version, "state": found.state},
            )
    return await article(console, who, slug)


async def frequent(console: Console, who: Person, *, limit: int = 10) -> list[Brief]:
    """What was opened most in the last 30 days.

    Raises:
        Forbidden: if he may not read.
    """
    return [one for one in await search(console, who, limit=limit) if one.opened]


async def _shelf(console: Console) -> Shelf:
    """All articles in memory, read again when one has changed."""
    known: Shelf | None = console.parts.get("knowledge")
    async with console.database.read() as session:
        mark = await rows.state_of_shelf(session)
        if known is None or known.mark != mark:
            known = finding.shelf(mark, await rows.all_articles(session))
            console.parts["knowledge"] = known
    return known


def _must_see(who: Person, found: Article | None, slug: str) -> None:
    if found is None or (found.state != "published" and not who.may(Permission.KNOWLEDGE_WRITE)):
        raise NotFound(Text(f"no article {slug!r:.70}", f"没有文章 {slug!r:.70}"))


def _since(console: Console) -> str:
    return (console.clock.now() - FREQUENT_OVER).date().isoformat()


def _overdue(one: Article, today: date) -> bool:
    return bool(one.review_by) and one.state != "retired" and one.review_by < today.isoformat()


def _brief(one: Article, language: str, today: date, opened_times: int) -> Brief:
    text = min(one.texts, key=lambda text: (text.language != language, text.language != "zh-CN"))
    return Brief(
        slug=one.slug,
        title=text.title,
        language=text.language,
        languages=[text.language for text in one.texts],
        beginning=" ".join(line for block in markup.blocks(text.body) for line in block.lines)[:_CUT],
        kind=one.kind,
        kind_name=str(KINDS[one.kind]),
        state=one.state,
        state_name=str(STATES[one.state]),
        norms=[str(norm) for norm in one.norms],
        queues=[str(queue) for queue in one.queues],
        review_by=date.fromisoformat(one.review_by) if one.review_by else None,
        overdue=_overdue(one, today),
        updated_at=one.updated_at,
        author=one.author,
        opened=opened_times,
    )


def _told(console: Console, one: Article, opened_times: int, history: list[Past]) -> Told:
    today = console.clock.now().astimezone(console.zone).date()
    return Told(
        slug=one.slug,
        version=one.version,
        content=keeping.content_of(one),
        kind_name=str(KINDS[one.kind]),
        state_name=str(STATES[one.state]),
        author=one.author,
        created_at=one.created_at,
        updated_at=one.updated_at,
        overdue=_overdue(one, today),
        opened=opened_times,
        history=history,
    )


__all__ = ["LISTED", "Brief", "Past", "Told", "article", "frequent", "opened", "save", "search", "version"]
