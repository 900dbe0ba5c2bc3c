"""All indicators of a group of calls, of a queue, of an agent; and those of a period."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.indicators.askings import askings, count
from ivr.reports.indicators.facts import CallFacts, Facts, StateFacts, TalkFacts, of_queue
from ivr.reports.indicators.formulas import compute
from ivr.reports.indicators.handling import (
    SHARED,
    after_call,
    handling_time,
    occupancy,
    occupancy_untold,
    pickup_rate,
    pickup_time,
    three_rings,
)
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.model import Counts, Figures, Indicator, Indicators, Rules


async def indicators(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    levels: Mapping[str, float] | None = None,
    short_abandon_s: float | None = None,
    rules: Rules | None = None,
) -> Indicators:
    """The indicators of calls begun in ``since <= t < until``.

    Args:
        levels: X of the service level by queue, seconds; 20 for a queue that is not named.
        short_abandon_s: when given, callers who gave up sooner are left out.
        rules: how the site counts, in place of the two above.
    """
    rules = rules or Rules(levels=levels or {}, short_abandon_s=short_abandon_s, count_short=short_abandon_s is None)
    facts = await load_facts(session, since, until)
    reckoner = Reckoner(facts, rules)
    return Indicators(
        since,
        until,
        reckoner.of_calls(facts.calls, since, until).indicators,
        {queue: reckoner.of_queue(facts.calls, queue).indicators for queue in facts.queues},
    )


T = TypeVar("T", TalkFacts, StateFacts)


class Reckoner:
    """Figures of parts of one period; every report comes from here.

    Args:
        facts: of the whole period.
        rules: how the site counts.
    """

    def __init__(self, facts: Facts, rules: Rules) -> None:
        self.facts = facts
        self.rules = rules
        self._talks = tuple(talk for call in facts.calls for talk in call.talks)
        self._after = None if facts.states is None else after_call(self._talks, facts.states, facts.now)
        self._known = {one.agent for one in facts.states or ()}
        self._spoken = _Sorted((replace(one, ended=one.ended or facts.now) for one in self._talks), facts.now)
        self._states = None if facts.states is None else _Sorted(facts.states, facts.now)

    def of_calls(self, calls: Sequence[CallFacts], since: datetime, until: datetime) -> Figures:
        """Of calls, all queues together; occupancy of ``since <= t < until``."""
        queues = {visit.queue for call in calls for visit in call.visits}
        counts, waiting = self._waiting(calls, queues)
        return Figures(counts, (*waiting, *self._work(calls), self._occupancy("", since, until)))

    def of_queue(self, calls: Sequence[CallFacts], queue: str) -> Figures:
        """Of the visits to one queue."""
        mine = of_queue(calls, queue)
        counts, waiting = self._waiting(mine, {queue})
        return Figures(counts, (*waiting, *self._work(mine), occupancy_untold(SHARED)))

    def of_agent(self, calls: Sequence[CallFacts], agent: str, since: datetime, until: datetime) -> Figures:
        """Of one agent's rings and talks; ``counts`` counts his talks."""
        rings = [one for call in calls for one in call.rings if one.agent == agent]
        talks = [one for call in calls for one in call.talks if one.agent == agent]
        return Figures(
            Counts(asked=len(talks), answered=len(talks)),
            (
                pickup_rate(rings),
                three_rings(rings, self.rules.three_rings_s),
                pickup_time(rings),
                handling_time(talks, self._after if agent in self._known else None),
                self._occupancy(agent, since, until),
            ),
        )

    def _waiting(self, calls: Sequence[CallFacts], queues: Collection[str]) -> tuple[Counts, tuple[Indicator, ...]]:
        found, waiting = askings(calls, self.rules)
        computed = compute(found, short_abandon_s=self.rules.short_abandon_s, count_short=self.rules.count_short)
        targets = {self.rules.targets.get(queue) for queue in queues}
        if len(targets) == 1:  # queues of different targets have none together
            target = targets.pop()
            computed = tuple(replace(one, target=target) if one.id == "service_level" else one for one in computed)
        return count(found, waiting, self.rules), computed

    def _work(self, calls: Sequence[CallFacts]) -> tuple[Indicator, ...]:
        rings = [one for call in calls for one in call.rings]
        talks = [one for call in calls for one in call.talks]
        return three_rings(rings, self.rules.three_rings_s), handling_time(talks, self._after)

    def _occupancy(self, agent: str, since: datetime, until: datetime) -> Indicator:
        until = min(until, self.facts.now)
        talks = self._spoken.touching(since, until)
        states = None if self._states is None else self._states.touching(since, until)
        if agent and states is not None:
            states = [one for one in states if one.agent == agent]
        return occupancy(talks, states, since, until)


class _Sorted(Generic[T]):
    """Talks or states by their begin, so that those of an hour are found without looking at all of a month."""

    def __init__(self, rows: Iterable[T], now: datetime) -> None:
        self._rows: list[T] = sorted(rows, key=lambda one: one.began)
        self._begins = [one.began for one in self._rows]
        self._longest = timedelta()
        for one in self._rows:
            self._longest = max(self._longest, (one.ended or now) - one.began)

    def touching(self, since: datetime, until: datetime) -> list[T]:
        """Those that may have a part in ``since <= t < until``."""
        first = bisect_left(self._begins, since - self._longest)
        return self._rows[first : bisect_left(self._begins, until)]
