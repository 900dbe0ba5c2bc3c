"""Which calls a person should listen to first: a list ranked by risk, beside the calls drawn by lot.

Calls of this list are chosen because something seems wrong with them, so nothing about all calls can be concluded
from them; error rates are taken from the calls drawn by lot alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.core.language import Text

LONG_SILENCE_S = 20.0
"""A mutual silence that counts in full (E4)."""
LONG_HOLD_S = 120.0
"""A time on hold that counts in full (C7)."""
WEIGHTS = {
    "forbidden": 100.0,
    "fail_all": 30.0,
    "score": 30.0,
    "undecided": 15.0,
    "dead_air": 10.0,
    "hold": 10.0,
    "hung_up": 5.0,
}
"""The most that each reason can bring. The first weighs as much as all others together: it comes first."""
NAMES = {
    "forbidden": Text("a forbidden phrase may have been said", "疑似禁用语"),
    "fail_all": Text("a fail-all item was broken", "触发一票否决项"),
    "score": Text("low score", "得分低"),
    "undecided": Text("items the machine cannot tell", "机器无法判断的项目"),
    "dead_air": Text("dead air", "长时间静默"),
    "hold": Text("long on hold", "保持过久"),
    "hung_up": Text("the agent hung up first", "坐席先挂机"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one agent's part in one call.

    Args:
        forbidden: forbidden phrases of which the machine cannot tell.
        failed_all: whether a fail-all item was broken.
        percent: automatic score, 0..100; None when nothing counted.
        undecided: share of the verdicts that the machine could not tell, 0..1.
        dead_air_s: longest mutual silence, seconds; None when not measured.
        hold_s: seconds on hold.
        agent_hung_up: whether the agent ended the call.
    """

    call_id: int
    agent: str
    forbidden: int = 0
    failed_all: bool = False
    percent: float | None = None
    undecided: float = 0.0
    dead_air_s: float | None = None
    hold_s: float = 0.0
    agent_hung_up: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """How urgent it is.

    Args:
        value: sum of what the reasons bring.
        reasons: name in ``WEIGHTS`` to what it brings, the heaviest first.
    """

    call_id: int
    agent: str
    value: float
    reasons: tuple[tuple[str, float], ...]


def risk(facts: Facts) -> Risk:
    """The risk of one call; what was not measured brings nothing."""
    strength = {
        "forbidden": 1.0 if facts.forbidden else 0.0,
        "fail_all": 1.0 if facts.failed_all else 0.0,
        "score": 0.0 if facts.percent is None else 1.0 - facts.percent / 100.0,
        "undecided": facts.undecided,
        "dead_air": (facts.dead_air_s or 0.0) / LONG_SILENCE_S,
        "hold": facts.hold_s / LONG_HOLD_S,
        "hung_up": 1.0 if facts.agent_hung_up else 0.0,
    }
    brought = [(name, WEIGHTS[name] * min(1.0, max(0.0, value))) for name, value in strength.items()]
    reasons = sorted((one for one in brought if one[1] > 0), key=lambda one: -one[1])
    return Risk(facts.call_id, facts.agent, sum(value for _, value in reasons), tuple(reasons))


def ranked(all_facts: list[Facts], most: int) -> list[Risk]:
    """The ``most`` riskiest, the worst first; those without any risk are left out."""
    found = sorted((risk(facts) for facts in all_facts), key=lambda one: (-one.value, one.call_id, one.agent))
    return [one for one in found[:most] if one.value > 0]
