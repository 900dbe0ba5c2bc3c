"""JSON Schema (2020-12) of a site and of each of its files, for editors: completion, descriptions, mistakes at once.

The check reads every scalar of a file as text; an editor takes ``6001`` for a number. So wherever text may look like
a number, the schemas here allow both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from pydantic import TypeAdapter

from dialplan.manual_zh import ZH
from dialplan.model import Flow, Site
from dialplan.places import PARTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SchemaLanguage = Literal["en", "zh"]

_CLOCK = r"^(([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?)$"
_ELSEWHERE = (*PARTS, "flows")


def _file(part: str) -> dict[str, Any]:
    """The schema of a file that holds one part of the site."""
    field = Site.model_fields[part]
    kind: Any = field.annotation
    found = TypeAdapter(kind).json_schema()
    return {"description": field.description} | found


def _site() -> dict[str, Any]:
    """The schema of site.yaml: the site without the parts that have files of their own."""
    found = Site.model_json_schema()
    found["properties"] = {name: spec for name, spec in found["properties"].items() if name not in _ELSEWHERE}
    found["required"] = [name for name in found["required"] if name not in _ELSEWHERE]
    return found


_SOURCES: dict[str, Callable[[], dict[str, Any]]] = {
    "whole": Site.model_json_schema,
    "site": _site,
    "flow": Flow.model_json_schema,
    **{part: partial(_file, part) for part in PARTS},
}
FILES: dict[str, str] = {"site": "site.yaml", "flow": "flows/*.yaml"} | {part: f"{part}.yaml" for part in PARTS}
"""The files of a site by the part that a schema is of."""


def schema(part: str = "whole", language: SchemaLanguage = "en") -> dict[str, Any]:
    """The JSON Schema of one kind of file; ``whole`` is the site as one document.

    Args:
        part: one of ``FILES``, or ``whole``.

    Raises:
        KeyError: if there is no such part.
    """
    found = _SOURCES[part]()
    if language == "zh":
        _translate(found)
    _loosen(found)
    used = _used(found)
    if "$defs" in found:
        found["$defs"] = {name: spec for name, spec in found["$defs"].items() if name in used}
    return {"$schema": DIALECT, "title": f"callwright {FILES.get(part, 'site')}"} | {
        key: value for key, value in found.items() if key != "title"
    }


def _used(found: dict[str, Any]) -> set[str]:
    """The definitions that are referred to, by themselves or by others."""
    defs = found.get("$defs", {})
    waiting: list[Any] = [{key: value for key, value in found.items() if key != "$defs"}]
    used: set[str] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).removeprefix("#/$defs/")
            if name in defs and name not in used:
                used.add(name)
                waiting.append(defs[name])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return used


def _loosen(spec: Any) -> None:
    """Let text be a number where it may look like one, and write times of day as sites do."""
    if isinstance(spec, list):
        for one in spec:
            _loosen(one)
    if not isinstance(spec, dict):
        return
    if spec.get("type") == "string" and not spec.keys() & {"enum", "const"}:
        if spec.get("format") == "time":
            del spec["format"]
            spec["pattern"] = _CLOCK
        elif spec.get("format") is None and re.search(spec.get("pattern", ""), "1"):
            free = bool(re.search(spec.get("pattern", ""), "true {a}"))
            spec["type"] = ["string", "number", "boolean"] if free else ["string", "integer"]
            if not free:
                spec["minimum"] = 0
            if not re.search(spec.get("pattern", ""), "10"):
                spec["maximum"] = 9
    if "patternProperties" in spec:  # a name of another pattern is a mistake, which pydantic leaves out
        spec.setdefault("additionalProperties", False)
    for key, value in spec.items():
        if key not in {"default", "examples", "propertyNames"}:
            _loosen(value)


def _translate(found: dict[str, Any]) -> None:
    for name, spec in {found.get("title", ""): found, **found.get("$defs", {})}.items():
        if name in ZH:
            spec["description"] = ZH[name]
        for field, one in spec.get("properties", {}).items():
            if (text := ZH.get(f"{name}.{field}") or ZH.get(f".{field}")) is not None:
                one["description"] = text


__all__ = ["DIALECT", "FILES", "SchemaLanguage", "schema"]
