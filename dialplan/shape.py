"""What the schema finds wrong, told as problems with places, texts and cures of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from dialplan import base, hours, model, numbering, staffing, trunks, waiting
from dialplan.base import pattern_of
from dialplan.codes import known, problem, shown
from dialplan.places import PARTS, Places
from dialplan.steps import STEPS, data
from dialplan.steps import base as steps
from dialplan.tree import Loc
from dialplan.wide import hint
from ivr.core.language import Text
from ivr.core.problems import Problem

MAX_SHOWN = 100

_PATTERNS: dict[str, str] = {
    pattern_of(base.Name): "DP105",
    pattern_of(base.Digits): "DP111",
    pattern_of(staffing.Keys): "DP120",
    pattern_of(base.Digit): "DP112",
    pattern_of(base.PromptId): "DP114",
    pattern_of(trunks.Host): "DP121",
    pattern_of(numbering.PhoneNumber): "DP122",
    pattern_of(numbering.Beginning): "DP122",
    pattern_of(numbering.Prefix): "DP122",
    pattern_of(trunks.Network): "DP123",
    pattern_of(waiting.NumberPattern): "DP118",
    pattern_of(data.Url): "DP124",
    pattern_of(data.JsonPath): "DP125",
    pattern_of(data.HeaderName): "DP126",
    pattern_of(steps.Expression): "DP127",
    pattern_of(steps.Template): "DP127",
    pattern_of(hours.SwitchDigit): "DP128",
    pattern_of(base.Variable): "DP129",
}
_NUMBERS = frozenset(
    {"int_parsing", "int_type", "int_from_float", "int_parsing_size", "float_parsing", "float_type", "finite_number"}
)
_SHAPES = {
    "dict_type": Text("settings, one a line: key: value", "若干设置项，每行一个 键: 值"),
    "model_type": Text("settings, one a line: key: value", "若干设置项，每行一个 键: 值"),
    "model_attributes_type": Text("settings, one a line: key: value", "若干设置项，每行一个 键: 值"),
    "list_type": Text("a list: [one, another]", "列表：[一项, 另一项]"),
    "string_type": Text("text in one line", "单行文本"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", "of at least {}", "不小于 {}"),
    "greater_than": ("gt", "above {}", "大于 {}"),
    "less_than_equal": ("le", "of at most {}", "不大于 {}"),
    "less_than": ("lt", "below {}", "小于 {}"),
}
_LENGTHS = {
    "string_too_short": ("min_length", "at least {}", "至少 {} 个字符"),
    "string_too_long": ("max_length", "at most {}", "最多 {} 个字符"),
}


def schema_problems(error: ValidationError, places: Places) -> list[Problem]:
    """The problems in ``error``, at most ``MAX_SHOWN`` of them and the count of the rest.

    Parts whose file is missing are left out: that has been told.
    """
    errors = [one for one in error.errors(include_url=False) if not _told_before(one)]
    found = [_problem(one, places) for one in errors[:MAX_SHOWN]]
    if len(errors) > MAX_SHOWN:
        found.append(problem("DP199", found[-1].where, what=len(errors) - MAX_SHOWN))
    return found


def _told_before(error: Any) -> bool:
    """Whether a file that is missing or lost says the same."""
    loc, kind = error["loc"], error["type"]
    return len(loc) == 1 and ((kind == "missing" and loc[0] in PARTS) or (kind == "too_short" and loc[0] == "flows"))


def model_at(path: Loc, step: str = "") -> type[BaseModel] | None:
    """The model whose field the last part of ``path`` names; ``step`` is the kind of step, if known."""
    found: Any = model.Site
    for part in path[:-1]:
        found = _inside(found, part, step)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _inside(kind: Any, part: str | int, step: str) -> Any:
    """What a setting, a list or a mapping of this kind holds at ``part``."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(str(part))
        return _plain(field.annotation, step) if field is not None else None
    origin, kinds = get_origin(kind), get_args(kind)
    return _plain(kinds[-1], step) if origin in {dict, list} else None


def _plain(kind: Any, step: str) -> Any:
    """The kind without what is said about it; of several, the model."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0], step)
    if get_origin(kind) in {Union, UnionType}:
        models = [one for one in get_args(kind) if one is not NoneType]
        return STEPS.get(step) if len(models) > 1 else _plain(models[0], step)
    return kind


@dataclass(frozen=True, slots=True)
class _Fault:
    """One error of pydantic, its path without the union's tags."""

    kind: str
    value: Any
    ctx: dict[str, Any]
    loc: Loc
    step: str
    message: str

    @property
    def field(self) -> str:
        """The name of the setting; for an entry of a list, the list's."""
        names = [part for part in self.loc if isinstance(part, str)]
        return names[-1] if names else "site.yaml"

    @property
    def owner(self) -> type[BaseModel] | None:
        return model_at(self.loc, self.step)


