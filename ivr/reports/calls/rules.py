"""Rules by which calls were judged, with their titles; to choose from in a filter."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.storage.models import JudgedBy

MOST = 60  # rulebooks, the newest


async def rule_titles(session: AsyncSession) -> dict[str, Text]:
    """Titles by name, as the newest rulebook that judged has them, in its order."""
    query = select(JudgedBy.content).where(JudgedBy.kind == "rulebook").order_by(JudgedBy.id.desc()).limit(MOST)
    found: dict[str, Text] = {}
    for content in await session.scalars(query):
        for name, title in _rules(content):
            found.setdefault(name, title)
    return found


def _rules(content: str) -> list[tuple[str, Text]]:
    try:
        data = json.loads(content)
    except ValueError:
        return []
    rows = [one for key in ("rules", "behaviour") for one in _list(data, key) if isinstance(one, dict)]
    return [(str(one["id"])[:64], _text(one.get("title"), str(one["id"]))) for one in rows if one.get("id")]


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _text(value: Any, name: str) -> Text:
    value = value if isinstance(value, dict) else {}
    english = str(value.get("en") or value.get("zh") or name)
    return Text(english, str(value.get("zh") or english))


__all__ = ["rule_titles"]
