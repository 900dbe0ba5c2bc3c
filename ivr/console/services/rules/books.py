"""Rulebooks as people read them: which is in force, and its items."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.rules import shelf
from ivr.console.services.rules.items import ItemTold, item_told
from ivr.console.services.trends.period import Wanted, ground
from ivr.core.language import Text
from ivr.reports.trends import read
from recording.errors import NoRulebook
from recording.rulebooks.shelf import Edition

LATELY = timedelta(days=30)


class EditionTold(BaseModel):
    """One version of one rulebook."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    effective_from: date | None = Field(description="first day of the calls it judges; null: from ever")
    language: str
    own: bool = Field(description="whether it is the site's, not one that comes with the project")
    in_force: bool = Field(description="whether it judges today's calls")


class SectionTold(BaseModel):
    """A section of the scorecard."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str


class BookTold(BaseModel):
    """A rulebook with its items."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    full_version: str = Field(description="with the hash of its text, as verdicts keep it")
    title: str
    language: str
    effective_from: date | None
    own: bool
    in_force: bool
    extends: str
    sections: list[SectionTold]
    items: list[ItemTold]
    points: float = Field(description="weights of all items")


async def editions(console: Console, who: Person) -> list[EditionTold]:
    """Every version of every rulebook, and which is in force today.

    Raises:
        Forbidden: if he may not see rules.
    """
    who.must(Permission.RULES)
    forced = await _in_force(console)
    return [_edition(one, forced) for one in await shelf.editions(console)]


async def book(console: Console, who: Person, name: str, version: str = "") -> BookTold:
    """A rulebook's items, with what they came to lately.

    Args:
        version: the one in force today when empty.

    Raises:
        Forbidden: if he may not see rules.
        NotFound: if there is none.
        RulebookError: if it has errors.
    """
    who.must(Permission.RULES)
    found = await shelf.edition(console, name, version)
    told = await shelf.rulebook(console, found)
    today = console.clock.now().astimezone(console.zone).date()
    since = today - LATELY + timedelta(days=1)
    here = await ground(console, Wanted(period="days", since=since.isoformat(), until=today.isoformat()))
    async with console.database.read() as session:
        lately = await read.items(session, here.span)
    return BookTold(
        name=told.name,
        version=told.version,
        full_version=told.full_version,
        title=str(told.title.text),
        language=told.language,
        effective_from=found.effective_from,
        own=found.own,
        in_force=found.path in await _in_force(console),
        extends=told.extends,
        sections=[SectionTold(name=one.name, title=str(one.title.text)) for one in told.sections],
        items=[item_told(one, told, lately.get(one.id), since) for one in told.items],
        points=sum(one.weight for one in told.items),
    )


async def item(console: Console, who: Person, name: str, item_id: str, version: str = "") -> tuple[BookTold, ItemTold]:
    """One item, and the rulebook it stands in.

    Raises:
        Forbidden: if he may not see rules.
        NotFound: if there is none.
    """
    told = await book(console, who, name, version)
    for one in told.items:
        if one.id == item_id:
            return told, one
    raise NotFound(Text(f"no item {item_id!r:.60} in {name:.60}", f"话术规则 {name:.60} 中没有 {item_id!r:.60}"))


async def _in_force(console: Console) -> set[Path]:
    """The files that judge today's calls, one a rulebook."""
    found: set[Path] = set()
    for name in {one.name for one in await shelf.editions(console)}:
        try:
            found.add((await shelf.edition(console, name)).path)
        except (NotFound, NoRulebook):
            continue
    return found


def _edition(one: Edition, forced: set[Path]) -> EditionTold:
    return EditionTold(
        name=one.name,
        version=one.version,
        effective_from=one.effective_from,
        language=one.language,
        own=one.own,
        in_force=one.path in forced,
    )


__all__ = ["BookTold", "EditionTold", "SectionTold", "book", "editions", "item"]
