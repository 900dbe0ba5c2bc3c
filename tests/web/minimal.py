"""The smallest request body a schema of the API takes."""

from __future__ import annotations

from typing import Any

_FORMATS = {"date-time": "2026-03-01T10:00:00+08:00", "date": "2026-03-01", "time": "10:00:00"}
# What no schema can say: strings that services read further.
_NAMED: dict[str, Any] = {"due": "2030-01-01T10:00"}


def minimal(schema: dict[str, Any], whole: dict[str, Any], name: str = "") -> Any:
    """A value that fits.

    Args:
        schema: of the value.
        whole: the OpenAPI document it refers to.
        name: of the property it is.
    """
    while "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    if name in _NAMED:
        return _NAMED[name]
    for word in ("const", "default"):
        if schema.get(word) not in (None, ""):
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return minimal(schema[word][0], whole, name)
    return _of_type(schema, whole)


def _of_type(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", ())
        if schema.get("minProperties"):
            names = minimal(schema.get("propertyNames", {"type": "string"}), whole)
            return {names: minimal(schema["additionalProperties"], whole)}
        return {name: minimal(one, whole, name) for name, one in schema.get("properties", {}).items() if name in wanted}
    if kind == "array":
        return [minimal(schema["items"], whole)] * schema.get("minItems", 0)
    if kind in {"integer", "number"}:
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return _FORMATS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
