"""What is wrong with a text that is not YAML, in words for who wrote it: the parser's own are English, and terse."""

from __future__ import annotations

import re

from ivr.core.language import Text

_SAID = {
    "mapping values are not allowed in this context": "此处不能再写“键: 值”，多因缩进不对，或上一行冒号后缺少空格",
    "did not find expected key": "此处应为键，多因缩进与上一行不一致",
    "did not find expected '-' indicator": "此处应为以 - 开头的列表项",
    "did not find expected node content": "此处缺少内容",
    "did not find expected ',' or '}'": "大括号未正确结束，缺少 , 或 }",
    "did not find expected ',' or ']'": "方括号未正确结束，缺少 , 或 ]",
    "could not find expected ':'": "缺少冒号",
    "found character that cannot start any token": "此处的字符不能作为开头，须加引号",
    "found unexpected end of stream": "文件意外结束，引号或括号没有结束",
    "found unexpected document indicator": "引号没有结束",
    "found unknown escape character": "双引号中有未知的转义字符",
    "block sequence entries are not allowed in this context": "此处不能写列表项 -",
    "mapping keys are not allowed in this context": "此处不能写键",
    "did not find expected <document start>": "此处有多余的内容",
}
_KEY = r"""^\s*(?:-\s+)?(?:[\w-]+|'[^']*'|"[^"]*")"""
_WIDE_COLON = re.compile(_KEY + r"(：)", re.ASCII)  # the text of a prompt may hold one after Chinese words
_NO_SPACE = re.compile(_KEY + r"(:)(?!\d\d\b)[^\s:/]", re.ASCII)  # 08:30 is no key
_LINES_BEFORE = 2


def likely_cause(text: str, line: int) -> tuple[Text, int, int] | None:
    """The likely cause of an error: what it is, and its line and column, both from 1; None where none is likely.

    Args:
        text: the whole text.
        line: where the parser stopped, from 1; mistakes of the lines above are often seen only there.
    """
    lines = text.split("\n")
    for number in range(min(line, len(lines)), max(0, line - 1 - _LINES_BEFORE), -1):
        here = lines[number - 1]
        if found := _WIDE_COLON.match(here):
            return Text("a full-width colon ：", "冒号是全角的“：”，应为半角冒号加空格"), number, found.start(1) + 1
        if found := _NO_SPACE.match(here):
            return Text("no space after the colon", "冒号后缺少空格"), number, found.start(1) + 1
    return None


def translated(problem: str) -> Text | None:
    """What the parser said, in both languages; None for what it seldom says, which may quote the file."""
    return Text(problem, _SAID[problem]) if problem in _SAID else None


__all__ = ["likely_cause", "translated"]
