"""A traffic report from the facts of a period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, tzinfo

from ivr.core.language import Text
from ivr.reports.indicators.facts import CallFacts, Facts
from ivr.reports.indicators.model import Figures, Rules
from ivr.reports.indicators.whole import Reckoner
from ivr.reports.traffic.model import By, Row, Traffic
from ivr.reports.traffic.periods import Period, periods

NO_STATES = Text(
    "No states of agents are on record for this time: handling time is talk alone, and occupancy cannot be told.",
    "该时段没有坐席状态记录：处理时长仅含通话，占用率无法得出。",
)
ARRIVAL = Text(
    "A call counts in the hour, day and month in which it came in, whenever it was answered or ended.",
    "来电计入其呼入时所在的小时、日与月，与何时接听、结束无关。",
)
VISITS = Text(
    "A call that went through several queues counts in each of them, and once in the whole.",
    "经过多个队列的来电在各队列中分别计数，总计中只计一次。",
)
HANDED = Text(
    "Every talk is its own agent's: after a hand-over both agents have one.",
    "每段通话计入其坐席：转接后两名坐席各计一次。",
)


def build(facts: Facts, rules: Rules, by: By, zone: tzinfo, *, queue: str = "", agent: str = "") -> Traffic:
    """The report of a period.

    Args:
        queue, agent: only what happened in one queue, or with one agent; "" for all. With an agent given, the
            figures are those of his rings and talks.

    Raises:
        UsageError: if there would be more than 10,000 rows.
    """
    reckoner = Reckoner(facts, rules)

    def figures(calls: Sequence[CallFacts], since: datetime, until: datetime, queue: str = queue) -> Figures:
        if agent:
            return reckoner.of_agent(_in_queue(calls, queue), agent, since, until)
        return reckoner.of_queue(calls, queue) if queue else reckoner.of_calls(calls, since, until)

    rows: list[Row]
    if by == "queue":
        names = [name for name in facts.queues if queue in {"", name}]
        rows = [Row(name, figures(facts.calls, facts.since, facts.until, name)) for name in names]
    elif by == "agent":
        calls = _in_queue(facts.calls, queue)
        names = [name for name in facts.agents if agent in {"", name}]
        rows = [Row(name, reckoner.of_agent(calls, name, facts.since, facts.until)) for name in names]
    else:
        found = periods(facts.since, min(facts.until, facts.now), by, zone)
        parts = _parted(facts.calls, found)
        rows = [
            Row(one.name, figures(calls, one.begin, one.end), one.begin)
            for one, calls in zip(found, parts, strict=True)
        ]
    notes = [ARRIVAL if by in {"hour", "day", "month"} else HANDED if by == "agent" else VISITS]
    if facts.states is None:
        notes.append(NO_STATES)
    whole = figures(facts.calls, facts.since, facts.until)
    return Traffic(facts.since, facts.until, zone, by, whole, tuple(rows), queue, agent, tuple(notes))


def _in_queue(calls: Sequence[CallFacts], queue: str) -> Sequence[CallFacts]:
    return [call.of_queue(queue) for call in calls] if queue else calls


def _parted(calls: Sequence[CallFacts], found: Sequence[Period]) -> list[list[CallFacts]]:
    """The calls of each period, by when they came in."""
    begins = [one.begin for one in found]
    parts: list[list[CallFacts]] = [[] for _ in found]
    for call in calls:
        place = bisect_right(begins, call.started) - 1
        if 0 <= place < len(found):
            parts[place].append(call)
    return parts
