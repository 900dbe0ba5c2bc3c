"""How many agents a load needs: Erlang C (callers wait for ever) and Erlang A (callers give up).

Rates are calls a second, times seconds. Sources: A. K. Erlang's formulae of 1917 in the usual modern form; for
callers who give up C. Palm (1957) as worked out in A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A queue, with
applications to call centers" (2005), and S. Zeltyn and A. Mandelbaum, "Call centers with impatient customers: the
M/M/n+G queue" (2005). All assume calls at random (Poisson), talks and patience of exponential length, no end of the
period: a steady state that a real half-hour only approaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr.core.errors import UsageError
from ivr.core.language import Text

_Array = npt.NDArray[Any]

MOST_AGENTS = 5000
_STEPS = 4000  # of Simpson's rule


@dataclass(frozen=True, slots=True)
class Staffed:
    """What so many agents come to in a steady state.

    Args:
        agents: how many.
        load: offered traffic in Erlangs: rate × handling time.
        waits: share of callers who wait at all, 0..1.
        level: share of all callers answered within the time asked for, 0..1 (B2).
        speed: mean wait of those answered, seconds; ``math.inf`` where the queue grows without end.
        abandoned: share of callers who give up, 0..1; 0 by Erlang C.
        occupancy: share of the agents' time on calls, 0..1.
    """

    agents: int
    load: float
    waits: float
    level: float
    speed: float
    abandoned: float
    occupancy: float


def erlang_b(agents: int, load: float) -> float:
    """Share of calls that find all of ``agents`` busy and are lost, by the usual recursion."""
    blocked = 1.0
    for count in range(1, agents + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """Share of callers who wait when nobody gives up; 1 where the load is as much as the agents can bear."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(agents, load)
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def by_erlang_c(agents: int, rate: float, handling: float, within: float) -> Staffed:
    """A steady state without giving up (M/M/n).

    Args:
        rate: calls a second.
        handling: mean handling time (talk and after-call work), seconds.
        within: X of the service level, seconds.
    """
    load = rate * handling
    if load <= 0:
        return Staffed(agents, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    if load >= agents:
        return Staffed(agents, load, 1.0, 0.0, math.inf, 0.0, 1.0)
    waits = erlang_c(agents, load)
    level = 1.0 - waits * math.exp(-(agents - load) * within / handling)
    return Staffed(agents, load, waits, level, waits * handling / (agents - load), 0.0, load / agents)


def by_erlang_a(agents: int, rate: float, handling: float, patience: float, within: float) -> Staffed:
    """A steady state in which callers give up (M/M/n+M).

    The chance that the offered wait passes x has the density exp(rate·H(x) − agents·x/handling), where H(x) is the
    integral of the share of callers still patient; who is answered within ``within`` was patient for his own wait.

    Args:
        patience: mean time a caller would wait, seconds.
    """
    load = rate * handling
    if load <= 0 or agents <= 0:
        lost = 1.0 if load > 0 else 0.0
        return Staffed(agents, load, lost, 1.0 - lost, 0.0, lost, 0.0)
    grown = _log_growth(agents * patience / handling, rate * patience)
    blocked = erlang_b(agents, load)
    waits = 1.0 / (1.0 + (1.0 - blocked) / blocked * math.exp(-grown)) if blocked > 0 else 0.0
    rho = load / agents
    abandoned = waits * (math.exp(-grown) / rho + 1.0 - 1.0 / rho)
    density = waits * agents / handling  # of the offered wait, before the exponential
    fall = agents / handling + 1.0 / patience

    def answered(x: _Array) -> _Array:
        return np.exp(-rate * patience * np.expm1(-x / patience) - fall * x - grown)

    # The integrand has one peak; past it, it falls at least as fast as it does here.
    peak = patience * math.log(rate / fall) if rate > fall else 0.0
    end = peak + 1.0 / fall
    while answered(np.array(end)) > 1e-20 * answered(np.array(peak)):
        end = peak + 2.0 * (end - peak)
    level = 1.0 - waits + density * _simpson(answered, min(within, end))
    served = 1.0 - abandoned
    speed = density * _simpson(lambda x: x * answered(x), end) / served if served > 1e-12 else math.inf
    return Staffed(agents, load, waits, min(1.0, level), speed, min(1.0, max(0.0, abandoned)), rho * served)


def agents_needed(
    rate: float, handling: float, target: float, within: float, *, patience: float | None = None
) -> Staffed:
    """The fewest agents with whom ``target`` (0..1) of calls are answered ``within`` seconds (B2, B6).

    Args:
        patience: mean patience, seconds; None: nobody gives up (Erlang C).

    Raises:
        UsageError: if the load needs more than 5,000 agents, or a value makes no sense.
    """
    if not (0 < target < 1 and within >= 0 and handling > 0 and rate >= 0 and (patience is None or patience > 0)):
        raise UsageError(
            Text("not a load that can be staffed", "该话务量无法计算人数"),
            cure=Text("give a target like 80/20, and times above 0", "目标请写成 80/20，时长须大于 0"),
        )

    def tried(agents: int) -> Staffed:
        if patience is None:
            return by_erlang_c(agents, rate, handling, within)
        return by_erlang_a(agents, rate, handling, patience, within)

    if rate == 0:
        return tried(0)
    low, high = 0, 1  # low is too few, high is looked for by doubling
    while tried(high).level < target:
        low, high = high, high * 2
        if low > MOST_AGENTS:
            raise UsageError(
                Text(f"more than {MOST_AGENTS} agents", f"超过 {MOST_AGENTS} 名坐席"),
                cure=Text("check calls and handling time", "请检查来电数与处理时长"),
            )
    while high - low > 1:
        middle = (low + high) // 2
        if tried(middle).level < target:
            low = middle
        else:
            high = middle
    return tried(high)


def _log_growth(x: float, y: float) -> float:
    """The logarithm of Mandelbaum and Zeltyn's A(x, y) = 1 + Σ yʲ / ((x+1)…(x+j))."""
    total = term = 1.0
    shift, count = 0.0, 0
    while term > 1e-15 * total:
        count += 1
        term *= y / (x + count)
        total += term
        if total > 1e200:
            total, term, shift = total * 1e-200, term * 1e-200, shift + 200.0 * math.log(10.0)
    return math.log(total) + shift


def _simpson(function: Callable[[_Array], _Array], end: float) -> float:
    if end <= 0:
        return 0.0
    values = function(np.linspace(0.0, end, _STEPS + 1))
    return float((values[0] + values[-1] + 4.0 * values[1:-1:2].sum() + 2.0 * values[2:-1:2].sum()) * end / _STEPS / 3)
