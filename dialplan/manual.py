"""The manual of a site, made from the schema and the table of problems: it cannot say what the code does not do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pydantic import BaseModel

from dialplan import base, numbering, staffing, trunks
from dialplan.alerts import AlertRule
from dialplan.base import pattern_of
from dialplan.codes import CODES
from dialplan.examples import EXAMPLES
from dialplan.manual_zh import ZH
from dialplan.model import (
    Accessible,
    Agent,
    CallbackSettings,
    CallerList,
    Case,
    Flow,
    Hours,
    Opening,
    Question,
    Queue,
    Site,
    Spoken,
)
from dialplan.numbering import Numbering, Rewrite
from dialplan.places import PARTS
from dialplan.staffing import CallOutcome, PauseReason, Staffing
from dialplan.steps import STEPS
from dialplan.trunks import Outside, Sip, Trunk
from dialplan.variables import BUILT_IN

ManualLanguage = Literal["en", "zh"]

_FILES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("site.yaml", Site),
    ("queues.yaml", Queue),
    ("agents.yaml", Agent),
    ("staffing.yaml", Staffing),
    ("staffing.yaml: pause_reasons", PauseReason),
    ("staffing.yaml: outcomes", CallOutcome),
    ("hours.yaml", Hours),
    ("hours.yaml: openings", Opening),
    ("callers.yaml", CallerList),
    ("site.yaml: callback", CallbackSettings),
    ("site.yaml: sip", Sip),
    ("trunks.yaml", Trunk),
    ("trunks.yaml: numbering", Numbering),
    ("trunks.yaml: numbering: rules", Rewrite),
    ("site.yaml: outside", Outside),
    ("site.yaml: accessible", Accessible),
    ("alerts.yaml", AlertRule),
    ("flows/*.yaml", Flow),
)
_INSIDE: dict[str, tuple[str, type[BaseModel]]] = {
    "branch": ("cases", Case),
    "say": ("say", Spoken),
    "survey": ("questions", Question),
}
"""Settings of steps that have settings of their own."""
_HEADS = {
    "en": ("setting", "values", "default", "meaning"),
    "zh": ("设置项", "取值", "默认值", "含义"),
}
_CODE_HEADS = {
    "en": ("code", "severity", "problem", "cure"),
    "zh": ("代码", "级别", "问题", "处理办法"),
}
_VARIABLE_HEADS = {"en": ("variable", "meaning"), "zh": ("变量", "含义")}
_VARIABLES = {"en": "### Variables every call has", "zh": "### 每个通话都有的变量"}
_REQUIRED = {"en": "(required)", "zh": "（必填）"}
_SIMPLE = {
    "boolean": "`true`, `false`",
    "object": "{…: …}",
    "time": "08:30",
    "date": "2026-10-01",
    pattern_of(base.Name): "name",
    pattern_of(base.Digits): "digits",
    pattern_of(staffing.Keys): "digits",
    pattern_of(numbering.Prefix): "digits",
    pattern_of(numbering.PhoneNumber): "number",
    pattern_of(numbering.Beginning): "number",
    pattern_of(trunks.Network): "203.0.113.0/24",
    pattern_of(base.PromptId): "prompt-id",
}
_UNSHOWN = {
    "DP001": "`queues.yaml` is not there.",
    "DP002": "`flows/main.yaml` is a folder.",
    "DP199": "More than 100 mistakes in one site.",
}
"""What brings those problems about that no text of a file shows."""
_ELSEWHERE = frozenset({*PARTS, "flows"})  # in files of their own


def manual(language: ManualLanguage = "en") -> str:
    """Tables of files, steps and problems, in Markdown."""
    parts: list[str] = []
    for title, model in _FILES:
        parts += [f"### {title}", _summary(model, language), *_settings(model, language)]
    for name, model in STEPS.items():
        parts += [f"### step: {name}", _summary(model, language), *_settings(model, language, skip={"step"})]
        if name in _INSIDE:
            setting, inner = _INSIDE[name]
            parts += [f"#### step: {name}: {setting}", _summary(inner, language), *_settings(inner, language)]
    parts += [_VARIABLES[language], _table(_VARIABLE_HEADS[language], _variables(language))]
    parts += [{"en": "### Problems", "zh": "### 问题代码"}[language], _table(_CODE_HEADS[language], _codes(language))]
    return "\n\n".join(parts) + "\n"


def code_pages() -> str:
    """Every code with what it means, how to mend it, in English and Chinese, and an example; in Markdown."""
    parts: list[str] = []
    for code, kind in CODES.items():
        parts += [
            f"### {code} ({kind.severity.value})",
            _escaped(f"{plain(kind.text.en)}. To mend it: {plain(kind.cure.en)}."),
            _escaped(f"{plain(kind.text.zh)}。处理办法：{plain(kind.cure.zh)}。"),
            example(code).strip(),
        ]
    return "\n\n".join(filter(None, parts)) + "\n"


def refreshed(text: str) -> str:
    """``text`` with the manual of today between its marks: ``manual:en`` and ``manual:zh``, or ``codes``.

    A mark is ``<!-- codes -->`` before and ``<!-- /codes -->`` after.

    Raises:
        ValueError: if a mark is missing.
    """
    made: dict[str, Callable[[], str]] = {"manual:en": partial(manual, "en"), "manual:zh": partial(manual, "zh")}
    for name, make in {"codes": code_pages}.items() if "<!-- codes -->" in text else made.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        head, _, rest = text.partition(begin)
        _, mark, tail = rest.partition(end)
        if not mark:
            raise ValueError(f"the text has no marks {begin.strip()} … {end}")
        text = f"{head}{begin}\n{make()}\n{end}{tail}"
    return text


def example(code: str) -> str:
    """What brings a problem about, as Markdown: the file and its text, or in words where it cannot be shown."""
    if code in _UNSHOWN:
        return _UNSHOWN[code]
    found = EXAMPLES[code]
    if not isinstance(found.text, str) or len(found.text) > 600:
        return ""
    files = {found.file: found.text, **found.besides}
    return "\n".join(f"`{file}`\n\n```yaml\n{text}```\n" for file, text in files.items() if isinstance(text, str))


def _summary(model: type[BaseModel], language: ManualLanguage) -> str:
    english = (model.__doc__ or "").strip().split("\n")[0]
    return ZH[model.__name__] if language == "zh" else english


def _settings(model: type[BaseModel], language: ManualLanguage, skip: Iterable[str] = ()) -> list[str]:
    spec = model.model_json_schema()
    left_out = {*skip, *(_ELSEWHERE if model is Site else ())}
    rows = [
        (
            f"`{name}`",
            _values(field, spec),
            _default(model, name, language),
            _meaning(model, name, field, language),
        )
        for name, field in spec.get("properties", {}).items()
        if name not in left_out
    ]
    return [_table(_HEADS[language], rows)] if rows else []


def _meaning(model: type[BaseModel], name: str, field: dict[str, Any], language: ManualLanguage) -> str:
    if language == "en":
        return str(field.get("description", ""))
    return ZH.get(f"{model.__name__}.{name}") or ZH[f".{name}"]


def _default(model: type[BaseModel], name: str, language: ManualLanguage) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return _REQUIRED[language]
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel) or value in ("", [], {}):
        return "–"
    if isinstance(value, list):
        return f"`[{', '.join(str(one) for one in value)}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(field: dict[str, Any], spec: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " / ".join(_values(one, spec) for one in field["anyOf"] if one.get("type") != "null")
    if "enum" in field or "const" in field:
        return ", ".join(f"`{one}`" for one in field.get("enum", [field.get("const")]))
    kind = field.get("type", "object")
    if kind == "array":
        return f"[{_values(field['items'], spec)}]"
    if kind in {"integer", "number"}:
        return f"{field['minimum']:g}–{field['maximum']:g}"
    return _SIMPLE.get(kind) or _SIMPLE.get(str(field.get("format") or field.get("pattern")), "text")


def _codes(language: ManualLanguage) -> Iterator[tuple[str, ...]]:
    for code, kind in CODES.items():
        text, cure = (part.zh if language == "zh" else part.en for part in (kind.text, kind.cure))
        yield code, kind.severity.value, plain(text), plain(cure)


def _variables(language: ManualLanguage) -> Iterator[tuple[str, ...]]:
    for name, text in BUILT_IN.items():
        yield f"`{name}`", text.zh if language == "zh" else text.en


def plain(template: str) -> str:
    """The text of a code, its fields as ``<field>``."""
    names = {name: f"<{name}>" for _, name, _, _ in Formatter().parse(template) if name}
    return template.format(**names)


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [_row(head), _row(("---",) * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    escaped = (_escaped(cell.replace("|", "\\|")) for cell in cells)
    return "| " + " | ".join(escaped) + " |"


__all__ = ["ManualLanguage", "code_pages", "example", "manual", "plain", "refreshed"]

if __name__ == "__main__":  # python -m dialplan.manual docs/admin-guide.md docs/flows-checking.md
    for _name in sys.argv[1:]:
        _path = Path(_name)
        _path.write_text(refreshed(_path.read_text(encoding="utf-8")), encoding="utf-8")
