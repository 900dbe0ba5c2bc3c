"""Rulebooks as people read them: which is in force, its items, their tests run."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.rules import shelf
from ivr.console.services.trends.period import Wanted, ground
from ivr.core.language import Text
from ivr.reports.trends import read
from ivr.reports.trends.sums import ItemSums
from recording.errors import NoRulebook
from recording.rulebooks.conditions import When, Window
from recording.rulebooks.model import Behaviour, Kind, ManualItem, Rule, Rulebook
from recording.rulebooks.shelf import Edition
from recording.rulebooks.test import text_matches

LATELY = timedelta(days=30)

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


class EditionTold(BaseModel):
    """One version of one rulebook."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    effective_from: date | None = Field(description="first day of the calls it judges; null: from ever")
    language: str
    own: bool = Field(description="whether it is the site's, not one that comes with the project")
    in_force: bool = Field(description="whether it judges today's calls")


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


class SectionTold(BaseModel):
    """A section of the scorecard."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str


class BookTold(BaseModel):
    """A rulebook with its items."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    full_version: str = Field(description="with the hash of its text, as verdicts keep it")
    title: str
    language: str
    effective_from: date | None
    own: bool
    in_force: bool
    extends: str
    sections: list[SectionTold]
    items: list[ItemTold]
    points: float = Field(description="weights of all items")


class TestedTold(BaseModel):
    """One line a rule was tried with."""

    model_config = ConfigDict(frozen=True)

    rule: str
    title: str
    line: str
    wanted: bool = Field(description="whether the rule must find it")
    found: bool
    passed: bool


class TestsTold(BaseModel):
    """What a rulebook's own tests came to."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    lines: int
    failed: int
    rows: list[TestedTold] = Field(description="those that failed first")


async def editions(console: Console, who: Person) -> list[EditionTold]:
    """Every version of every rulebook, and which is in force today.

    Raises:
        Forbidden: if he may not see rules.
    """
    who.must(Permission.RULES)
    forced = await _in_force(console)
    return [_edition(one, forced) for one in await shelf.editions(console)]


async def book(console: Console, who: Person, name: str, version: str = "") -> BookTold:
    """A rulebook's items, with what they came to lately.

    Args:
        version: the one in force today when empty.

    Raises:
        Forbidden: if he may not see rules.
        NotFound: if there is none.
        RulebookError: if it has errors.
    """
    who.must(Permission.RULES)
    found = await shelf.edition(console, name, version)
    told = await shelf.rulebook(console, found)
    today = console.clock.now().astimezone(console.zone).date()
    since = today - LATELY + timedelta(days=1)
    here = await ground(console, Wanted(period="days", since=since.isoformat(), until=today.isoformat()))
    async with console.database.read() as session:
        lately = await read.items(session, here.span)
    return BookTold(
        name=told.name,
        version=told.version,
        full_version=told.full_version,
        title=str(told.title.text),
        language=told.language,
        effective_from=found.effective_from,
        own=found.own,
        in_force=found.path in await _in_force(console),
        extends=told.extends,
        sections=[SectionTold(name=one.name, title=str(one.title.text)) for one in told.sections],
        items=[_item(one, told, lately.get(one.id), since) for one in told.items],
        points=sum(one.weight for one in told.items),
    )


async def item(console: Console, who: Person, name: str, item_id: str, version: str = "") -> tuple[BookTold, ItemTold]:
    """One item, and the rulebook it stands in.

    Raises:
        Forbidden: if he may not see rules.
        NotFound: if there is none.
    """
    told = await book(console, who, name, version)
    for one in told.items:
        if one.id == item_id:
            return told, one
    raise NotFound(Text(f"no item {item_id!r:.60} in {name:.60}", f"话术规则 {name:.60} 中没有 {item_id!r:.60}"))


async def run_tests(console: Console, who: Person, name: str, version: str = "", rule: str = "") -> TestsTold:
    """Run the lines that rules must and must not find.

    Args:
        rule: only this rule's.

    Raises:
        Forbidden: if he may not try rules.
        NotFound: if there is no such rulebook or rule.
        RulebookError: if it has errors.
    """
    who.must(Permission.RULES_TRY)
    told = await shelf.rulebook(console, await shelf.edition(console, name, version))
    rules = [one for one in told.rules if rule in {"", one.id}]
    if not rules:
        raise NotFound(Text(f"no rule {rule!r:.60} in {name:.60}", f"话术规则 {name:.60} 中没有 {rule!r:.60}"))

    def work() -> list[TestedTold]:
        tried = []
        for one in rules:
            for lines, wanted in ((one.must_match, True), (one.must_not_match, False)):
                for line in lines:
                    found = text_matches(told, one, line)
                    title = str(one.title.text)
                    tried.append(
                        TestedTold(
                            rule=one.id, title=title, line=line, wanted=wanted, found=found, passed=found is wanted
                        )
                    )
        return tried

    tried = await asyncio.to_thread(work)
    return TestsTold(
        name=told.name,
        version=told.full_version,
        lines=len(tried),
        failed=sum(not one.passed for one in tried),
        rows=sorted(tried, key=lambda one: one.passed),
    )


async def _in_force(console: Console) -> set[Path]:
    """The files that judge today's calls, one a rulebook."""
    found: set[Path] = set()
    for name in {one.name for one in await shelf.editions(console)}:
        try:
            found.add((await shelf.edition(console, name)).path)
        except (NotFound, NoRulebook):
            continue
    return found


def _edition(one: Edition, forced: set[Path]) -> EditionTold:
    return EditionTold(
        name=one.name,
        version=one.version,
        effective_from=one.effective_from,
        language=one.language,
        own=one.own,
        in_force=one.path in forced,
    )


def _item(one: object, told: Rulebook, sums: ItemSums | None, since: date) -> ItemTold:
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


__all__ = [
    "BookTold",
    "EditionTold",
    "ItemTold",
    "LatelyTold",
    "SectionTold",
    "TestedTold",
    "TestsTold",
    "book",
    "editions",
    "item",
    "run_tests",
]
