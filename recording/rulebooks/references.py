"""Whether the ids a rulebook's parts name one another by are there, and lead nowhere in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recording.rulebooks.model import Rulebook


def wrong_references(rulebook: Rulebook) -> Iterator[str]:
    """What is wrong with them, one sentence each."""
    cues = {cue.id for cue in rulebook.cues}
    heard_at = cues | {rule.id for rule in rulebook.rules}
    conditions = [(rule.id, rule.when, rule.unless) for rule in rulebook.rules]
    conditions += [(behaviour.id, behaviour.when, behaviour.unless) for behaviour in rulebook.behaviour]
    for owner, when, unless in conditions:
        for name in (*when.heard, *(unless.heard if unless else ())):
            if name not in cues:
                yield f"{owner}: heard names {name}, which is no cue of this rulebook"
    for rule in rulebook.rules:
        if rule.window.of and rule.window.of not in heard_at:
            yield f"{rule.id}: of names {rule.window.of}, which is neither cue nor rule of this rulebook"
    for behaviour in rulebook.behaviour:
        for name in behaviour.announced_by:
            if name not in heard_at:
                yield f"{behaviour.id}: announced_by names {name}, which is neither cue nor rule of this rulebook"
    yield from _circles({rule.id: rule.window.of for rule in rulebook.rules if rule.window.of})
    sections = {section.name for section in rulebook.sections}
    for item in rulebook.items if sections else ():
        if item.section not in sections:
            yield f"{item.id}: section {item.section} is not listed in sections"


def _circles(of: dict[str, str]) -> Iterator[str]:
    for start, first in of.items():
        seen, at = {start}, first
        while at in of and at not in seen:
            seen.add(at)
            at = of[at]
        if at == start:
            yield f"{start}: its window waits for itself"
