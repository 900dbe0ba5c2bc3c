"""What can be wrong with a file of prompts, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.core.language import Text
from ivr.core.problems import Problem

LANGUAGES = ("zh-CN", "en-US", "ko-KR")

_MISTAKES: Mapping[str, tuple[Text, Text]] = {
    "PR100": (
        Text("cannot be read: {0}", "无法读取：{0}"),
        Text(
            "save it as UTF-8; mend the YAML: a text that holds { or a colon stands in quotes",
            "请保存为 UTF-8 并修正 YAML：含 { 或冒号的文字要加引号",
        ),
    ),
    "PR101": (Text("{0} is not a mapping", "{0} 不是键值对"), Text("write `key: value`", "请写成“键: 值”")),
    "PR102": (Text("{0!r} comes twice", "“{0}”重复"), Text("remove one", "请删去其一")),
    "PR103": (
        Text("language {0!r} is not known", "语言“{0}”未知"),
        Text(f"one of {', '.join(LANGUAGES)}", f"请用 {'、'.join(LANGUAGES)} 之一"),
    ),
    "PR104": (Text("unknown key {0!r}", "未知的键“{0}”"), Text("remove it", "请删去")),
    "PR105": (Text("a text is wanted here", "此处应为文字"), Text("write one line of text", "请写一行文字")),
    "PR106": (
        Text("not a tone", "不是提示音"),
        Text("write [[hertz below 4000, seconds up to 10], ...]", "请写 [[低于 4000 的赫兹数, 至多 10 的秒数], ...]"),
    ),
    "PR107": (
        Text("{0!r} is not a prompt id", "“{0}”不是提示音编号"),
        Text("small letters, digits and single hyphens", "只用小写字母、数字和单个连字符"),
    ),
    "PR108": (
        Text("{0}: exactly one of text and tone is wanted", "{0}：text 与 tone 应有且仅有其一"),
        Text("write `text: ...`", "请写“text: ……”"),
    ),
    "PR109": (Text("{0}: control characters", "{0}：含控制字符"), Text("remove them", "请删去")),
    "PR110": (Text("barge_in is {0!r}", "barge_in 为“{0}”"), Text("write none or dtmf", "请写 none 或 dtmf")),
    "PR111": (
        Text("the language is {0!r}, and not that of the file's name", "language 为“{0}”，与文件名不符"),
        Text("name the file after its language", "请按语言命名该文件"),
    ),
    "PR112": (
        Text("{0!r} is a name Asterisk asks for", "“{0}”是 Asterisk 自用的名称"),
        Text("write it below `asterisk:`, or take another id", "请写在“asterisk:”之下，或改用其他编号"),
    ),
    "PR113": (
        Text("Asterisk asks for no {0!r}", "Asterisk 不会用到“{0}”"),
        Text("write it below `prompts:`", "请写在“prompts:”之下"),
    ),
    "PR114": (
        Text("{0} is nothing that a text can hold", "文字中不能使用 {0}"),
        Text("write {company}, or no braces", "请写 {company}，或去掉大括号"),
    ),
    "PR115": (
        Text("anchors, tags and deep nesting have no place here", "此处不能使用锚点、标签或多层嵌套"),
        Text("write plain `key: value`", "请只写“键: 值”"),
    ),
    "PR116": (
        Text("more than {0}", "超过 {0}"),
        Text("a site's prompts are fewer", "请减少站点的提示音"),
    ),
}


def mistake(where: str, code: str, what: str | Text = "") -> Problem:
    """A mistake as a problem.

    Args:
        where: ``file:line``.
        code: one of PR100 to PR116.
        what: what stands there.
    """
    text, cure = _MISTAKES[code]
    said = what if isinstance(what, Text) else Text(what, what)
    return Problem(where, code, Text(text.en.format(said.en), text.zh.format(said.zh)), cure)


__all__ = ["LANGUAGES", "mistake"]
