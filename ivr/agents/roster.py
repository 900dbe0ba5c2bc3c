"""agents.yaml, changed a block at a time: comments and everything else in the file stay as they are.

The site is checked whole, in a copy, before its file changes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dialplan.base import Name
from dialplan.files import MAX_BYTES, OPTIONAL, REQUIRED
from dialplan.loading import errors_of, load_checked
from dialplan.model import Agent, Site
from dialplan.tree import Node, Place, TreeError, decode, parse
from ivr.core.errors import SiteError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem

FILE = "agents.yaml"
_ID: TypeAdapter[str] = TypeAdapter(Name)
NOBODY = "{}\n"  # an empty mapping: a file without any setting is an error


@dataclass(frozen=True, slots=True)
class NewAgent:
    """Who is added; what is None is chosen: the next free number."""

    id: str
    name: str
    extension: str | None = None
    number: str | None = None
    queues: Sequence[str] = ()


def add_agent(folder: Path, new: NewAgent) -> tuple[Site, Agent]:
    """Write an agent into the site's agents.yaml.

    Returns:
        The site as it is then, and the agent.

    Raises:
        UsageError: if there is one of that id, or the file cannot be changed a line at a time.
        SiteError: if the site has errors, or would have; then nothing has changed.
    """
    site = _sound(folder)
    if new.id in site.agents:
        raise UsageError(
            Text(f"there is an agent {new.id!r:.60} already", f"坐席 {new.id!r:.60} 已存在"),
            cure=Text("choose another id", "请换一个 id"),
        )
    extension = new.extension or _next_free(
        [agent.extension for agent in site.agents.values()], 6001, _taken_extensions(site)
    )
    number = new.number or _next_free([agent.number for agent in site.agents.values()], 801, set())
    _check(new, extension, number)
    text = _read(folder)
    block = _block(new, extension, number)
    if _is_nothing(text):
        kept = "".join(line for line in text.splitlines(keepends=True) if line.lstrip().startswith("#"))
        changed = kept + block
    else:
        if _tree(text).keys and not _in_blocks(text):
            raise _by_hand()
        changed = text + ("" if text.endswith("\n") else "\n") + block
    after = _write_checked(folder, changed)
    return after, after.agents[new.id]


def remove_agent(folder: Path, agent: str) -> tuple[Site, Agent]:
    """Take an agent out of the site's agents.yaml.

    Returns:
        The site as it is then, and who was removed.

    Raises:
        UsageError: if there is no such agent, or the file cannot be changed a line at a time.
        SiteError: if the site has errors, or would have; then nothing has changed.
    """
    site = _sound(folder)
    if agent not in site.agents:
        raise UsageError(
            Text(f"there is no agent {agent!r:.60}", f"没有坐席 {agent!r:.60}"),
            cure=Text("ivr agents list shows them", "用 ivr agents list 查看"),
        )
    text = _read(folder)
    if not _in_blocks(text):
        raise _by_hand()
    lines = text.splitlines(keepends=True)
    starts = sorted(place.line - 1 for place in _tree(text).keys.values())
    start = _tree(text).keys[agent].line - 1
    end = next((line for line in starts if line > start), len(lines))
    # A comment before the next agent is about him, and one at the end of the file is about nobody.
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    left = "".join(lines[:start] + lines[end:])
    if len(starts) == 1:
        left += ("" if not left or left.endswith("\n") else "\n") + NOBODY
    return _write_checked(folder, left), site.agents[agent]


def _check(new: NewAgent, extension: str, number: str) -> None:
    """What goes into the file is text of the kind it must be.

    Raises:
        UsageError: naming what is not.
    """
    given = {"name": new.name, "extension": extension, "number": number, "queues": list(new.queues)}
    try:
        _ID.validate_python(new.id)
        Agent.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "id"
        raise UsageError(
            Text(f"{field}: {str(first['input'])!r:.60} will not do", f"{field}：{str(first['input'])!r:.60} 不可用"),
            cure=Text(
                "ids and queues: lower-case letters, digits, - and _; numbers: up to 20 digits",
                "id 和队列：小写字母、数字、- 和 _；号码：最多 20 位数字",
            ),
        ) from error
    if not new.name.isprintable():
        raise UsageError(
            Text("the name holds what cannot be printed", "姓名含有不可打印的字符"),
            cure=Text("give it in plain letters", "请使用普通文字"),
        )


def _sound(folder: Path) -> Site:
    site, problems = load_checked(folder)
    if site is None:
        raise _wrong(folder, problems)
    return site


def _wrong(folder: Path, problems: list[Problem]) -> SiteError:
    count = len(errors_of(problems))
    text = Text(f"errors in site {folder.name}: {count}", f"站点 {folder.name} 有 {count} 个错误")
    return SiteError(
        text, errors_of(problems), cure=Text("nothing was changed; mend them first", "未做任何修改，请先修正")
    )


def _by_hand() -> UsageError:
    return UsageError(
        Text(f"{FILE} does not begin each agent on a line of his own", f"{FILE} 中的坐席没有各占一行开头"),
        cure=Text(
            "change it with an editor; `ivr dialplan check` looks at it",
            "请用编辑器修改，再用 `ivr dialplan check` 检查",
        ),
    )


def _read(folder: Path) -> str:
    path = folder / FILE
    return decode(path.read_bytes()[: MAX_BYTES + 1], FILE) if path.exists() else ""


def _is_nothing(text: str) -> bool:
    """Whether the file names nobody: it is not there, or holds an empty mapping."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")] in ([], ["{}"])


