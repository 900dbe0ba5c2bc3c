"""What is wrong with the audit table, in words."""

from __future__ import annotations

from ivr.core.language import Text

_FAULTS = {
    "chain": Text("row {row} was changed, or one before it removed or inserted", "第 {row} 行被改动，或其前有增删"),
    "cut": Text("rows up to {row} were written and are gone", "截至第 {row} 行的记录曾写入，现已缺失"),
    "rewritten": Text("row {row} is another than was written", "第 {row} 行与当初写入的不同"),
    "stranger": Text("row {row} was not written by this installation", "第 {row} 行不是本系统写入的"),
    "no_head": Text("the file audit.head is missing", "缺少文件 audit.head"),
    "bad_head": Text("the file audit.head cannot be read", "无法读取文件 audit.head"),
}  # fmt: skip
_CURE = Text("compare with a backup; then: ivr audit anchor --renew --reason TEXT",
             "与备份比对后执行：ivr audit anchor --renew --reason 原因")  # fmt: skip
_CHAIN = Text("compare with a backup; the rows after it are checked with: ivr audit verify --after ROW",
              "与备份比对；其后的记录可用 ivr audit verify --after 行号 校验")  # fmt: skip


def explained(fault: str, row: int | None) -> tuple[Text, Text]:
    """What a fault is, and what to do about it; ``row`` is where.

    Raises:
        KeyError: if there is no such fault.
    """
    text = _FAULTS[fault]
    return Text(text.en.format(row=row), text.zh.format(row=row)), _CHAIN if fault == "chain" else _CURE


__all__ = ["explained"]
