"""Steps in which the caller presses keys: how often he is asked, how long he has, and what the keys mean (A9)."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import problem
from dialplan.model import Collect, FlowStep, Input, Ladder, LanguageChoice, Menu, Site, Survey
from dialplan.nesting import Nesting
from dialplan.places import Places
from dialplan.semantics.norms import HUMAN
from dialplan.tree import Loc
from ivr.core.problems import Problem

PATIENCE = 5.0
"""Seconds a silent caller has before he is asked again (A9)."""
LEAST_TRIES = 3
"""A silent caller is asked, and asked again twice (A9)."""
REPEAT, OPERATOR = "*", "0"
"""What these keys mean to callers of the accessible profile, everywhere."""


def inputs(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of menus, entries and surveys."""
    for (flow, name), step in nesting.steps.items():
        at: Loc = ("flows", flow, "steps", name)
        if isinstance(step, Input):
            yield from _ladder(name, step, at, places)
        match step:
            case Collect():
                yield from _entry(name, step, at, places)
            case Survey():
                yield from _questions(name, step, at, places)
    if site.accessible is not None:
        yield from _accessible(nesting, places)


def _ladder(name: str, step: Input, at: Loc, places: Places) -> Iterator[Problem]:
    if step.timeout < PATIENCE:
        yield problem("DP311", places.of(*at, "timeout"), step=name, what=f"{step.timeout:g}")
    if step.tries < LEAST_TRIES and isinstance(step, Ladder):
        yield problem("DP312", places.of(*at, "tries"), step=name, what=step.tries)
    for setting in ("invalid", "silent"):
        count = len(getattr(step, setting))
        # after the last try comes the closing formula, or what follows; not another wording
        if setting in step.model_fields_set and count > max(step.tries - 1, 1):
            yield problem("DP254", places.of(*at, setting), step=name, tries=step.tries, what=count, field=setting)
    if step.tries == 1 and getattr(step, "again", []):
        yield problem("DP254", places.of(*at, "again"), step=name, tries=1, what=1, field="again")


def _entry(name: str, step: Collect, at: Loc, places: Places) -> Iterator[Problem]:
    if step.secret and step.confirm:
        yield problem("DP252", places.of(*at, "confirm"), step=name)
    if not step.terminator and step.min < step.max:
        where = places.of(*at, "terminator")
        yield problem("DP255", where, step=name, least=step.min, most=step.max, what=f"{step.timeout:g}")


def _questions(name: str, step: Survey, at: Loc, places: Places) -> Iterator[Problem]:
    asked: set[str] = set()
    for index, question in enumerate(step.questions):
        here = (*at, "questions", index)
        if question.name in asked:
            yield problem("DP250", places.of(*here, "name"), step=name, what=question.name)
        asked.add(question.name)
        for position, key in enumerate(question.keys):
            if key in question.keys[:position]:
                yield problem("DP251", places.of(*here, "keys", position), what=key, question=question.name)


def _accessible(nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Keys that the accessible profile uses otherwise."""
    human = nesting.leading(nesting.spots(HUMAN))
    for (flow, name), step in nesting.steps.items():
        at: Loc = ("flows", flow, "steps", name)
        for key, path in _clashes(flow, name, step, human):
            yield problem("DP256", places.of(*at, *path), step=name, what=key)


def _clashes(flow: str, name: str, step: FlowStep, human: set[tuple[str, str]]) -> Iterator[tuple[str, Loc]]:
    match step:
        case Menu():
            for key, target in step.choices.items():
                if (key == REPEAT and target != name) or (key == OPERATOR and (flow, target) not in human):
                    yield key, ("choices", key)
        case LanguageChoice():
            for key in step.choices:
                if key in {REPEAT, OPERATOR}:
                    yield key, ("choices", key)
        case Survey():
            for index, question in enumerate(step.questions):
                for position, key in enumerate(question.keys):
                    if key in {REPEAT, OPERATOR}:
                        yield key, ("questions", index, "keys", position)
        case Collect() if step.terminator == REPEAT:
            yield REPEAT, ("terminator",)


__all__ = ["LEAST_TRIES", "OPERATOR", "PATIENCE", "REPEAT", "inputs"]
