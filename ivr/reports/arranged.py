"""Verdicts as a reader wants them: by agent, in the sections of the scorecard, what did not apply apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.reports.findings import Card, CardItem, Finding, Reading
from ivr.reports.model import CallStory
from recording.rulebooks.behaviour import Measure


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section of one agent's card.

    Args:
        title: of the section; both empty where the call has no sections.
        points, possible: of the items that count; ``possible`` is 0 where none does.
        findings: that applied.
        manual: items a person judges.
    """

    title: Text
    points: float
    possible: float
    findings: tuple[Finding, ...]
    manual: tuple[CardItem, ...]


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent's verdicts.

    Args:
        card: None where there is none.
        aside: findings that did not apply to the call.
    """

    agent: str
    card: Card | None
    sections: tuple[SectionView, ...]
    aside: tuple[Finding, ...]


def arranged(story: CallStory) -> tuple[AgentView, ...]:
    """The verdicts of a call by agent and section; agents in the order of their verdicts."""
    cards = {card.agent: card for card in story.cards}
    agents = dict.fromkeys([*(one.agent for one in story.findings), *cards])
    return tuple(_agent(agent, cards.get(agent), [f for f in story.findings if f.agent == agent]) for agent in agents)


def shown_reading(reading: Reading) -> Text:
    """What was measured and the limits: ``289.6 words/min (180 to 420)``."""
    if reading.name == Measure.HUNG_UP_FIRST:
        return (
            Text("the agent hung up first", "坐席先挂机")
            if reading.value
            else Text("the agent did not hang up first", "坐席未先挂机")
        )
    value, limits = f"{reading.value:.1f}".removesuffix(".0"), _limits(reading)
    en, zh = f"{value} {reading.unit.en}", f"{value} {reading.unit.zh}"
    if limits is None:
        return Text(en, zh)
    return Text(f"{en} ({limits.en})", f"{zh}（{limits.zh}）")


def _agent(agent: str, card: Card | None, findings: Sequence[Finding]) -> AgentView:
    items = card.items if card is not None else ()
    of_rule = {item.rule: item.section for item in items}
    titles = dict(card.sections) if card is not None else {}
    shown = [one for one in findings if one.mark != "not_applicable"]
    names = dict.fromkeys([*titles, *(of_rule.get(one.rule, one.section) for one in shown)])
    sections = []
    for name in names:
        here = tuple(one for one in shown if of_rule.get(one.rule, one.section) == name)
        manual = tuple(item for item in items if item.manual and item.section == name)
        if not here and not manual:
            continue
        counted = [item for item in items if item.section == name and item.points is not None]
        points, possible = sum(item.points or 0.0 for item in counted), sum(item.weight for item in counted)
        sections.append(SectionView(titles.get(name) or Text(name, name), points, possible, here, manual))
    return AgentView(agent, card, tuple(sections), tuple(one for one in findings if one.mark == "not_applicable"))


def _limits(reading: Reading) -> Text | None:
    low, high = reading.at_least, reading.at_most
    if low is not None and high is not None:
        return Text(f"{low:g} to {high:g}", f"{low:g}–{high:g}")
    if low is not None:
        return Text(f"at least {low:g}", f"至少 {low:g}")
    if high is not None:
        return Text(f"at most {high:g}", f"至多 {high:g}")
    return None
