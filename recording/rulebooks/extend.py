"""A rulebook that adds to another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recording.rulebooks.base import Model
from recording.rulebooks.model import Rulebook

_LISTS = {"cues": "id", "rules": "id", "behaviour": "id", "manual": "id", "sections": "name"}


def extended(base: Rulebook, own: Rulebook) -> dict[str, Any]:
    """``base`` with what ``own`` replaces, drops and adds, as data of a whole rulebook.

    What has the same id replaces in its place; anything else comes after; decoys of both are kept.
    """
    data: dict[str, Any] = {
        "name": own.name,
        "version": own.version,
        "effective_from": own.effective_from,
        "language": own.language,
        "title": own.title.model_dump(),
        "decoys": list(dict.fromkeys([*base.decoys, *own.decoys]))[:400],
    }
    for field, key in _LISTS.items():
        data[field] = _merged(getattr(base, field), getattr(own, field), key, own.drop)
    return data


def _merged(base: Sequence[Model], own: Sequence[Model], key: str, drop: Sequence[str]) -> list[dict[str, Any]]:
    new = {getattr(item, key): item for item in own}
    kept = [new.pop(getattr(item, key), item) for item in base if getattr(item, key) not in drop]
    return [item.model_dump() for item in [*kept, *new.values()]]
