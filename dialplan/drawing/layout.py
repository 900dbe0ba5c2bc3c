"""Boxes in layers from top to bottom, arrows between them: the method of Sugiyama, Tagawa and Toda (1981).

Ways back up are turned round; each box goes as far down as the longest way to it; arrows over several layers get a
point in each, and their words a place of their own, as in Gansner et al. (1993); order by barycentres; places by least
squares with the boxes' widths kept (pool adjacent violators).
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

Key = Hashable
Size = tuple[float, float]
Point = tuple[float, float]

GAP, GAP_POINT = 26.0, 12.0  # pixels between boxes, and beside a point of an arrow
LAYER_GAP = 34.0
SWEEPS = 14
MAX_SWEPT = 3000
"""Boxes and points beyond which fewer sweeps are made."""


MAX_POINTS = 20_000
"""Points of arrows, one in each layer they pass, beyond which nothing is drawn: nobody could read it."""


class TooLargeError(Exception):
    """There is too much to be drawn."""


@dataclass(slots=True)
class _Node:
    key: Key
    width: float
    height: float
    layer: int
    above: list[_Node] = field(default_factory=list)
    below: list[_Node] = field(default_factory=list)
    place: int = 0
    x: float = 0.0
    is_point: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow, as laid out.

    Args:
        points: from the source to the target, the edges of their boxes included.
        label: centre of its words; None without.
        back: whether it leads up.
    """

    points: tuple[Point, ...]
    label: Point | None
    back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is: centres of the boxes by key, lines in the order of the arrows, size of the whole."""

    centres: dict[Key, Point]
    lines: list[Line]
    width: float
    height: float


def lay_out(boxes: dict[Key, Size], arrows: Sequence[tuple[Key, Key, Size | None]]) -> Layout:
    """Lay out.

    Args:
        boxes: width and height by key; the first ones are on top where nothing else says so.
        arrows: source, target, and the size of the words, if any; none from a box to itself.

    Raises:
        TooLargeError: if the arrows have more than ``MAX_POINTS``.
    """
    back = _back(boxes, arrows)
    downward = [(b, a) if index in back else (a, b) for index, (a, b, _) in enumerate(arrows)]
    layers = {key: 2 * layer for key, layer in _layers(list(boxes), downward).items()}  # words go in the odd ones
    if sum(layers[bottom] - layers[top] for top, bottom in downward) > MAX_POINTS:
        raise TooLargeError
    nodes = {key: _Node(key, *size, layers[key]) for key, size in boxes.items()}
    chains = [
        _chain(nodes[top], nodes[bottom], index, arrows[index][2], turned=index in back)
        for index, (top, bottom) in enumerate(downward)
    ]
    everything = [*nodes.values(), *(node for chain in chains for node in chain[1:-1])]
    rows: list[list[_Node]] = [[] for _ in range(max((node.layer for node in everything), default=0) + 1)]
    for node in _in_depth(list(nodes.values()), everything):
        rows[node.layer].append(node)
    sweeps = SWEEPS if len(everything) <= MAX_SWEPT else 2
    _order(rows, sweeps)
    _place(rows, sweeps)
    return _drawn(rows, nodes, chains, arrows, back)


def _back(boxes: dict[Key, Size], arrows: Sequence[tuple[Key, Key, Size | None]]) -> set[int]:
    """Arrows that lead back to a box on the way to their own."""
    out: dict[Key, list[tuple[int, Key]]] = {key: [] for key in boxes}
    for index, (source, target, _) in enumerate(arrows):
        out[source].append((index, target))
    found: set[int] = set()
    state: dict[Key, int] = {}  # 1 while on the way, 2 when done
    for root in boxes:
        if root in state:
            continue
        trail, ways = [root], [iter(out[root])]
        state[root] = 1
        while trail:
            step = next(ways[-1], None)
            if step is None:
                state[trail.pop()] = 2
                ways.pop()
            elif state.get(step[1]) == 1:
                found.add(step[0])
            elif step[1] not in state:
                state[step[1]] = 1
                trail.append(step[1])
                ways.append(iter(out[step[1]]))
    return found


def _layers(keys: list[Key], arrows: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """The longest way from the top to each box; who leads nowhere up is drawn to his first neighbour below."""
    out: dict[Key, list[Key]] = {key: [] for key in keys}
    count = dict.fromkeys(keys, 0)
    for source, target in arrows:
        out[source].append(target)
        count[target] += 1
    layers = dict.fromkeys(keys, 0)
    roots = [key for key in keys if not count[key]]
    ready = list(roots)
    while ready:
        key = ready.pop()
        for target in out[key]:
            layers[target] = max(layers[target], layers[key] + 1)
            count[target] -= 1
            if not count[target]:
                ready.append(target)
    for key in roots:
        if out[key]:
            layers[key] = min(layers[target] for target in out[key]) - 1
    return layers


def _chain(top: _Node, bottom: _Node, index: int, label: Size | None, *, turned: bool) -> list[_Node]:
    """The boxes of an arrow and its points between them, tied to each other from top to bottom."""
    words = bottom.layer - 1 if turned else top.layer + 1
    chain = [top]
    for layer in range(top.layer + 1, bottom.layer):
        width, height = label if label is not None and layer == words else (2.0, 0.0)
        chain.append(_Node((index, layer), width, height, layer, is_point=True))
    chain.append(bottom)
    for upper, lower in itertools.pairwise(chain):
        upper.below.append(lower)
        lower.above.append(upper)
    return chain


def _in_depth(boxes: list[_Node], everything: list[_Node]) -> list[_Node]:
    """All nodes in the order in which a walk downwards meets them: few crossings to begin with."""
    seen: set[Key] = set()
    found = []
    for root in [*(node for node in boxes if not node.above), *everything]:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.key not in seen:
                seen.add(node.key)
                found.append(node)
                waiting += reversed(node.below)
    return found


def _order(rows: list[list[_Node]], sweeps: int) -> None:
    """Fewer crossings: each row by the mean place of its neighbours, down and up; the best order is kept."""
    _number(rows)
    best, kept = _crossings(rows), [list(row) for row in rows]
    for sweep in range(sweeps):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            means = {}
            for node in row:
                near = node.above if down else node.below
                means[node.key] = sum(one.place for one in near) / len(near) if near else float(node.place)
            row.sort(key=lambda node: means[node.key])
            for place, node in enumerate(row):
                node.place = place
        now = _crossings(rows)
        if now < best:
            best, kept = now, [list(row) for row in rows]
    for row, order in zip(rows, kept, strict=True):
        row[:] = order
    _number(rows)


def _number(rows: list[list[_Node]]) -> None:
    for row in rows:
        for place, node in enumerate(row):
            node.place = place


def _crossings(rows: list[list[_Node]]) -> int:
    """How many pairs of lines cross between one row and the next."""
    total = 0
    for row in rows:
        ends = [below.place for node in row for below in sorted(node.below, key=lambda one: one.place)]
        tree = [0] * (max(ends, default=0) + 2)
        for seen, end in enumerate(ends):
            index, before = end + 1, 0
            while index > 0:
                before += tree[index]
                index -= index & -index
            total += seen - before
            index = end + 1
            while index < len(tree):
                tree[index] += 1
                index += index & -index
    return total


def _place(rows: list[list[_Node]], sweeps: int) -> None:
    """Across: each row as near as may be to its neighbours', without overlap."""
    for row in rows:
        _settle(row, [0.0] * len(row))
    for sweep in range(sweeps + 2):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = []
            for node in row:
                near = (node.above if down else node.below) or node.above or node.below
                wanted.append(_middle([one.x for one in near]) if near else node.x)
            _settle(row, wanted)


