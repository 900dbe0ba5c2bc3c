"""The variables of a call: those every call has, and which step sets and which one looks at which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from keyword import kwlist
from typing import Any, Literal

from dialplan.model import Branch, Collect, FlowStep, Lookup, Record, Say, SetVariables, Transfer
from dialplan.reckoning import FUNCTIONS
from dialplan.tree import Loc
from dialplan.words import WORDS
from ivr.core.language import Text

BUILT_IN: Mapping[str, Text] = {
    "caller": Text("the caller's number, empty when it is withheld", "来电号码，隐藏时为空"),
    "number": Text("the service number he called", "拨打的服务号码"),
    "language": Text("language of the call: zh-CN, en-US or ko-KR", "通话语言：zh-CN、en-US 或 ko-KR"),
    "date": Text("today, YYYY-MM-DD, in the site's zone", "今天的日期（站点时区），YYYY-MM-DD"),
    "time": Text("now, HH:MM, in the site's zone", "现在的时间（站点时区），HH:MM"),
    "weekday": Text("mon, tue, wed, thu, fri, sat or sun", "星期：mon、tue、wed、thu、fri、sat、sun"),
    "accessible": Text(
        "true while the accessible profile serves him, else false", "是否按无障碍方式服务：true 或 false"
    ),
    "queue_status": Text(
        "how the last queue of the call ended: continue (a talk), timeout, full, empty or key; empty text before",
        "上一次排队的结果：continue（通话后）、timeout、full、empty 或 key；排队之前为空",
    ),
    "call_id": Text("id of the call, as in the journal", "通话编号，与日志一致"),
}
"""Names that every call has, with what they mean. No step may set them."""

RESERVED = frozenset(BUILT_IN) | WORDS | frozenset(FUNCTIONS) | frozenset(kwlist)
"""Names that no step can set: those above, and words that mean something else in an expression."""

MOST = 100
"""Variables of one call."""
LONGEST = 500
"""Characters of one variable."""

Place = Literal["address", "query", "header", "body", "text"]
"""Where a template stands: ``text`` is in set, say and transfer."""

ENV_MAY_STAND: frozenset[Place] = frozenset({"address", "query", "header", "body"})
SECRETS_MAY_STAND: frozenset[Place] = frozenset({"header", "body"})


@dataclass(frozen=True, slots=True)
class TemplateAt:
    """A template of a step.

    Args:
        at: path inside the step.
        place: what it is for.
    """

    at: Loc
    text: str
    place: Place


def set_by(step: FlowStep) -> list[tuple[str, Loc]]:
    """The variables that a step sets, each with where that is written; secrets are not among them."""
    match step:
        case Collect(secret=False):
            return [(step.variable, ("variable",))]
        case Record(variable=str(name)):
            return [(name, ("variable",))]
        case Lookup():
            return [(name, ("save", name)) for name in step.save]
        case SetVariables():
            parts = (("values", step.values), ("compute", step.compute))
            return [(name, (field, name)) for field, named in parts for name in named]
    return []


def secrets_of(step: FlowStep) -> list[tuple[str, Loc]]:
    """The secrets that a step asks for."""
    return [(step.variable, ("variable",))] if isinstance(step, Collect) and step.secret else []


def templates_of(step: FlowStep) -> Iterator[TemplateAt]:
    """The templates of a step."""
    match step:
        case Lookup():
            yield TemplateAt(("url",), step.url, "address")
            parts: tuple[tuple[str, Mapping[Any, str], Place], ...] = (
                ("query", step.query, "query"),
                ("headers", step.headers, "header"),
                ("body", step.body, "body"),
            )
            for field, templates, place in parts:
                for name, text in templates.items():
                    yield TemplateAt((field, name), text, place)
        case SetVariables():
            for name, text in step.values.items():
                yield TemplateAt(("values", name), text, "text")
        case Say():
            for index, one in enumerate(step.say):
                for field in ("digits", "number", "money", "date", "time"):
                    if (text := getattr(one, field)) is not None:
                        yield TemplateAt(("say", index, field), text, "text")
        case Transfer(extension=str(text)):
            yield TemplateAt(("extension",), text, "text")


def expressions_of(step: FlowStep) -> Iterator[tuple[Loc, str]]:
    """The expressions of a step, each with where it is written."""
    match step:
        case Branch():
            for index, case in enumerate(step.cases):
                yield ("cases", index, "when"), case.when
        case SetVariables():
            for name, text in step.compute.items():
                yield ("compute", name), text


__all__ = [
    "BUILT_IN",
    "ENV_MAY_STAND",
    "LONGEST",
    "MOST",
    "RESERVED",
    "SECRETS_MAY_STAND",
    "Place",
    "TemplateAt",
    "expressions_of",
    "secrets_of",
    "set_by",
    "templates_of",
]
