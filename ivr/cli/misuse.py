"""Wrong use of the command line, told in Chinese where the console speaks it; Typer has English alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from ivr.cli.common import errors
from ivr.core.language import console_language

# What Typer says, and how it goes in Chinese; the first that fits. Values go through as they are.
_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"Missing option (.+?)\.( .*)?", "缺少选项 {0}{1}"),
        (r"Missing argument (.+?)\.( .*)?", "缺少参数 {0}{1}"),
        (r"Missing command\.", "缺少子命令"),
        (r"Invalid value for ('.+?'(?: \(env var: '.+?'\))?|[^:]+): (.*)", "{0} 的值无效：{1}"),
        (r"Invalid value: (.*)", "值无效：{0}"),
        (r"No such option: (\S+)(.*)", "没有选项 {0}{1}"),
        (r"No such command (.+?)\.(.*)", "没有命令 {0}{1}"),
        (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", "多余的参数：{0}"),
        (r"Option (.+) requires an argument\.", "选项 {0} 需要一个值"),
        (r"Option (.+) requires (\d+) arguments\.", "选项 {0} 需要 {1} 个值"),
        (r"Option (.+) does not take a value\.", "选项 {0} 不带值"),
    )
)
# What is said of a value, or comes after the first sentence.
_MORE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"(?:Value error, )?(.+) is not one of (.+?)\.?", "{0} 不在可选值之列：{1}"),
        (r"Input should be a valid integer.*", "应为整数"),
        (r"Input should be a valid number.*", "应为数字"),
        (r"Input should be greater than or equal to (\S+)", "不得小于 {0}"),
        (r"Input should be less than or equal to (\S+)", "不得大于 {0}"),
        (r"Input should be greater than (\S+)", "须大于 {0}"),
        (r"Input should be less than (\S+)", "须小于 {0}"),
        (r"(.+) is not a valid integer(?: range)?\.", "{0} 不是整数"),
        (r"(.+) is not a valid float(?: range)?\.", "{0} 不是数字"),
        (r"(.+) is not in the range (.+)\.", "{0} 超出范围 {1}"),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) (.+) does not exist\.", "{0} 不存在"),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) (.+) is a directory\.", "{0} 是目录，不是文件"),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) (.+) is a file\.", "{0} 是文件，不是目录"),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) (.+) is not readable\.", "{0} 不可读"),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) (.+) is not writable\.", "{0} 不可写"),
        (r" ?Choose from:? (.+)", "，可选：{0}"),
        (r"\.? ?Did you mean (.+)\?", "，是否想用 {0}"),
        (r" ?\(Possible options: (.+)\)", "，可用的有 {0}"),
        (r"(.+) \(env var: (.+)\)", "{0}（或环境变量 {1}）"),
    )
)


class Root(TyperGroup):
    """The root of the commands; its complaints come in the console's language."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """As Typer does."""
        return self._told(super().make_context, *args, **more)

    def invoke(self, ctx: Any) -> Any:
        """As Typer does."""
        return self._told(super().invoke, ctx)

    @staticmethod
    def _told(work: Any, *args: Any, **more: Any) -> Any:
        if console_language() != "zh":
            return work(*args, **more)
        try:
            return work(*args, **more)
        except Exception as error:
            context = getattr(error, "ctx", None)
            if not hasattr(error, "format_message") or type(error).__name__ == "NoArgsIsHelpError":
                raise
            if context is not None:
                errors.print(escape(context.get_usage().replace("Usage:", "用法：", 1)), soft_wrap=True)
            said = in_chinese(error.format_message())
            help_ = f" — 参见 {context.command_path} --help" if context is not None else ""
            errors.print(f"[red]{escape(said + help_)}[/red]", soft_wrap=True)
            raise typer.Exit(getattr(error, "exit_code", 2)) from error


def in_chinese(message: str) -> str:
    """One of Typer's complaints in Chinese; one nobody knows stays as it is, named as such."""
    found = _put(_SAYINGS, " ".join(message.split()))
    return found if found is not None else f"用法有误（原文）：{message}"


def _put(sayings: Sequence[tuple[re.Pattern[str], str]], text: str) -> str | None:
    for pattern, zh in sayings:
        if match := pattern.fullmatch(text):
            parts = [one or "" for one in match.groups()]
            return zh.format(*(_put(_MORE, part) or part for part in parts))
    return None


__all__ = ["Root", "in_chinese"]
