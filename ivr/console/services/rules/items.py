"""Items of rulebooks as people read them: what is to be said or measured, when, and what it came to lately."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.core.language import Text
from ivr.reports.trends.sums import ItemSums
from recording.rulebooks.conditions import When, Window
from recording.rulebooks.model import Behaviour, Judged, Kind, ManualItem, Rule, Rulebook

MOMENTS = {
    "anywhere": Text("anywhere in the talk", "通话全程"),
    "opening": Text("from the first word on", "开口后"),
    "closing": Text("back from the last word", "结束前"),
    "call_start": Text("from the connection on", "接通后"),
    "call_end": Text("back from the end", "挂机前"),
    "before_hold": Text("before a hold", "保持前"),
    "after_hold": Text("after a hold", "保持后"),
    "before_transfer": Text("before a transfer", "转接前"),
    "before": Text("before", "之前"),
    "after": Text("after", "之后"),
    "around": Text("around", "前后"),
}
KINDS = {
    "must": Text("must be said", "必须说"),
    "must_not": Text("must not be said", "不得说"),
    "measured": Text("measured", "测量"),
    "manual": Text("judged by a person", "人工评判"),
}


class LatelyTold(BaseModel):
    """How often the machine found an item kept, broken, or could not tell, in the last 30 days."""

    model_config = ConfigDict(frozen=True)

    since: date
    kept: int
    broken: int
    unsure: int
    not_applicable: int


class ItemTold(BaseModel):
    """One item of a rulebook."""

    model_config = ConfigDict(frozen=True)

    id: str
    norm: str
    title: str
    kind: Literal["must", "must_not", "measured", "manual"]
    kind_name: str
    section: str
    weight: float
    fail_all: bool
    by: str = Field(description="whose words count: agent, caller or either; of what is not said: agent")
    where: str = Field(description="when in the call it counts")
    when: str = Field(description="of which calls; empty: of all")
    detail: str = Field(description="limits of what is measured, or why a person judges it")
    phrases: list[str] = Field(description="ways of saying it")
    near_misses: list[str]
    must_match: list[str]
    must_not_match: list[str]
    lately: LatelyTold | None


def item_told(one: Judged, told: Rulebook, sums: ItemSums | None, since: date) -> ItemTold:
    """One item of the rulebook ``told``, with what it came to since then."""
    assert isinstance(one, Rule | Behaviour | ManualItem)
    rule = one if isinstance(one, Rule) else None
    kind: Literal["must", "must_not", "measured", "manual"]
    if rule is not None:
        kind = "must" if rule.kind is Kind.MUST else "must_not"
    else:
        kind = "measured" if isinstance(one, Behaviour) else "manual"
    detail = ""
    if isinstance(one, Behaviour):
        detail = _limits(one, told.language)
    elif isinstance(one, ManualItem):
        detail = str(one.reason.text)
    conditions = "" if isinstance(one, ManualItem) else _when(one.when, one.unless)
    return ItemTold(
        id=one.id,
        norm=one.norm,
        title=str(one.title.text),
        kind=kind,
        kind_name=str(KINDS[kind]),
        section=one.section,
        weight=one.weight,
        fail_all=one.fail_all,
        by="agent" if rule is None else rule.by,
        where="" if rule is None else _where(rule.window),
        when=conditions,
        detail=detail,
        phrases=[] if rule is None else [phrase for part in rule.all_parts for phrase in part.variants],
        near_misses=[] if rule is None else list(rule.near_misses),
        must_match=[] if rule is None else list(rule.must_match),
        must_not_match=[] if rule is None else list(rule.must_not_match),
        lately=None
        if sums is None or isinstance(one, ManualItem)
        else LatelyTold(
            since=since,
            kept=sums.definite - sums.reported,
            broken=sums.reported,
            unsure=sums.unsure,
            not_applicable=sums.not_applicable,
        ),
    )


def _limits(one: Behaviour, language: str) -> str:
    unit = str(one.measure.unit(language))
    parts = [str(one.measure.about)]
    if one.at_least is not None:
        parts.append(f"≥ {one.at_least:g} {unit}")
    if one.at_most is not None:
        parts.append(f"≤ {one.at_most:g} {unit}")
    return " · ".join(parts)


def _where(window: Window) -> str:
    moment = str(MOMENTS[window.moment.value])
    if window.of:
        moment = f"{moment} {window.of}"
    return moment if window.moment == "anywhere" else f"{moment}, {window.seconds:g} s"


def _when(when: When, unless: When | None) -> str:
    def shown(condition: When) -> str:
        given = condition.model_dump(exclude_defaults=True)
        return ", ".join(f"{name}: {_value(value)}" for name, value in given.items())

    parts = [] if when.always else [shown(when)]
    if unless is not None:
        parts.append(f"{Text('unless', '除非')} {shown(unless)}")
    return " · ".join(parts)


def _value(value: object) -> str:
    if isinstance(value, list):
        return " / ".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(Text("yes", "是") if value else Text("no", "否"))
    return str(value)


__all__ = ["ItemTold", "LatelyTold", "item_told"]
