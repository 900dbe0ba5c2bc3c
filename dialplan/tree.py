"""YAML text as a tree of scalars with their places, from parser events alone.

Nothing is constructed: no tag is obeyed, no alias followed, and every scalar stays the string that was
written, so that ``0123`` keeps its zero, ``12:00`` is no number and ``no`` no boolean. Depth and size
are bounded while the events arrive; libyaml's own ``compose`` recurses in C and can be made to crash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from ivr.core.yaml_mistakes import likely_cause, translated

MAX_DEPTH = 20
MAX_NODES = 100_000
PARSER: str = "libyaml" if hasattr(yaml, "CSafeLoader") else "python"

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# YAML refuses most of these itself, but not when written as an escape: "\\u202e", "\\0"
_HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_HOSTILE_VALUE = re.compile("[\t\r\n]|" + _HOSTILE.pattern)
_SILENT_HASH = re.compile(r"^[ \t]*#[ \t]*:[ \t]+[a-z][a-z0-9_-]*[ \t]*$")

Loc = tuple[str | int, ...]


class Place(NamedTuple):  # a plain dataclass takes three times as long to make, and there is one for each value
    """A place in a file, 1-based."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class Node:
    """A scalar (``value``), a mapping (``items``, ``keys``) or a sequence (``entries``) and its place."""

    place: Place
    value: str | None = None
    items: dict[str, Node] | None = None
    keys: dict[str, Place] = field(default_factory=dict)
    entries: list[Node] | None = None

    def plain(self) -> Any:
        """The tree as dicts, lists, strings and None."""
        if self.items is not None:
            return {key: node.plain() for key, node in self.items.items()}
        if self.entries is not None:
            return [node.plain() for node in self.entries]
        return self.value


class TreeError(Exception):
    """The text cannot be read on from here: ``code`` and ``fields`` name the problem, ``place`` where."""

    def __init__(self, code: str, place: Place, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.place = place
        self.fields = fields


Report = Callable[..., None]


def decode(data: bytes, file: str) -> str:
    """The text of a file, which must be UTF-8 (a byte order mark is allowed).

    Raises:
        TreeError: DP005 at the first byte or character that cannot stand in a site's file.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
        raise TreeError("DP005", Place(file), what="UTF-16 / UTF-32")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        place = Place(file, before.count(b"\n") + 1, column)
        raise TreeError("DP005", place, what=f"0x{data[error.start]:02X}") from None
    if found := _HOSTILE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise TreeError("DP005", Place(file, line, column), what=f"U+{ord(found.group()):04X}")
    return text


def silent_hashes(text: str, file: str) -> Iterator[Place]:
    """Lines such as ``#: operator``: a key # without quotes, which YAML takes for a comment."""
    for number, line in enumerate(text.split("\n"), 1):
        if _SILENT_HASH.match(line.rstrip("\r")):
            yield Place(file, number, line.index("#") + 1)


def parse(text: str, file: str, report: Report) -> Node:
    """The tree of one document.

    ``report(code, place, path, **fields)`` is told of duplicate keys (the first one stays).

    Raises:
        TreeError: if the text is no single, plain YAML document within the limits.
    """
    loader: Any = yaml.CSafeLoader if PARSER == "libyaml" else yaml.SafeLoader
    try:
        return _Builder(file, report).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise _syntax(text, place, error.problem or "") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise TreeError("DP004", Place(file), what=type(error).__name__) from None


def _syntax(text: str, place: Place, what: str) -> TreeError:
    lines = text.split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: place.column]:
        return TreeError("DP008", place)
    if re.match(r"[ \t]*\*[ \t]*:", line):
        return TreeError("DP013", place)
    if (cause := likely_cause(text, place.line)) is not None:
        why, number, column = cause
        return TreeError("DP004", Place(place.file, number, column), what=why)
    return TreeError("DP004", place, what=translated(what) or what)


class _Builder:
    """Builds nodes from events on a stack of its own."""

    def __init__(self, file: str, report: Report) -> None:
        self.file = file
        self.report = report
        self.stack: list[Node] = []
        self.pending: list[tuple[str, Place] | None] = []
        self.path: list[str | int] = []
        self.root: Node | None = None
        self.nodes = 0

    def build(self, events: Iterator[Any]) -> Node:
        documents = 0
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                self._open(event, self._place(event))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise TreeError("DP009", self._place(event))
        if self.root is None or self._is_null(self.root):
            raise TreeError("DP003", Place(self.file))
        return self.root

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    @staticmethod
    def _is_null(node: Node) -> bool:
        return node.items is None and node.entries is None and node.value is None

    def _open(self, event: Any, place: Place) -> None:
        if event.anchor is not None:
            raise TreeError("DP007", place, what=event.anchor)
        if event.tag is not None:
            raise TreeError("DP010", place, what=event.tag)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TreeError("DP011", place, limit=f"{MAX_NODES} values")
        if isinstance(event, yaml.ScalarEvent):
            # asked first because it is fast: nothing that the pattern finds is printable
            if not event.value.isprintable() and (found := _HOSTILE_VALUE.search(event.value)):
                raise TreeError("DP005", place, what=f"U+{ord(found.group()):04X}")
            self._scalar(event.value, event.implicit[0], place)
            return
        if len(self.stack) >= MAX_DEPTH:
            raise TreeError("DP011", place, limit=f"{MAX_DEPTH} levels")
        mapping = isinstance(event, yaml.MappingStartEvent)
        node = Node(place, items={}) if mapping else Node(place, entries=[])
        self._attach(node)
        self.stack.append(node)
        self.pending.append(None)

    def _scalar(self, value: str, is_plain: bool, place: Place) -> None:
        if self.stack and self.stack[-1].items is not None and self.pending[-1] is None:
            self.pending[-1] = (value, place)
            self.path.append(value)
            return
        self._attach(Node(place, value=None if is_plain and value in _NULLS else value), scalar=True)

    def _attach(self, node: Node, *, scalar: bool = False) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if parent.entries is not None:
            parent.entries.append(node)
            if not scalar:
                self.path.append(len(parent.entries) - 1)
            return
        pending = self.pending[-1]
        if pending is None or parent.items is None:
            raise TreeError("DP012", node.place)
        key, place = pending
        if key in parent.items:
            self.report("DP006", place, tuple(self.path), what=key, first=parent.keys[key].line)
        else:
            parent.items[key] = node
            parent.keys[key] = place
        if scalar:
            self.pending[-1] = None
            self.path.pop()

    def _close(self) -> None:
        self.stack.pop()
        self.pending.pop()
        if not self.stack:
            return
        self.path.pop()
        if self.stack[-1].items is not None:
            self.pending[-1] = None


__all__ = ["MAX_DEPTH", "MAX_NODES", "Loc", "Node", "Place", "TreeError", "decode", "parse", "silent_hashes"]