def _problem(error: Any, places: Places) -> Problem:
    loc: Loc = error["loc"]
    step = ""
    if len(loc) > 4 and loc[0] == "flows" and loc[2] == "steps":  # the union puts its tag after the step's name
        step, loc = str(loc[4]), (*loc[:4], *loc[5:])
    at_key = loc[-1:] == ("[key]",)
    if at_key:
        loc = loc[:-1]
    if str(error["type"]).startswith("union_tag"):
        loc = (*loc, "step")
    fault = _Fault(error["type"], error["input"], error.get("ctx", {}), loc, step, str(error["msg"]))
    at_key = at_key or fault.kind in {"missing", "extra_forbidden"}
    code, fields = _classify(fault)
    told = {"field": fault.field, "what": _told(fault.value)} | fields
    return problem(code, places.of_key(*loc) if at_key else places.of(*loc), **told)


def _classify(fault: _Fault) -> tuple[str, dict[str, object]]:
    kind, field = fault.kind, fault.field
    simple = (_missing_or_unknown, _not_a_choice, _not_a_word, _out_of_range)
    for classify in simple:
        if (found := classify(fault)) is not None:
            return found
    if kind in _NUMBERS:
        return "DP107", {}
    if kind == "value_error":
        return "DP108", {}
    if kind == "too_short":
        return ("DP222", {"step": fault.loc[-2]}) if field == "choices" else ("DP109", {})
    if kind in _SHAPES:
        return "DP110", {"hint": _SHAPES[kind]}
    return "DP113", {"hint": fault.message}


_Found = tuple[str, dict[str, object]] | None


def _missing_or_unknown(fault: _Fault) -> _Found:
    if fault.kind == "missing":
        return "DP102", {"what": fault.field, "hint": _hint(fault.owner, fault.field)}
    if fault.kind == "extra_forbidden":
        names = fault.owner.model_fields if fault.owner else ()
        return "DP101", {"what": fault.field, "known": known(fault.field, names)}
    return None


def _not_a_choice(fault: _Fault) -> _Found:
    if fault.kind == "literal_error":
        return "DP103", {"known": known(fault.value, _quoted(fault.ctx))}
    if fault.kind in {"bool_parsing", "bool_type"}:
        return "DP103", {"known": known("", ("true", "false"))}
    if fault.kind in {"union_tag_invalid", "union_tag_not_found"}:
        tag = fault.value.get("step") if isinstance(fault.value, dict) else None
        return "DP104", {"what": _told(tag), "known": known(tag, STEPS, most=len(STEPS))}
    return None


def _not_a_word(fault: _Fault) -> _Found:
    if fault.kind == "string_pattern_mismatch":
        code = _PATTERNS.get(str(fault.ctx.get("pattern")), "DP113")
        return code, {"hint": Text("use letters, digits, - and _", "请使用字母、数字、- 和 _")}
    if fault.kind == "string_unicode":
        return "DP105", {}
    if fault.kind in _LENGTHS:
        return "DP115", {"what": len(str(fault.value)), "hint": _limit(_LENGTHS[fault.kind], fault.ctx)}
    return None


def _out_of_range(fault: _Fault) -> _Found:
    if fault.kind in _BOUNDS:
        return "DP106", {"hint": _limit(_BOUNDS[fault.kind], fault.ctx)}
    return None


def _hint(owner: type[BaseModel] | None, field: str) -> Text:
    info = owner.model_fields.get(field) if owner else None
    described = f"{field}: ({info.description})" if info and info.description else f"{field}:"
    return Text(described, f"{field}: …")


def _limit(bound: tuple[str, str, str], ctx: dict[str, Any]) -> Text:
    limit = f"{ctx.get(bound[0], 0):g}"
    return Text(bound[1].format(limit), bound[2].format(limit))


def _quoted(ctx: dict[str, Any]) -> Iterable[str]:
    return re.findall(r"'([^']*)'", str(ctx.get("expected", "")))


def _told(value: Any) -> Text:
    match value:
        case None:
            return Text("nothing", "空值")
        case dict():
            return Text("a mapping", "映射")
        case list():
            return Text("a list", "列表")
        case _:
            told = shown(value) or "''"
            wide = hint(told)
            return Text(told + wide.en, told + wide.zh)


__all__ = ["MAX_SHOWN", "model_at", "schema_problems"]