def _tree(text: str) -> Node:
    try:
        return parse(text, FILE, lambda *_, **__: None)
    except TreeError:
        return Node(Place(FILE), items={})


def _in_blocks(text: str) -> bool:
    """Whether every agent begins at the edge of a line of his own."""
    tree = _tree(text)
    places = list(tree.keys.values())
    return tree.items is not None and all(place.column == 1 for place in places)


def _block(new: NewAgent, extension: str, number: str) -> str:
    lines = [f"{new.id}:", f"  name: {_quoted(new.name)}", f"  extension: {extension}", f"  number: {number}"]
    if new.queues:
        lines.append(f"  queues: [{', '.join(new.queues)}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Text in double quotes; JSON's are YAML's, too."""
    return json.dumps(text, ensure_ascii=False)


def _taken_extensions(site: Site) -> set[str]:
    queues = {queue.extension for queue in site.queues.values() if queue.extension is not None}
    return {*site.numbers, *site.outside, *queues}


def _next_free(used: Sequence[str], first: int, taken: set[str]) -> str:
    """The number after the highest in use, of as many digits."""
    numbers = [int(one) for one in used if len(one) < 10]
    number = max(numbers, default=first - 1) + 1
    while str(number) in taken:
        number += 1
    return str(number)


def _write_checked(folder: Path, text: str) -> Site:
    """Put the text in place of the file, if the site is sound with it.

    Raises:
        SiteError: if it is not; then nothing has changed.
        UsageError: if a name holds what cannot stand in the file.
    """
    with tempfile.TemporaryDirectory(prefix="ivr-site-") as name:
        copy = Path(name)
        (copy / "flows").mkdir()
        for part in (*REQUIRED, *OPTIONAL):
            if part != "agents" and (folder / f"{part}.yaml").exists():
                shutil.copyfile(folder / f"{part}.yaml", copy / f"{part}.yaml")
        for flow in (folder / "flows").glob("*.yaml"):
            shutil.copyfile(flow, copy / "flows" / flow.name)
        (copy / FILE).write_text(text, "utf-8")
        site, problems = load_checked(copy)
    if site is None:
        raise _wrong(folder, problems)
    target = (folder / FILE).resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, fresh = tempfile.mkstemp(prefix=f".{FILE}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(fresh).chmod(mode)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    return site


__all__ = ["FILE", "NewAgent", "add_agent", "remove_agent"]
