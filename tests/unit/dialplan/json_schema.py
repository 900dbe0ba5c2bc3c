"""As much of JSON Schema 2020-12 as the schemas of a site use; an unknown keyword is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_SAID = frozenset({"title", "description", "default", "examples", "discriminator", "$defs", "$schema"})
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def faults(value: Any, spec: Any, root: Any, path: str = "$") -> Iterator[str]:
    """What is wrong with ``value`` by the schema ``spec`` inside ``root``."""
    if spec is True or spec is False:
        if not spec:
            yield f"{path}: not allowed"
        return
    for key, wanted in spec.items():
        if key not in _SAID:
            yield from _keyword(key, wanted, value, (spec, root, path))


def _keyword(key: str, wanted: Any, value: Any, at: tuple[Any, Any, str]) -> Iterator[str]:
    spec, root, path = at
    wrong = ""
    match key:
        case "$ref":
            yield from faults(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, path)
        case "anyOf" | "oneOf":
            fitting = sum(not list(faults(value, one, root, path)) for one in wanted)
            wrong = "" if fitting == 1 or (fitting and key == "anyOf") else f"fits {fitting} of {key}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            fits = any(
                isinstance(value, _TYPES[kind]) and (kind == "boolean") >= isinstance(value, bool) for kind in kinds
            )
            wrong = "" if fits else f"{value!r} is no {wanted}"
        case "enum":
            wrong = "" if value in wanted else f"{value!r} is none of {wanted}"
        case "const":
            wrong = "" if value == wanted else f"{value!r} is not {wanted!r}"
        case "properties":
            for name in set(wanted) & set(value if isinstance(value, dict) else ()):
                yield from faults(value[name], wanted[name], root, f"{path}.{name}")
        case "required":
            missing = [name for name in wanted if isinstance(value, dict) and name not in value]
            wrong = f"missing {missing}" if missing else ""
        case "additionalProperties":
            others = set(value if isinstance(value, dict) else ()) - set(spec.get("properties", ()))
            for name in others - {
                one for one in others for kind in spec.get("patternProperties", ()) if re.search(kind, one)
            }:
                yield from faults(value[name], wanted, root, f"{path}.{name}")
        case "patternProperties":
            for kind, inner in wanted.items():
                for name in value if isinstance(value, dict) else ():
                    if re.search(kind, name):
                        yield from faults(value[name], inner, root, f"{path}.{name}")
        case "propertyNames":
            for name in value if isinstance(value, dict) else ():
                yield from faults(name, wanted, root, f"{path} key {name}")
        case "items":
            for index, one in enumerate(value if isinstance(value, list) else ()):
                yield from faults(one, wanted, root, f"{path}[{index}]")
        case "minItems" | "maxItems" | "minProperties" | "minLength" | "maxLength":
            if isinstance(value, list | dict | str) and isinstance(value, str) == key.endswith("Length"):
                fits = len(value) >= wanted if key.startswith("min") else len(value) <= wanted
                wrong = "" if fits else f"{key} {wanted}"
        case "minimum" | "maximum":
            if isinstance(value, int | float):
                fits = value >= wanted if key == "minimum" else value <= wanted
                wrong = "" if fits else f"{key} {wanted}"
        case "pattern":
            wrong = "" if not isinstance(value, str) or re.search(wanted, value) else f"{value!r} is not {wanted}"
        case "format":
            wrong = "" if wanted == "date" and date.fromisoformat(value) else f"format {wanted}"
        case _:
            wrong = f"unknown keyword {key}"
    if wrong:
        yield f"{path}: {wrong}"


__all__ = ["faults"]
