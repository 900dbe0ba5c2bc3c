"""The format of rulebooks as the reference in docs/rulebooks.md: ``python -m recording.rulebooks.manual FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from recording.rulebooks.base import Model
from recording.rulebooks.behaviour import PER_LANGUAGE, Behaviour, Measure
from recording.rulebooks.conditions import Cue, When, Window
from recording.rulebooks.load import pack
from recording.rulebooks.model import ManualItem, Part, Rule, Rulebook, Section
from recording.rulebooks.norms import KINDS, norm_table

BEGIN, END = "<!-- reference: made by python -m recording.rulebooks.manual -->", "<!-- end of the reference -->"
_PARTS: tuple[tuple[str, type[Model]], ...] = (
    ("Rulebook", Rulebook),
    ("Rule", Rule),
    ("Part", Part),
    ("Window", Window),
    ("Conditions (when, unless)", When),
    ("Cue", Cue),
    ("Behaviour", Behaviour),
    ("Manual item", ManualItem),
    ("Section", Section),
)


def reference() -> str:
    """The reference, in Markdown."""
    return "\n".join([BEGIN, "", *_fields(), *_measures(), *_norms(), END])


def renewed(page: str) -> str:
    """A page with its reference made anew.

    Raises:
        ValueError: if the page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the reference")
    return before + reference() + after


def _fields() -> Iterator[str]:
    for name, model in _PARTS:
        yield from (f"### {name}", "", "| key | what |", "|---|---|")
        for key, field in model.model_fields.items():
            if field.exclude:
                continue
            need = "; needed" if field.is_required() else ""
            yield f"| `{key}` | {field.description}{need} |"
        yield ""


def _measures() -> Iterator[str]:
    yield from ("### What can be measured", "", "| measure | unit | what |", "|---|---|---|")
    for measure in Measure:
        units = [unit.en for unit in PER_LANGUAGE.values()] if measure is Measure.SPEECH_RATE else []
        unit = ", ".join(units) or measure.unit("en-US").en
        yield f"| `{measure.value}` | {unit} | {measure.about.en} |"
    yield ""


def _norms() -> Iterator[str]:
    yield from (
        "### The norms in the Mandarin pack",
        "",
        "| norm | by | id | how, or why a person |",
        "|---|---|---|---|",
    )
    for line in norm_table(pack("zh-CN")):
        yield f"| {line.norm} | {KINDS[line.kind].en} | `{line.id}` | {line.how.en} |"
    yield ""


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(renewed(target.read_text(encoding="utf-8")), encoding="utf-8")
