"""The ways out of each kind of step: a table of its settings that name steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from dialplan.model import (
    Answer,
    Branch,
    Callback,
    Collect,
    Enqueue,
    FlowStep,
    Greeting,
    Hangup,
    HoursGate,
    LanguageChoice,
    Lookup,
    Menu,
    Play,
    Queue,
    Record,
    Say,
    SetVariables,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from dialplan.tree import Loc


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step to another.

    Args:
        source, target: names of steps; the target may not be there.
        label: what leads this way: ``next``, a key, ``failure``, ``open``, ``closed``, ``after``, ``timeout``.
        at: path of the reference inside the step.
        silent: whether a caller who does nothing can go this way without having waited in a queue.
    """

    source: str
    target: str
    label: str
    at: Loc
    silent: bool

    @property
    def chosen(self) -> bool:
        """Whether the caller chose this way in a menu."""
        return self.at[0] == "choices"


def _turns_away(step: FlowStep, queue: Queue | None) -> bool:
    """Whether ``timeout`` is also the way of callers who are not let in, and so have not waited."""
    if queue is None or not isinstance(step, Enqueue):
        return False
    return bool(queue.max_length and not step.full) or not (queue.join_empty or step.empty)


@dataclass(frozen=True, slots=True)
class _Row:
    """One setting that names steps.

    Args:
        silent: as of ``Edge``.
        ends: whether the flow is over where the setting is not given; another setting, or a formula, stands in else.
    """

    setting: str
    silent: bool | Callable[[FlowStep, Queue | None], bool] = True
    ends: bool = False


_NEXT = _Row("next", ends=True)
_FAILURE = _Row("failure")

_WAYS: dict[type[BaseModel], tuple[_Row, ...]] = {
    Answer: (_NEXT,),
    Play: (_NEXT,),
    Greeting: (_NEXT,),
    Say: (_NEXT, _FAILURE),
    Menu: (_Row("choices", silent=False), _FAILURE),
    Collect: (_Row("next", silent=False, ends=True), _FAILURE),
    LanguageChoice: (_NEXT,),
    Survey: (_NEXT,),
    HoursGate: (_Row("open"), _Row("closed"), _Row("at_break"), _Row("holiday")),
    Lookup: (_NEXT, _Row("not_found"), _FAILURE),
    SetVariables: (_NEXT,),
    Branch: (_Row("cases"), _Row("languages"), _NEXT),
    Enqueue: (
        _Row("after", silent=False, ends=True),
        _Row("timeout", silent=_turns_away, ends=True),
        _Row("full"),
        _Row("empty"),
        _Row("keys", silent=False),
    ),
    Callback: (
        _Row("next", silent=False, ends=True),
        _Row("failure", ends=True),
        _Row("after", silent=False, ends=True),
    ),
    Transfer: (_Row("after", silent=False, ends=True), _Row("busy"), _Row("failure", ends=True)),
    Voicemail: (_NEXT,),
    Record: (_NEXT, _FAILURE),
    Subflow: (_NEXT,),
    Hangup: (),
}


def edges(name: str, step: FlowStep, queues: Mapping[str, Queue]) -> Iterator[Edge]:
    """Every way out of a step, in the order in which the step names them."""
    for row in _WAYS[type(step)]:
        silent = _silent(row, step, queues)
        for target, label, at in _targets(row.setting, getattr(step, row.setting)):
            yield Edge(name, target, label, at, silent)


def ends(step: FlowStep, queues: Mapping[str, Queue], *, silently: bool = False) -> bool:
    """Whether the flow can be over after this step, though the call is not: the flow around it goes on then.

    Args:
        silently: count only the ways of a caller who does nothing.
    """
    return any(
        row.ends and getattr(step, row.setting) is None and (not silently or _silent(row, step, queues))
        for row in _WAYS[type(step)]
    )


def _silent(row: _Row, step: FlowStep, queues: Mapping[str, Queue]) -> bool:
    if isinstance(row.silent, bool):
        return row.silent
    return row.silent(step, queues.get(getattr(step, "queue", "")))


def _targets(setting: str, value: object) -> Iterator[tuple[str, str, Loc]]:
    """Each step that a setting names, with its label and its path inside the step."""
    match value:
        case str():
            yield value, setting, (setting,)
        case dict():
            for key, target in value.items():
                yield target, key, (setting, key)
        case list():
            for index, case in enumerate(value):
                yield case.go, case.when, (setting, index, "go")


__all__ = ["Edge", "edges", "ends"]
