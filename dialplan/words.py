"""The words and signs of an expression, found before anything else reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import kwlist

from dialplan.wide import hint
from ivr.core.language import Text

WORDS = frozenset({"and", "or", "not", "in", "true", "false"})
"""Words with a meaning of their own, which no variable can be called in an expression."""

# A word that begins a text in quotes, or follows a number, would mean something else to Python.
_TOKEN = re.compile(
    r"""(?P<space>\ +)
    |(?P<text>'[^'"\\\x00-\x1f\x7f]*'|"[^'"\\\x00-\x1f\x7f]*")
    |(?P<number>[0-9]{1,15}(?:\.[0-9]{1,9})?(?![0-9A-Za-z_.]))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*(?!['"]))
    |(?P<sign>==|!=|<=|>=|//|[-<>+*/%(),])""",
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_QUOTES = frozenset("'\"")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign.

    Args:
        kind: ``text``, ``number``, ``word`` or ``sign``.
        at: where it begins, counted from 0.
    """

    kind: str
    text: str
    at: int


class TokenError(Exception):
    """Something that has no place in an expression.

    Attributes:
        why: the reason.
        at: where, counted from 0.
    """

    def __init__(self, why: Text, at: int) -> None:
        super().__init__(str(why))
        self.why = why
        self.at = at


def tokens(text: str) -> Iterator[Token]:
    """The words and signs of ``text``, spaces left out.

    Raises:
        TokenError: at the first thing that is none.
    """
    at, before = 0, ""
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise TokenError(_why(text, at), at)
        if found.lastgroup != "space":
            token = Token(found.lastgroup, found[0], at)
            _check(token)
            if token.kind == before == "text":
                raise TokenError(Text("two texts; + joins them", "两段文字请用 + 连接"), at)
            before = token.kind
            yield token
        at = found.end()


def _check(token: Token) -> None:
    if token.kind == "number" and len(token.text) > 1 and token.text[0] == "0" and token.text[1] != ".":
        quoted = f"'{token.text}'"
        raise TokenError(
            Text(f"a number that begins with 0; as text it is {quoted}", f"数字以 0 开头；作为文字请写 {quoted}"),
            token.at,
        )
    if token.kind != "word" or token.text in WORDS:
        return
    if token.text.lower() in WORDS or token.text == "None":
        word = token.text.lower() if token.text != "None" else "''"
        raise TokenError(Text(f"{token.text}: write {word}", f"{token.text} 请写成 {word}"), token.at)
    if token.text in kwlist or not _NAME.fullmatch(token.text):
        raise TokenError(
            Text(
                f"{token.text:.40} is no variable: small letters, digits and _, and no word of the language",
                f"{token.text:.40} 不是变量名：只能用小写字母、数字和 _，且不能是保留字",
            ),
            token.at,
        )


def _why(text: str, at: int) -> Text:
    sign = text[at]
    if sign == "=":
        return Text("a comparison is written ==", "比较请写 ==")
    if sign in _QUOTES:
        return Text("a text that is not closed, or holds a quote or \\", "引号没有配对，或文字中含有引号或 \\")
    if sign.isdigit() and sign.isascii():
        return Text(
            "a number has at most 15 digits, and 9 after the point",
            "数字最多 15 位，小数点后最多 9 位，后面不能紧跟字母",
        )
    if sign.isalpha() or sign == "_":
        return Text("text stands in quotes: 'text'", "文字要加引号：'文字'")
    wide, seen = hint(sign), f"'{sign}'" if sign.isprintable() else ascii(sign)
    return Text(f"{seen} has no meaning here{wide.en}", f"{seen} 在此没有意义{wide.zh}")


__all__ = ["WORDS", "Token", "TokenError", "tokens"]
