"""Settings of two versions of the same thing, and their values in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from typing import Any

from pydantic import BaseModel

from dialplan.differing.change import plain
from ivr.core.language import Text

MAX_SHOWN = 120


def changed_settings(
    old: BaseModel, new: BaseModel, *, skipped: Collection[str] = (), before: str = ""
) -> Iterator[tuple[str, Text, Text]]:
    """Name, old value and new value of each setting that differs; settings inside settings by ``outer.inner``."""
    for name in type(new).model_fields:
        if name in skipped:
            continue
        was, now = getattr(old, name, None), getattr(new, name)
        if was == now:
            continue
        if isinstance(was, BaseModel) and isinstance(now, BaseModel) and type(was) is type(now):
            yield from changed_settings(was, now, before=f"{before}{name}.")
        elif isinstance(was, Mapping) and isinstance(now, Mapping):
            for key in sorted({*was, *now}, key=str):
                if was.get(key) != now.get(key):
                    yield f"{before}{name}.{key}", shown(was.get(key)), shown(now.get(key))
        else:
            yield f"{before}{name}", shown(was), shown(now)


def shown(value: Any) -> Text:
    """A value as the admin would write it, at most ``MAX_SHOWN`` characters of it."""
    match value:
        case None | "" | [] | {}:
            return Text("none", "无")
        case bool():
            return Text("yes", "是") if value else Text("no", "否")
        case _:
            text = _written(value)
            return plain(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…")


def _written(value: Any) -> str:
    match value:
        case BaseModel():
            given = {name: getattr(value, name) for name in value.model_fields_set}
            return _written(given)
        case Mapping():
            return ", ".join(f"{key}: {_written(one)}" for key, one in value.items())
        case list() | tuple():
            return ", ".join(_written(one) for one in value)
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


__all__ = ["MAX_SHOWN", "changed_settings", "shown"]
