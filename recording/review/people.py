"""Names of people, as they stand in reviews, notes and the audit."""

from __future__ import annotations

import unicodedata

from ivr.core.errors import UsageError
from ivr.core.language import Text

LONGEST = 64
MOST_TEXT = 2000
"""Characters of a reason, comment or note."""


def person(name: str) -> str:
    """``name`` as it is kept: on one line, without what cannot be seen.

    Raises:
        UsageError: if it is empty, too long, or holds control or format characters.
    """
    name = name.strip()
    if not name:
        raise UsageError(
            Text("nobody is named", "未指明操作人"),
            cure=Text("say who you are: --as NAME, or IVR_USER", "请用 --as 姓名 或 IVR_USER 指明身份"),
        )
    if len(name) > LONGEST or _unseen(name):
        raise UsageError(
            Text(f"not a name: {name!r:.80}", f"不是有效的姓名：{name!r:.80}"),
            cure=Text(f"at most {LONGEST} letters on one line", f"不超过 {LONGEST} 个字符，且不得换行"),
        )
    return name


def prose(text: str, what: Text, *, needed: bool = False) -> str:
    """A reason, comment or note as it is kept.

    Args:
        what: what it is, for the message.
        needed: whether it may not be empty.

    Raises:
        UsageError: if it is missing though needed, or too long.
    """
    text = text.strip()
    if needed and not text:
        raise UsageError(
            Text(f"{what.en} is missing", f"缺少{what.zh}"), cure=Text("say it in a sentence", "请用一句话说明")
        )
    if len(text) > MOST_TEXT:
        raise UsageError(
            Text(f"{what.en} is too long: {len(text)} characters", f"{what.zh}过长：{len(text)} 个字符"),
            cure=Text(f"at most {MOST_TEXT}", f"不超过 {MOST_TEXT} 个字符"),
        )
    return "".join(letter if letter == "\n" or not _unseen(letter) else " " for letter in text)


def _unseen(text: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in text)


__all__ = ["LONGEST", "MOST_TEXT", "person", "prose"]
