"""Loading a rulebook from its file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from recording.errors import RulebookError
from recording.rulebooks.model import Rulebook
from recording.rulebooks.source import Source, read_yaml
from recording.rulebooks.test import try_rules

PACKS = Path(__file__).parent / "packs"
_CURE = Text("see docs: what a rulebook may hold", "请参阅文档：话术规则的格式")


def pack_names() -> list[str]:
    """Names of the rulebooks that come with the project, e.g. ``zh-CN``."""
    return sorted(file.stem for file in PACKS.glob("*.yaml"))


def pack(name: str) -> Rulebook:
    """A rulebook that comes with the project.

    Raises:
        RulebookError: if there is none of that name.
    """
    if name not in pack_names():
        raise RulebookError(f"no rulebook {name!r:.60}", cure=f"one of {', '.join(pack_names())}")
    return load_rulebook(PACKS / f"{name}.yaml")


def load_rulebook(path: Path) -> Rulebook:
    """The rulebook in a file, its own tests passed.

    Raises:
        RulebookError: with Problems that name file, line and column.
    """
    rulebook, problems = check_rulebook(path)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if rulebook is None or errors:
        raise RulebookError(f"{path.name}: {len(errors)} problems; first: {errors[0]}", problems)
    return rulebook


def check_rulebook(path: Path) -> tuple[Rulebook | None, list[Problem]]:
    """The rulebook in a file if it can be read, and everything that is wrong with it."""
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        text = Text(f"cannot be read: {reason}", f"无法读取：{reason}")
        return None, [Problem(str(path), "RB000", text, Text("check the path", "请检查路径"))]
    source = read_yaml(path.name, content)
    if source.problems:
        return None, source.problems
    try:
        rulebook = Rulebook.model_validate(source.data)
    except ValidationError as error:
        return None, _validation_problems(source, error)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    rulebook = rulebook.model_copy(update={"digest": digest})
    return rulebook, try_rules(rulebook, source)


def _validation_problems(source: Source, error: ValidationError) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        path = tuple(item["loc"])
        name = ".".join(str(step) for step in path) or source.name
        code = {"extra_forbidden": "RB011", "missing": "RB012"}.get(item["type"], "RB010")
        message = item["msg"].removeprefix("Value error, ")
        chinese = {"RB011": "未知的键", "RB012": "缺少必填项"}.get(code, f"值不正确（{message}）")
        problems.append(Problem(source.where(path), code, Text(f"{name}: {message}", f"{name}：{chinese}"), _CURE))
    return problems
