"""A house as it might be: other head counts, penalties, weights, strategies, after-call times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.queues.simulation.model import STRATEGIES, Agent, Line, Setup, Strategy, Stretch

_MOST = 500  # agents in a simulated queue


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different.

    Args:
        heads: by queue: ``+2``, ``-1``, or ``5`` in all.
        penalties: by (agent, queue).
        weights, wrapups: by queue; seconds of after-call work.
        strategies: by queue.
    """

    heads: Mapping[str, str] = field(default_factory=dict)
    penalties: Mapping[tuple[str, str], int] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    wrapups: Mapping[str, float] = field(default_factory=dict)
    strategies: Mapping[str, Strategy] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.heads or self.penalties or self.weights or self.wrapups or self.strategies)


def parse(
    heads: Iterable[str], penalties: Iterable[str], weights: Iterable[str], wrapups: Iterable[str], how: Iterable[str]
) -> Changes:
    """Changes as people write them: ``service=+2``, ``agent-kim:service=3``, ``service=5``, ``service=10``.

    Raises:
        UsageError: naming the one that cannot be read.
    """
    found: dict[tuple[str, str], int] = {}
    for text in penalties:
        about, value = _split(text, "agent-kim:service=3")
        agent, colon, queue = about.rpartition(":")
        if not colon or not value.isdecimal():
            raise _wrong(text, "agent-kim:service=3")
        found[agent, queue] = int(value)
    strategies = dict(_split(text, "service=fewestcalls") for text in how)
    for queue, name in strategies.items():
        if name not in STRATEGIES:
            raise _wrong(f"{queue}={name}", f"{queue}=fewestcalls")
    counts = dict(_split(text, "service=+2") for text in heads)
    for queue, value in counts.items():
        if not re.fullmatch(r"[+-]?[0-9]{1,3}", value):
            raise _wrong(f"{queue}={value}", f"{queue}=+2")
    return Changes(
        counts,
        found,
        {queue: int(_number(value, text)) for text in weights for queue, value in [_split(text, "service=5")]},
        {queue: _number(value, text) for text in wrapups for queue, value in [_split(text, "service=10")]},
        cast(dict[str, Strategy], strategies),
    )


def changed(setup: Setup, changes: Changes) -> Setup:
    """The house with changes.

    An agent more is there whenever anybody of the queue is; an agent less is the last in order, gone from that queue
    alone.

    Raises:
        UsageError: if a queue or an agent is not known.
    """
    named = {*changes.heads, *changes.weights, *changes.wrapups, *changes.strategies}
    named |= {queue for _, queue in changes.penalties}
    for queue in sorted(named):
        if queue not in setup.lines:
            raise _unknown(Text(f"no queue {queue!r:.60}", f"没有队列 {queue!r:.60}"), setup.lines)
    names = [agent.name for agent in setup.agents]
    for agent, _ in changes.penalties:
        if agent not in names:
            raise _unknown(Text(f"no agent {agent!r:.60}", f"没有坐席 {agent!r:.60}"), names)
    lines = {name: _line(line, changes) for name, line in setup.lines.items()}
    agents = [_penalised(agent, changes) for agent in setup.agents]
    for queue, wanted in changes.heads.items():
        agents = _staffed(agents, queue, wanted)
    return Setup(lines, tuple(agents))


def _line(line: Line, changes: Changes) -> Line:
    return replace(
        line,
        weight=changes.weights.get(line.name, line.weight),
        wrapup=changes.wrapups.get(line.name, line.wrapup),
        strategy=changes.strategies.get(line.name, line.strategy),
    )


def _penalised(agent: Agent, changes: Changes) -> Agent:
    mine = {queue: value for (name, queue), value in changes.penalties.items() if name == agent.name}
    return replace(agent, penalties={**agent.penalties, **mine}) if mine else agent


def _staffed(agents: list[Agent], queue: str, wanted: str) -> list[Agent]:
    there = [agent for agent in agents if queue in agent.present]
    number = len(there) + int(wanted) if wanted[0] in "+-" else int(wanted)
    if not 0 <= number <= _MOST:
        raise UsageError(
            Text(f"{queue}: {number} agents", f"{queue}：{number} 名坐席"),
            cure=Text(f"0 to {_MOST}; the log has {len(there)}", f"应为 0 至 {_MOST}；日志中有 {len(there)} 名"),
        )
    gone = {agent.name for agent in there[number:]}
    kept = [_without(agent, queue) if agent.name in gone else agent for agent in agents]
    stretches = _merged(stretch for agent in there for stretch in agent.present[queue])
    more = [Agent(f"+{count}:{queue}", {queue: stretches}) for count in range(1, number - len(there) + 1)]
    return kept + more


def _without(agent: Agent, queue: str) -> Agent:
    return replace(agent, present={name: rows for name, rows in agent.present.items() if name != queue})


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def _split(text: str, example: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name or not value:
        raise _wrong(text, example)
    return name, value


def _number(value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise _wrong(text, "service=5") from None
    if not 0 <= number <= 3600:
        raise _wrong(text, "service=5")
    return number


def _wrong(text: str, example: str) -> UsageError:
    return UsageError(
        Text(f"not a change: {text!r:.60}", f"无法识别的改动：{text!r:.60}"),
        cure=Text(f"write it as {example}", f"请写成 {example} 的形式"),
    )


def _unknown(text: Text, known: Iterable[str]) -> UsageError:
    names = ", ".join(f"{name!r:.60}" for name in sorted(known))[:200]
    return UsageError(text, cure=Text(f"the log has: {names}", f"日志中有：{names}"))
