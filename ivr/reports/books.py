"""What a report takes from the rulebook that judged: the titles of sections, and why a person judges an item."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.storage import judged_by
from ivr.storage.models import Score
from recording.scorecards.score import GENERAL

_GENERAL = Text("General", "其他")


@dataclass(frozen=True, slots=True)
class Book:
    """Of one rulebook.

    Args:
        sections: titles by name, in their order.
        reasons: why a machine cannot judge a manual item, by its id.
    """

    sections: Mapping[str, Text] = field(default_factory=dict)
    reasons: Mapping[str, Text] = field(default_factory=dict)

    def section(self, name: str) -> Text:
        """A section's title; its name where the rulebook is not known."""
        return self.sections.get(name) or (_GENERAL if name == GENERAL else Text(name, name))


NO_BOOK = Book()


async def books_of(session: AsyncSession, scores: Iterable[Score]) -> dict[str, Book]:
    """The rulebooks of scores, by name and full version; those whose text was not kept are left out."""
    found: dict[str, Book] = {}
    for name, version in dict.fromkeys((row.rulebook, row.rulebook_version) for row in scores):
        digest = version.rpartition("+")[2] if "+" in version else ""
        row = await judged_by.find(session, "rulebook", name, digest) if digest else None
        if row is not None:
            found[f"{name} {version}"] = book_of(row.content)
    return found


def book_of(content: str) -> Book:
    """What the text of a rulebook, as JSON, says; nothing where it cannot be read."""
    try:
        data = json.loads(content)
    except ValueError:
        return NO_BOOK
    return Book(
        {str(one.get("name")): _text(one.get("title")) for one in _rows(data, "sections")},
        {str(one.get("id")): _text(one.get("reason")) for one in _rows(data, "manual")},
    )


def _rows(data: Any, key: str) -> list[dict[str, Any]]:
    rows = data.get(key) if isinstance(data, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(value: Any) -> Text:
    value = value if isinstance(value, dict) else {}
    return Text(str(value.get("en") or ""), str(value.get("zh") or value.get("en") or ""))
