"""Texts with places for a call's variables: ``{order}``, ``{env.IVR_LOOKUP_KEY}``, ``{secret.pin}``.

``{{`` and ``}}`` are braces. What a variable holds is never read as a template again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from ivr.core.errors import IvrError
from ivr.core.language import Text

ENV, SECRET = "env.", "secret."
ENV_BEGINS = "IVR_LOOKUP_"
"""Only such names of the environment may stand in a template: a site's files read no other secrets."""
LONGEST = 2000
"""Most characters of a filled template."""

_PLACE = re.compile(r"\{([^{}]{0,80})\}")
_NAMES = {
    "": re.compile(r"[a-z][a-z0-9_]{0,39}"),
    ENV: re.compile(ENV_BEGINS + r"[A-Z0-9_]{1,40}"),
    SECRET: re.compile(r"[a-z][a-z0-9_]{0,39}"),
}


class TemplateError(IvrError):
    """The template cannot be read, or cannot be filled.

    Attributes:
        why: the reason; it holds no value.
        column: where, counted from 1.
    """

    def __init__(self, why: Text, column: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.column = column


def names_in(template: str) -> list[str]:
    """The names that stand in a template, in order: ``order``, ``env.IVR_LOOKUP_KEY``, ``secret.pin``.

    Raises:
        TemplateError: if it cannot be read.
    """
    return [name for name, _, _ in _parts(template) if name]


def fill(
    template: str,
    variables: Mapping[str, str],
    *,
    quote: Callable[[str], str] = str,
    env: Callable[[str], str | None] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> str:
    """The template with what its names stand for.

    Args:
        variables: of the call; those that are not there are ``''``.
        quote: what is done to each value, e.g. for an address.
        env: looks a name of the environment up; without it, none may stand here.
        secrets: of the call; without them, none may stand here.

    Raises:
        TemplateError: if it cannot be read, a name of the environment or a secret may not stand here or is not there,
            or the text becomes too long.
    """
    pieces = []
    for name, text, column in _parts(template):
        pieces.append(quote(_value(name, column, variables, env, secrets)) if name else text)
    filled = "".join(pieces)
    if len(filled) > LONGEST:
        raise TemplateError(Text(f"longer than {LONGEST} characters when filled", f"填入后超过 {LONGEST} 个字符"))
    return filled


def _value(
    name: str,
    column: int,
    variables: Mapping[str, str],
    env: Callable[[str], str | None] | None,
    secrets: Mapping[str, str] | None,
) -> str:
    if name.startswith(ENV):
        value = env(name.removeprefix(ENV)) if env else None
        if value is None:
            where = Text("is not set", "未设置") if env else Text("has no place here", "不能用在此处")
            raise TemplateError(Text(f"{{{name}}} {where.en}", f"{{{name}}} {where.zh}"), column)
        return value
    if name.startswith(SECRET):
        value = secrets.get(name.removeprefix(SECRET)) if secrets is not None else None
        if value is None:
            where = (
                Text("has not been entered in this part of the call", "在通话的这一段尚未输入")
                if secrets is not None
                else Text("has no place here", "不能用在此处")
            )
            raise TemplateError(Text(f"{{{name}}} {where.en}", f"{{{name}}} {where.zh}"), column)
        return value
    return variables.get(name, "")


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str, int], ...]:
    """Name or ``""``, text, column."""
    return tuple(_read(template))


def _read(template: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(template):
        sign = template[at]
        if template[at : at + 2] in ("{{", "}}"):
            yield "", sign, at + 1
            at += 2
        elif sign == "{":
            found = _PLACE.match(template, at)
            if found is None:
                raise TemplateError(
                    Text("{ without its }; a brace itself is {{", "{ 没有对应的 }；大括号本身请写 {{"), at + 1
                )
            yield _name(found[1], at + 1), "", at + 1
            at = found.end()
        elif sign == "}":
            raise TemplateError(
                Text("} without its {; a brace itself is }}", "} 没有对应的 {；大括号本身请写 }}"), at + 1
            )
        else:
            end = min(
                (one for one in (template.find("{", at), template.find("}", at)) if one >= 0), default=len(template)
            )
            yield "", template[at:end], at + 1
            at = end


def _name(name: str, column: int) -> str:
    kind = next((one for one in (ENV, SECRET) if name.startswith(one)), "")
    if _NAMES[kind].fullmatch(name.removeprefix(kind)):
        return name
    if kind == ENV:
        raise TemplateError(
            Text(f"names of the environment begin with {ENV_BEGINS}", f"环境变量名须以 {ENV_BEGINS} 开头"), column
        )
    shown = ascii(name)[1:-1]
    raise TemplateError(Text(f"{{{shown}}} is no name of a variable", f"{{{shown}}} 不是变量名"), column)


__all__ = ["ENV", "ENV_BEGINS", "LONGEST", "SECRET", "TemplateError", "fill", "names_in"]
