"""Which norm a rulebook judges by words, which by measurement, and which it leaves to a person."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.core.language import Text
from recording.rulebooks.model import Rulebook

# What the service norms ask of an agent, as far as calls can show it.
ASKED = (
    *(f"C{number}" for number in range(1, 18)),
    *(f"D{number}" for number in range(1, 10)),
    *(f"E{number}" for number in range(1, 5)),
    "B3",
    "A9",
)

KINDS = {
    "phrase": Text("phrase", "话术"),
    "behaviour": Text("behaviour", "行为测量"),
    "manual": Text("person", "人工"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One item that judges a norm.

    Args:
        norm: id in the service norms.
        kind: phrase, behaviour or manual.
        id: of the rule, behaviour or manual item.
        title: of it.
        how: what is looked at; for a manual item the reason why no machine judges it.
    """

    norm: str
    kind: str
    id: str
    title: Text
    how: Text


def norm_table(rulebook: Rulebook) -> list[Line]:
    """Every item of a rulebook by the norm it judges, in the order of the norms."""
    lines = [
        Line(rule.norm, "phrase", rule.id, rule.title.text, Text(*(f"{rule.kind}, {rule.window.moment}",) * 2))
        for rule in rulebook.rules
    ]
    for behaviour in rulebook.behaviour:
        about, unit = behaviour.measure.about, behaviour.measure.unit(rulebook.language)
        limits = " ".join(
            part
            for part in (
                f"≥ {behaviour.at_least:g}" if behaviour.at_least is not None else "",
                f"≤ {behaviour.at_most:g}" if behaviour.at_most is not None else "",
            )
            if part
        )
        how = Text(f"{about.en}: {limits} {unit.en}", f"{about.zh}：{limits} {unit.zh}")
        lines.append(Line(behaviour.norm, "behaviour", behaviour.id, behaviour.title.text, how))
    lines += [Line(item.norm, "manual", item.id, item.title.text, item.reason.text) for item in rulebook.manual]
    return sorted(lines, key=lambda line: _place(line.norm))


def not_covered(rulebook: Rulebook) -> list[str]:
    """Norms of ``ASKED`` that no item of a rulebook judges."""
    covered = {item.norm for item in rulebook.items}
    return [norm for norm in ASKED if norm not in covered]


def _place(norm: str) -> tuple[str, int]:
    return norm[0], int(norm[1:])
