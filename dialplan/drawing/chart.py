"""A flow as boxes and arrows with words: what both drawings show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dialplan.differing.naming import kind
from dialplan.graph import Graph
from dialplan.model import FlowStep, Site, Transfer
from ivr.core.language import Text

MAX_DETAIL = 28
"""Characters of what a box says beside its name."""
BEGIN, HUMAN = "begin", "human"
_KEYS = ("choices", "keys")
_DETAILS = {
    "play": "prompts", "menu": "prompts", "collect": "variable", "hours": "hours", "queue": "queue",
    "callback": "queue", "record": "variable", "subflow": "flow", "hangup": "prompts",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A step, or where callers come in.

    Args:
        name: of the step; empty for a way in.
        kind: of step; ``begin`` or ``human`` for a way in.
        words: the kind, in both languages.
        detail: what it is about.
        problems: codes of what is wrong with it.
        unreachable: whether no way leads here.
    """

    name: str
    kind: str
    words: str
    detail: str = ""
    problems: tuple[str, ...] = ()
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from a box to another, by their keys in the chart, and its words."""

    source: str
    target: str
    label: str


@dataclass(slots=True)
class Chart:
    """One flow.

    Args:
        title: its name.
        boxes: by key: the step's name, or a way in.
        arrows: between boxes that are there.
    """

    title: str
    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)


def chart_of(site: Site, name: str, problems: Mapping[str, Sequence[str]] | None = None) -> Chart:
    """The chart of a flow.

    Args:
        name: of the flow.
        problems: codes by step.
    """
    flow, found = site.flows[name], problems or {}
    chart = Chart(name)
    numbers = sorted(number for number, leads in site.numbers.items() if leads == name)
    chart.boxes["<begin>"] = Box("", BEGIN, "、".join(numbers) if numbers else "start 开始")
    graph = Graph(flow)
    reached = graph.reach(name for name in (flow.start, flow.human) if name is not None)
    for step_name, step in flow.steps.items():
        chart.boxes[step_name] = Box(
            step_name,
            step.step,
            _both(kind(step)),
            _detail(step),
            tuple(dict.fromkeys(found.get(step_name, ()))),
            step_name not in reached,
        )
    if flow.start in flow.steps:
        chart.arrows.append(Arrow("<begin>", flow.start, ""))
    if flow.human in flow.steps:
        chart.boxes["<human>"] = Box("", HUMAN, "0 → human 人工")
        chart.arrows.append(Arrow("<human>", str(flow.human), ""))
    for step_name, out in graph.out.items():
        labels: dict[str, list[str]] = {}
        for edge in out:
            labels.setdefault(edge.target, []).append(_label(edge.label, str(edge.at[0])))
        for target, words in labels.items():
            chart.arrows.append(Arrow(step_name, target, ", ".join(one for one in words if one)))
    return chart


def _both(text: Text) -> str:
    return text.en if text.en == text.zh else f"{text.en} {text.zh}"


def _label(label: str, setting: str) -> str:
    if setting in _KEYS:
        return label
    if label == "next":
        return ""
    return _short(label if setting != "languages" else label.split("-", maxsplit=1)[0])


def _detail(step: FlowStep) -> str:
    if isinstance(step, Transfer):
        return _short(step.queue or step.agent or step.outside or step.extension or "")
    value = getattr(step, _DETAILS.get(step.step, "") or "-", None)
    if not value:
        return ""
    return _short(", ".join(value) if isinstance(value, list) else str(value))


def _short(text: str) -> str:
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 1] + "…"


__all__ = ["BEGIN", "HUMAN", "Arrow", "Box", "Chart", "chart_of"]
