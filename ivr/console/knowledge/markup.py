"""The light structure of an article's text: paragraphs, headings, words to say, lists. Never HTML.

``# `` begins a heading, ``> `` words to say, ``- `` a point, ``1. `` a step; a blank line ends a paragraph. Anything
else is text as it stands, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["text", "heading", "say", "points", "steps"]

_STEP = re.compile(r"^[0-9]{1,2}[.)、] *(?=\S)")
_MARKS: tuple[tuple[str, BlockKind], ...] = (("# ", "heading"), ("> ", "say"), ("- ", "points"), ("・", "points"))


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a text: its lines without their marks."""

    kind: BlockKind
    lines: tuple[str, ...]


def blocks(body: str) -> list[Block]:
    """The parts of a text in their order; lines of the same kind that follow each other are one part."""
    found: list[tuple[BlockKind, list[str]]] = []
    apart = True
    for kind, line in _lines(body):
        if kind is None:
            apart = True
            continue
        if not apart and found and found[-1][0] == kind and kind != "heading":
            found[-1][1].append(line)
        else:
            found.append((kind, [line]))
        apart = False
    return [Block(kind, tuple(lines)) for kind, lines in found]


def _lines(body: str) -> Iterator[tuple[BlockKind | None, str]]:
    for raw in body.splitlines():
        line = raw.strip()
        if not line:
            yield None, ""
            continue
        step = _STEP.match(line)
        if step is not None:
            yield "steps", line[step.end() :]
            continue
        mark = next(((sign, kind) for sign, kind in _MARKS if line.startswith(sign)), None)
        if mark is None:
            yield "text", line
        else:
            yield mark[1], line[len(mark[0]) :].strip()


__all__ = ["Block", "BlockKind", "blocks"]