def _middle(values: list[float]) -> float:
    values.sort()
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _settle(row: list[_Node], wanted: list[float]) -> None:
    """The places nearest to the wanted ones that keep order and distance: isotonic regression."""
    offsets, total = [], 0.0
    for index, node in enumerate(row):
        if index:
            before = row[index - 1]
            gap = GAP_POINT if node.is_point or before.is_point else GAP
            total += (before.width + node.width) / 2 + gap
        offsets.append(total)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for node, want, offset in zip(row, wanted, offsets, strict=True):
        mean, weight, count = want - offset, 3.0 if node.is_point else 1.0, 1  # long arrows straight rather than boxes
        while blocks and blocks[-1][0] > mean:
            other, heavy, many = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + many
        blocks.append((mean, weight, count))
    index = 0
    for mean, _, count in blocks:
        for _ in range(count):
            row[index].x = mean + offsets[index]
            index += 1


def _drawn(
    rows: list[list[_Node]],
    nodes: dict[Key, _Node],
    chains: list[list[_Node]],
    arrows: Sequence[tuple[Key, Key, Size | None]],
    back: set[int],
) -> Layout:
    left = min((node.x - node.width / 2 for row in rows for node in row), default=0.0)
    right = max((node.x + node.width / 2 for row in rows for node in row), default=0.0)
    tops, height = [], 0.0
    for row in rows:
        high = max((node.height for node in row), default=0.0)
        tops.append((height, high))
        height += high + LAYER_GAP / 2
    height -= LAYER_GAP / 2 if rows else 0.0

    def middle(node: _Node) -> float:
        top, high = tops[node.layer]
        return top + high / 2

    lines = []
    for index, chain in enumerate(chains):
        top, bottom = chain[0], chain[-1]
        points = [(_port(top, top.below, chain[1]) - left, middle(top) + top.height / 2)]
        for node in chain[1:-1]:
            over, high = tops[node.layer]  # straight down beside the boxes of a row
            points += [(node.x - left, over), (node.x - left, over + high)]
        points.append((_port(bottom, bottom.above, chain[-2]) - left, middle(bottom) - bottom.height / 2))
        label = None
        if arrows[index][2] is not None:
            words = chain[-2] if index in back else chain[1]
            label = (words.x - left, middle(words))
        turned = index in back
        lines.append(Line(tuple(reversed(points)) if turned else tuple(points), label, turned))
    centres = {key: (node.x - left, middle(node)) for key, node in nodes.items()}
    return Layout(centres, lines, right - left, height)


def _port(node: _Node, near: list[_Node], other: _Node) -> float:
    """Where on the side of a box a line begins or ends: spread in the order of the other ends."""
    if len(near) < 2:
        return node.x
    order = sorted(near, key=lambda one: one.x)
    place = next(index for index, one in enumerate(order) if one is other)
    span = min(node.width - 24, 22.0 * (len(near) - 1))
    return node.x - span / 2 + span * place / (len(near) - 1)


__all__ = ["Key", "Layout", "Line", "Point", "Size", "TooLargeError", "lay_out"]
