"""Variables of a call: which steps set them, which use them, and secrets that must not be seen."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from dialplan.codes import known, problem, shown
from dialplan.expressions import Expression, ExpressionError
from dialplan.model import Branch, SetVariables, Site
from dialplan.nesting import Nesting, Spot
from dialplan.places import Places
from dialplan.templates import ENV, ENV_BEGINS, SECRET, TemplateError, names_in
from dialplan.tree import Loc
from dialplan.variables import (
    BUILT_IN,
    ENV_MAY_STAND,
    RESERVED,
    SECRETS_MAY_STAND,
    expressions_of,
    secrets_of,
    set_by,
    templates_of,
)
from ivr.core.language import Text
from ivr.core.problems import Problem

_ENV = re.compile(r"\{(env\.[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class _Use:
    """A name that a step looks at."""

    name: str
    at: Loc


def variables(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Problems of the variables."""
    names: dict[str, int] = {}  # variable to its bit
    plain: dict[str, Spot] = {}
    secret: dict[str, Spot] = {}
    for spot, step in nesting.steps.items():
        for name, _ in set_by(step):
            names.setdefault(name, 1 << len(names))
            plain.setdefault(name, spot)
        for name, _ in secrets_of(step):
            secret.setdefault(name, spot)
    before = _set_before(nesting, names)
    for (flow, name), step in nesting.steps.items():
        at: Loc = ("flows", flow, "steps", name)
        yield from _sets(nesting, (flow, name), secret, places)
        uses: list[_Use] = []
        for path, text in expressions_of(step):
            try:
                found = sorted(Expression.parse(text).names)
            except ExpressionError as error:
                fields = {"why": error.why, "column": error.column, "what": text}
                yield problem("DP401", places.of(*at, *path), step=name, **fields)
                continue
            uses += [_Use(one, path) for one in found]
            if isinstance(step, Branch) and not found:
                yield problem("DP417", places.of(*at, *path), step=name, what=text)
        for path, one in _templated(nesting, (flow, name), places):
            if isinstance(one, Problem):
                yield one
            else:
                uses.append(_Use(one, path))
        for use in uses:
            yield from _used(name, use, at, (names, plain, secret), before[flow, name], places)


def _sets(nesting: Nesting, spot: Spot, secret: dict[str, Spot], places: Places) -> Iterator[Problem]:
    """What is wrong with the variables that a step sets."""
    (flow, name), step = spot, nesting.steps[spot]
    at: Loc = ("flows", flow, "steps", name)
    for variable, path in (*set_by(step), *secrets_of(step)):
        where = places.of(*at, *path) if path == ("variable",) else places.of_key(*at, *path)
        if variable in RESERVED:
            yield problem("DP405", where, step=name, what=variable)
    for variable, path in set_by(step):
        where = places.of(*at, *path) if path == ("variable",) else places.of_key(*at, *path)
        if variable in secret:
            yield problem("DP407", where, step=name, what=variable, other=secret[variable][1])
    if isinstance(step, SetVariables):
        for variable in step.values:
            if variable in step.compute:
                yield problem("DP409", places.of_key(*at, "compute", variable), step=name, what=variable)
        if not step.values and not step.compute and step.accessible is None:
            yield problem("DP415", places.of_key(*at), step=name)


def _templated(nesting: Nesting, spot: Spot, places: Places) -> Iterator[tuple[Loc, Problem | str]]:
    """The variables in a step's templates, and what is wrong with the templates themselves."""
    flow, step = spot
    for one in templates_of(nesting.steps[spot]):
        where = places.of("flows", flow, "steps", step, *one.at)
        try:
            names = names_in(one.text)
        except TemplateError as error:
            begun = _ENV.match(one.text, error.column - 1)
            if begun is not None:
                yield one.at, problem("DP408", where, step=step, what=begun[1], begins=ENV_BEGINS)
            else:
                fields = {"why": error.why, "column": error.column, "what": one.text}
                yield one.at, problem("DP402", where, step=step, **fields)
            continue
        for name in dict.fromkeys(names):
            if name.startswith(SECRET) and one.place not in SECRETS_MAY_STAND:
                yield one.at, problem("DP406", where, step=step, what=name.removeprefix(SECRET))
            elif name.startswith(ENV) and one.place not in ENV_MAY_STAND:
                yield one.at, problem("DP408", where, step=step, what=name, begins=ENV_BEGINS)
            elif not name.startswith(ENV):
                yield one.at, name


_Known = tuple[dict[str, int], dict[str, Spot], dict[str, Spot]]


def _used(step: str, use: _Use, at: Loc, names: _Known, before: int, places: Places) -> Iterator[Problem]:
    bits, plain, secret = names
    where = places.of(*at, *use.at)
    if use.name.startswith(SECRET):
        if use.name.removeprefix(SECRET) not in secret:
            yield problem(
                "DP403", where, step=step, what=use.name, known=known(use.name, (SECRET + one for one in secret))
            )
    elif use.name in BUILT_IN:
        return
    elif use.name not in plain:
        if use.name in secret:
            yield problem("DP406", where, step=step, what=use.name)
        else:
            names_there = known(use.name, {*plain, *BUILT_IN})
            if "when" in use.at or "compute" in use.at:
                name = shown(use.name)
                names_there = Text(
                    f"{names_there.en}; if it is a text, put it in quotes: '{name}'",
                    f"{names_there.zh}；如果是文字，请加引号：'{name}'",
                )
            yield problem("DP403", where, step=step, what=use.name, known=names_there)
    elif not before & bits[use.name]:
        yield problem("DP404", where, step=step, what=use.name)


def _set_before(nesting: Nesting, names: dict[str, int]) -> dict[Spot, int]:
    """For each step, the variables that a step before it can have set, as bits."""
    sets = {spot: _bits(names, [name for name, _ in set_by(step)]) for spot, step in nesting.steps.items()}
    follows = nesting.follows
    found = dict.fromkeys(nesting.steps, 0)
    waiting = deque(spot for spot, bits in sets.items() if bits)
    while waiting:
        spot = waiting.popleft()
        bits = found[spot] | sets[spot]
        for target in follows.get(spot, ()):
            if bits & ~found[target]:
                found[target] |= bits
                waiting.append(target)
    return found


def _bits(names: dict[str, int], found: list[str]) -> int:
    bits = 0
    for name in found:
        bits |= names[name]
    return bits


__all__ = ["variables"]
