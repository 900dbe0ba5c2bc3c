"""The manual of the commands, made from the commands: ``python -m ivr.app.manual docs/commands.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from ivr.app import Application
from ivr.cli.main import build

_HEAD = """\
# The `ivr` command / `ivr` 命令

Made by `python -m ivr.app.manual docs/commands.md`; a test compares it with the commands. In a checkout the command
is `.venv/bin/ivr`. Exit codes: 0 done, 1 failed or something was found, 2 wrong use, 3 something is missing on this
machine, 4 the site has errors, 130 stopped.

退出码：0 完成，1 失败或查出问题，2 用法错误，3 本机缺少所需，4 站点配置有错，130 被中止。
"""


def manual() -> str:
    """Every command with its arguments and options, a section a group."""
    root = typer.main.get_command(build(Application()))
    sections: dict[str, list[str]] = {}
    titles = {"": "Top level / 顶层"}
    for words, command in _leaves(root, ()):
        group = " ".join(words[:-1])
        sections.setdefault(group, []).append(_entry(words, command))
    for words, found in _groups(root, ()):
        titles[" ".join(words)] = _line(found.help)
    parts = [_HEAD]
    for group in sorted(sections):
        parts.append(f"\n## {'`ivr ' + group + '`: ' if group else ''}{titles[group]}\n\n" + "\n".join(sections[group]))
    return "".join(part + "\n" if not part.endswith("\n") else part for part in parts)


def _entry(words: tuple[str, ...], command: Any) -> str:
    arguments = "".join(f" {_metavar(one)}" for one in command.params if one.param_type_name == "argument")
    lines = [f"- `ivr {' '.join(words)}{arguments}`: {_line(command.help)}"]
    for one in command.params:
        if one.param_type_name == "option" and "--help" not in one.opts and "--json" not in one.opts:
            names = ", ".join([*one.opts, *one.secondary_opts])
            lines.append(f"  - `{names}`{': ' + _line(one.help) if one.help else ''}")
    return "\n".join(lines)


def _metavar(argument: Any) -> str:
    name = (argument.metavar or argument.name.rstrip("_")).upper() + ("..." if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, sub in getattr(command, "commands", {}).items():
        if not hasattr(sub, "commands") or sub.invoke_without_command:
            yield (*words, name), sub
        yield from _leaves(sub, (*words, name))


def _groups(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, sub in getattr(command, "commands", {}).items():
        if hasattr(sub, "commands"):
            yield (*words, name), sub
            yield from _groups(sub, (*words, name))


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main() -> None:
    """Write the manual to the file that is named, or print it."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
    else:
        print(manual(), end="")


if __name__ == "__main__":
    main()
