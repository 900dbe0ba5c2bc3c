"""How many agents each half-hour needs, from a load and a target (B2, B6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.queues.erlang import Staffed, agents_needed
from ivr.reports.traffic.load import Load


@dataclass(frozen=True, slots=True)
class Target:
    """``80/20``: at least ``share`` (0..1) of calls answered within ``seconds``."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Need:
    """What one interval needs.

    Args:
        name: when it begins; "" of a load given by hand.
        calls: expected in it.
        handling_s: mean handling time, seconds.
        patient: by Erlang C: nobody gives up.
        impatient: by Erlang A; None where patience is not known.
        roster: agents to roster: those needed, at least the floor, and more for breaks.
    """

    name: str
    calls: float
    handling_s: float
    patient: Staffed
    impatient: Staffed | None
    roster: int

    @property
    def advised(self) -> Staffed:
        """By Erlang A where patience is known, else by Erlang C."""
        return self.impatient or self.patient


def parse_target(text: str) -> Target:
    """A target as people say it: ``80/20``.

    Raises:
        UsageError: if it is none.
    """
    share, slash, seconds = text.partition("/")
    try:
        found = Target(float(share) / 100, float(seconds))
    except ValueError:
        found = Target(0.0, 0.0)
    if not slash or not 0 < found.share < 1 or not 0 <= found.seconds <= 3600:
        raise UsageError(
            Text(f"not a target: {text!r:.40}", f"不是服务水平目标：{text!r:.40}"),
            cure=Text("80/20: 80 % of calls within 20 s", "80/20 表示 20 秒内接听 80% 的来电"),
        )
    return found


def need(
    calls: float,
    handling_s: float,
    minutes: int,
    target: Target,
    *,
    patience_s: float | None = None,
    name: str = "",
    at_least: int = 0,
    shrinkage: float = 0.0,
) -> Need:
    """What a load needs.

    Args:
        calls: in an interval of ``minutes``.
        at_least: agents on duty whatever the load (B6).
        shrinkage: share of paid time not at the phone, 0..0.9.
    """
    rate = calls / (60.0 * minutes)
    patient = agents_needed(rate, handling_s, target.share, target.seconds)
    impatient = None
    if patience_s is not None:
        impatient = agents_needed(rate, handling_s, target.share, target.seconds, patience=patience_s)
    agents = max((impatient or patient).agents, at_least)
    return Need(name, calls, handling_s, patient, impatient, math.ceil(agents / (1.0 - shrinkage) - 1e-9))


def plan(load: Load, target: Target, *, at_least: int = 0, shrinkage: float = 0.0) -> tuple[Need, ...]:
    """What each interval of a measured load needs; none where nobody talked, as handling time is not known.

    An interval with fewer than 10 talks takes the handling time of the whole period.
    """
    if load.handling_s is None:
        return ()
    return tuple(
        need(
            one.mean_calls,
            one.handling_s / one.handled if one.handled >= 10 else load.handling_s,
            one.minutes,
            target,
            patience_s=load.patience_s,
            name=one.name,
            at_least=at_least,
            shrinkage=shrinkage,
        )
        for one in load.intervals
        if one.days
    )
