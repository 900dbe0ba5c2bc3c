"""Scenario files of a site, ``tests/*.yaml`` in its folder, read as warily as the site itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dialplan.base import pattern_of
from dialplan.codes import problem, shown
from dialplan.files import UnreadableError, read_bytes, reason
from dialplan.places import Places
from dialplan.tree import Loc, Node, Place, TreeError, decode, parse
from ivr.call.simulation.plan import WORDS, LookupReplies, LookupReply, Word, words_of
from ivr.call.simulation.scenario import Action, PathEntry, Scenario, ScenarioFile, StepName
from ivr.core.errors import SiteError
from ivr.core.language import Text
from ivr.core.problems import Problem

FOLDER = "tests"
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario and where it stands."""

    scenario: Scenario
    file: ScenarioFile
    places: Places
    index: int

    def where(self, *path: str | int) -> str:
        """``file:line:column`` of a part of it."""
        return self.places.of("scenarios", self.index, *path)


def load_scenarios(site: Path) -> list[Written]:
    """All scenarios of the site in that folder, by file and in the order written; none where there is no such folder.

    Raises:
        SiteError: with every problem of the files.
    """
    folder = site / FOLDER
    if not folder.is_dir():
        return []
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))  # noqa: PTH208 - names may not decode
    found: list[Written] = []
    problems: list[Problem] = []
    if len(names) > MAX_FILES:
        problems.append(problem("DP011", f"{FOLDER}:1:1", limit=f"{MAX_FILES} files"))
    for name in names[:MAX_FILES]:
        try:
            file, places = _read(site, Path(FOLDER) / name, ScenarioFile)
        except SiteError as error:
            problems += error.problems
            continue
        found += [Written(one, file, places, index) for index, one in enumerate(file.scenarios)]
    if problems:
        raise refusal(problems)
    return found


def load_stubs(path: Path) -> dict[str, list[LookupReply]]:
    """What stands in for services, from a file of the form of a scenario's ``lookups``; JSON will do, too.

    Raises:
        SiteError: with every problem of the file.
    """
    stubs: dict[str, list[LookupReply]] = _read(path.parent, Path(path.name), dict[str, LookupReplies])[0]
    return stubs


def _read(root: Path, relative: Path, kind: Any) -> tuple[Any, Places]:
    file = shown(relative.as_posix())
    problems: list[Problem] = []

    def report(code: str, place: Place, path: Loc, **fields: object) -> None:
        problems.append(problem(code, place, **fields))

    try:
        tree: Node = parse(decode(read_bytes(root.resolve(strict=True), root.resolve() / relative), file), file, report)
    except TreeError as error:
        place = Place(file, error.place.line, error.place.column)
        raise refusal([problem(error.code, place, **error.fields)]) from None
    except (OSError, RuntimeError, ValueError, UnreadableError) as error:
        unread = problem("DP002", Place(file), what=reason(error))
        cure = Text("name an ordinary file that this user may read", "请指定当前用户可读的普通文件")
        raise refusal([replace(unread, cure=cure)]) from None
    places = Places(tree)
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        made = adapter.validate_python(tree.plain())
    except ValidationError as error:
        problems += [_fault(one, places) for one in error.errors(include_url=False)[:100]]
        made = None
    if problems:
        raise refusal(problems)
    return made, places


def _fault(error: Any, places: Places) -> Problem:
    loc: Loc = error["loc"]
    field, kind = shown(loc[-1] if loc else ""), error["type"]
    if kind == "extra_forbidden":
        text = Text(f"unknown setting {field}", f"未知的设置项 {field}")
        cure = Text("see docs/flows-trying.md for the settings of a scenario", "场景的设置项见 docs/flows-trying.md")
        return Problem(places.of_key(*loc), "TS101", text, cure)
    if kind == "missing":
        text = Text(f"{field} is missing", f"缺少 {field}")
        return Problem(places.of_key(*loc), "TS102", text, Text(f"write {field}: …", f"请写 {field}: …"))
    what = shown(error["input"]) if isinstance(error["input"], str) else ""
    text = Text(f"{field}: {what} cannot stand here", f"{field}：此处不能写 {what}")
    return Problem(places.of(*loc), "TS103", text, _cure(error))


def _cure(error: Any) -> Text:
    pattern = error.get("ctx", {}).get("pattern")
    if pattern == pattern_of(Word):
        words = ", ".join(words_of(WORDS))
        return Text(f"write one of: {words}", f"可用：{words}")
    if pattern == pattern_of(Action):
        return Text("write keys (1, 123456#, !1), timeout or hangup", "请写按键（1、123456#、!1）、timeout 或 hangup")
    if pattern in {pattern_of(StepName), pattern_of(PathEntry)}:
        return Text("write the name of a step, flow/step, or ...", "请写步骤名、流程/步骤 或 ...")
    message = shown(error["msg"], 200)
    return Text(message, f"应符合：{message}")


def refusal(problems: list[Problem]) -> SiteError:
    """The error that carries the problems of scenario files."""
    count = len(problems)
    return SiteError(
        Text(f"errors in the scenarios: {count}", f"场景文件有 {count} 个错误"),
        problems,
        cure=Text("mend them; their form: docs/flows-trying.md", "请修正；格式见 docs/flows-trying.md"),
    )


__all__ = ["FOLDER", "Written", "load_scenarios", "load_stubs", "refusal"]
