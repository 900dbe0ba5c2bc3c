"""What a simulation works on: callers, queues, agents. Times are seconds on one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Stretch = tuple[float, float]
Strategy = Literal["ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "rrordered", "linear", "wrandom"]
STRATEGIES: tuple[Strategy, ...] = (
    "ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "rrordered", "linear", "wrandom",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A caller who joins a queue.

    Args:
        at: when he joins.
        talk: how long he will talk, seconds.
        patience: how long he will wait, seconds; infinite if for ever.
        priority: higher goes first.
        ring: how long the phone of the agent who answers rings, seconds.
        misses: how long phones ring that nobody answers before, seconds each.
    """

    id: str
    queue: str
    at: float
    talk: float
    patience: float = math.inf
    priority: int = 0
    ring: float = 0.0
    misses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent.

    Args:
        present: when he can be rung, by queue: sorted stretches that do not touch.
        penalties: by queue; 0 where none is named. Those of a lower penalty are rung first.
    """

    name: str
    present: Mapping[str, tuple[Stretch, ...]]
    penalties: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A queue.

    Args:
        weight: an agent of several queues serves the heaviest in which somebody waits.
        wrapup: seconds an agent is left alone after a talk.
        max_wait: after so many seconds a caller is sent on.
        level: X of the service level, seconds.
    """

    name: str
    strategy: Strategy = "rrmemory"
    weight: int = 0
    wrapup: float = 0.0
    max_wait: float = math.inf
    level: float = 20.0


@dataclass(frozen=True, slots=True)
class Setup:
    """A house: its queues by name, its agents in the order in which linear and rrmemory ring them."""

    lines: Mapping[str, Line]
    agents: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a caller: ``result`` is answered | abandoned | timeout | unserved.

    Args:
        ended: when he was answered or left; of one never served, the end of the simulation.
        agent: who answered; "" if nobody did.
    """

    id: str
    queue: str
    at: float
    result: str
    ended: float
    agent: str = ""
    talk: float = 0.0

    @property
    def waited(self) -> float:
        """Seconds from joining to the answer, or to the end of waiting."""
        return self.ended - self.at


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch in which an agent could not be rung: ``kind`` is ring | talk | wrapup."""

    agent: str
    queue: str
    begin: float
    end: float
    kind: str
    caller: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome of a simulation: callers in the order of their joining, and what agents did."""

    outcomes: tuple[Outcome, ...]
    busy: tuple[Busy, ...]
