"""YAML with the place of every value, so that a problem can name file, line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from ivr.core.language import Text
from ivr.core.problems import Problem

LARGEST = 1_000_000  # characters
Path = tuple[str | int, ...]


@dataclass(slots=True)
class Source:
    """A file's data, where each value stands, and what was wrong while reading."""

    name: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: Iterable[str | int] = ()) -> str:
        """``file:line:column`` of the value, or of the nearest one around it."""
        known = tuple(path)
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        return f"{self.name}:{line}:{column}"

    def complain(self, path: Iterable[str | int], code: str, text: Text, cure: Text) -> None:
        """Note a problem at the value's place."""
        self.problems.append(Problem(self.where(path), code, text, cure))


def read_yaml(name: str, content: str) -> Source:
    """Read YAML text: one document of plain values, no key twice, no anchors."""
    source = Source(name)
    if len(content) > LARGEST:
        source.complain(
            (), "RB002", Text("the file is too large", "文件过大"), Text("split the rulebook", "请拆分话术规则")
        )
        return source
    try:
        root = yaml.compose(content, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
        reason = str(getattr(error, "problem", None) or error)
        source.problems.append(
            Problem(
                place,
                "RB001",
                Text(f"not valid YAML: {reason}", f"不是有效的 YAML：{reason}"),
                Text("mend the file at this place", "请修改此处"),
            )
        )
        return source
    if root is None:
        source.complain((), "RB001", Text("the file is empty", "文件为空"), Text("write a rulebook", "请编写规则"))
        return source
    source.data = _value(source, root, (), SafeConstructor(), set())
    return source


def _value(source: Source, node: yaml.Node, path: Path, constructor: SafeConstructor, seen: set[int]) -> Any:
    source.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if id(node) in seen:
        source.complain(
            path,
            "RB003",
            Text("an alias (*name)", "使用了别名（*name）"),
            Text("write the value out", "请写出完整内容"),
        )
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, node, path, constructor, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(source, item, (*path, index), constructor, seen) for index, item in enumerate(node.value)]
    try:
        return constructor.construct_object(node, deep=True)
    except (ConstructorError, ValueError):
        source.complain(
            path, "RB004", Text(f"unknown value {node.tag}", f"无法识别的值 {node.tag}"), Text("quote it", "请加引号")
        )
        return None


def _mapping(
    source: Source, node: yaml.MappingNode, path: Path, constructor: SafeConstructor, seen: set[int]
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        inner = (*path, key)
        if key in out:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            source.problems.append(
                Problem(
                    f"{source.name}:{line}:{column}",
                    "RB005",
                    Text(f"{key} stands here a second time", f"{key} 重复出现"),
                    Text("keep one of them", "请只保留一个"),
                )
            )
            continue
        source.places[inner] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        out[key] = _value(source, value_node, inner, constructor, seen)
    return out
