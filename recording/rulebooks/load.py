"""Loading a rulebook from its file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from recording.errors import NoRulebook, RulebookError
from recording.rulebooks.extend import extended
from recording.rulebooks.model import Rulebook
from recording.rulebooks.source import Source, read_yaml
from recording.rulebooks.test import try_rules

PACKS = Path(__file__).parent / "packs"
DEEPEST = 4  # rulebooks extending one another
Finder = Callable[[str], Path | None]
_CURE = Text("see docs/rulebooks.md: what a rulebook may hold", "请参阅 docs/rulebooks.md：话术规则的格式")


def pack_names() -> list[str]:
    """Names of the rulebooks that come with the project, e.g. ``zh-CN``."""
    return sorted(file.stem for file in PACKS.glob("*.yaml"))


def find_pack(name: str) -> Path | None:
    """The file of a rulebook that comes with the project; how its name is written does not count."""
    return next((file for file in sorted(PACKS.glob("*.yaml")) if file.stem.casefold() == name.casefold()), None)


def pack(name: str) -> Rulebook:
    """A rulebook that comes with the project.

    Raises:
        NoRulebook: if there is none of that name.
    """
    path = find_pack(name)
    if path is None:
        raise no_rulebook(name, pack_names())
    return load_rulebook(path)


def no_rulebook(name: str, there: Iterable[str]) -> NoRulebook:
    """That there is none of that name; ``there`` are those there are."""
    names = list(dict.fromkeys(there))
    return NoRulebook(
        Text(f"no rulebook {name!r:.60}", f"没有话术规则 {name!r:.60}"),
        cure=Text(f"one of {', '.join(names)}", f"可用：{'、'.join(names)}"),
    )


def load_rulebook(path: Path, find: Finder = find_pack) -> Rulebook:
    """The rulebook in a file, its own tests passed.

    Args:
        find: the file of a rulebook this one extends.

    Raises:
        NoRulebook: if there is no such file.
        RulebookError: with Problems that name file, line and column.
    """
    rulebook, problems = check_rulebook(path, find)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if rulebook is None or errors:
        kind = RulebookError if path.exists() else NoRulebook
        raise kind(f"{path.name}: {len(errors)} problems; first: {errors[0]}", problems)
    return rulebook


def check_rulebook(
    path: Path, find: Finder = find_pack, *, deep: int = DEEPEST
) -> tuple[Rulebook | None, list[Problem]]:
    """The rulebook in a file if it can be read, and everything that is wrong with it."""
    rulebook, source = _read(path, find, deep)
    if rulebook is None:
        return None, source.problems
    return rulebook, [*source.problems, *try_rules(rulebook, source)]


def _read(path: Path, find: Finder, deep: int) -> tuple[Rulebook | None, Source]:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        text = Text(f"cannot be read: {reason}", f"无法读取：{reason}")
        return None, _failed(path.name, Problem(str(path), "RB000", text, Text("check the path", "请检查路径")))
    source = read_yaml(path.name, content)
    if source.problems:
        return None, source
    digest = hashlib.sha256(content.encode())
    rulebook = _valid(source, source.data)
    if rulebook is not None and rulebook.extends:
        base = _base(path, rulebook.extends, source, find, deep)
        if base is None:
            return None, source
        rulebook = _valid(source, extended(base, rulebook), merged=True)
        digest.update(base.digest.encode())
    if rulebook is None:
        return None, source
    return rulebook.model_copy(update={"digest": digest.hexdigest()[:12]}), source


def _base(path: Path, name: str, source: Source, find: Finder, deep: int) -> Rulebook | None:
    """The rulebook that is extended; complains where ``extends`` stands when it cannot be had."""
    file = find(name)
    if file is None or file.absolute() == path.absolute() or deep <= 0:
        many = deep <= 0
        source.complain(
            ("extends",),
            "RB013",
            Text("too many rulebooks extend one another", "继承层数过多")
            if many
            else Text(f"there is no rulebook {name} to extend", f"没有可继承的话术规则 {name}"),
            Text("name a rulebook of this site or a pack", "请填写本站点或内置的话术规则名称"),
        )
        return None
    base, problems = check_rulebook(file, find, deep=deep - 1)
    source.problems += [one for one in problems if one.severity is Severity.ERROR]
    return None if source.problems else base


def _valid(source: Source, data: Any, *, merged: bool = False) -> Rulebook | None:
    """The data as a rulebook; complains at the place of each value that is wrong."""
    try:
        return Rulebook.model_validate(data)
    except ValidationError as error:
        source.problems += _validation_problems(source, error, merged=merged)
        return None


def _failed(name: str, problem: Problem) -> Source:
    return Source(name, problems=[problem])


def _validation_problems(source: Source, error: ValidationError, *, merged: bool) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        path = tuple(item["loc"])
        name = ".".join(str(step) for step in path) or source.name
        code = {"extra_forbidden": "RB011", "missing": "RB012"}.get(item["type"], "RB010")
        message = item["msg"].removeprefix("Value error, ")
        chinese = {"RB011": "未知的键", "RB012": "缺少必填项"}.get(code, f"值不正确（{message}）")
        where = source.where(("extends",) if merged else path)
        problems.append(Problem(where, code, Text(f"{name}: {message}", f"{name}：{chinese}"), _CURE))
    return problems
