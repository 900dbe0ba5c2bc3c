"""One day, added up from its calls, scorecards and survey answers: the one way it is counted, kept or not."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.reports.indicators.facts import CallFacts, Facts
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.model import Rules
from ivr.reports.indicators.whole import Reckoner
from ivr.reports.quality import source
from ivr.reports.surveys.load import load_asked
from ivr.reports.traffic.periods import Period, midnight, periods
from ivr.reports.trends.sums import ItemSums, ScoreSums, TrafficSums
from ivr.storage.models import Call, Score
from recording.review.cards import laid_over

# A talk may begin before midnight and end after it; its after-call work and its part of the next day are found in this.
AROUND = timedelta(hours=6)
# A day is closed when it has been over for so long: talks have ended, agents have finished their after-call work.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ItemName:
    """What an item is called, the norm it judges and where it stands on the scorecard."""

    title: Text
    norm: str
    section: str


@dataclass(slots=True)
class Day:
    """A day added up.

    Args:
        day: in the site's zone.
        closed: whether it is over and nobody talks any more.
        states: whether agents' states were on record.
        calls: that asked for an agent.
        traffic: by hour, queue ("" all) and agent ("" all).
        scores: by hour, team and agent.
        items: by team, agent and item.
        names: of the items.
        surveys: how often, by queue, agent, question and answer ("" none).
    """

    day: date
    closed: bool = True
    states: bool = False
    calls: int = 0
    traffic: dict[tuple[int, str, str], TrafficSums] = field(default_factory=dict)
    scores: dict[tuple[int, str, str], ScoreSums] = field(default_factory=dict)
    items: dict[tuple[str, str, str], ItemSums] = field(default_factory=dict)
    names: dict[str, ItemName] = field(default_factory=dict)
    surveys: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    @property
    def cards(self) -> int:
        """How many scorecards."""
        return sum(one.cards for one in self.scores.values())


async def load_day(session: AsyncSession, day: date, zone: tzinfo, rules: Rules, now: datetime) -> Day:
    """Add a day up. What takes long runs in a thread.

    Args:
        now: what is later has not happened yet.
    """
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    facts = await load_facts(session, begin - AROUND, end + AROUND, now=now)
    calls = tuple(one for one in facts.calls if begin <= one.started < end)
    going_on = select(Call.id).where(Call.started_at >= begin, Call.started_at < end, Call.ended_at.is_(None)).limit(1)
    found = Day(
        day,
        closed=now >= end + SETTLED and await session.scalar(going_on) is None,
        states=facts.states is not None,
        calls=len(calls),
    )
    newest: dict[source.Key, tuple[datetime, list[dict[str, Any]]]] = {}
    query = (
        select(Score.call_id, Score.agent, Call.started_at, Score.items)
        .join(Call, Call.id == Score.call_id)
        .where(Call.started_at >= begin, Call.started_at < end)
        .order_by(Score.id)
    )
    for call_id, agent, started, items in await session.execute(query):
        newest[call_id, agent] = (started, items)
    teams = {(one.call_id, one.agent): one.queue for one in await source.visits(session, begin, end)}
    people = await source.people(session, begin, end)
    for one in await load_asked(session, begin, end):
        found.surveys[one.queue, one.agent, one.question, one.answer] += 1
    hours = periods(begin, min(end, now), "hour", zone) if now > begin else []

    def add_up() -> None:
        _add_traffic(found, facts, calls, hours, rules, zone)
        for key, (started, items) in newest.items():
            review = people.reviews.get(key)
            card = laid_over(items, review, people.disputes.get(key, ()))
            team, agent = teams.get(key, ""), key[1]
            place = (started.astimezone(zone).hour, team, agent)
            found.scores.setdefault(place, ScoreSums()).count(card, reviewed=review is not None)
            for line in card.lines:
                found.items.setdefault((team, agent, line.item), ItemSums()).count(line)
                found.names[line.item] = ItemName(line.title, line.norm, line.section)

    await asyncio.to_thread(add_up)
    return found


def _add_traffic(
    found: Day, facts: Facts, calls: tuple[CallFacts, ...], hours: list[Period], rules: Rules, zone: tzinfo
) -> None:
    reckoner = Reckoner(facts, rules)
    by_hour: dict[datetime, list[CallFacts]] = defaultdict(list)
    begins = [one.begin for one in hours]
    place = 0
    for call in calls:  # in order of their start, as the hours are
        while place + 1 < len(begins) and begins[place + 1] <= call.started:
            place += 1
        if begins:
            by_hour[begins[place]].append(call)
    known = {one.agent for one in facts.states or ()}
    for hour in hours:
        here = by_hour[hour.begin]
        number = hour.begin.astimezone(zone).hour

        def put(queue: str, agent: str, sums: TrafficSums, number: int = number) -> None:
            if not sums.empty:  # clocks that are set back give an hour twice
                found.traffic.setdefault((number, queue, agent), TrafficSums()).add(sums)

        put("", "", TrafficSums.of_calls(reckoner.of_calls(here, hour.begin, hour.end)))
        agents = known | {ring.agent for call in here for ring in call.rings}
        agents |= {talk.agent for call in here for talk in call.talks}
        for agent in agents - {""}:
            figures = reckoner.of_agent(here, agent, hour.begin, hour.end)
            put("", agent, TrafficSums.of_agent(figures, occupied=True))
        for queue in {visit.queue for call in here for visit in call.visits}:
            put(queue, "", TrafficSums.of_calls(reckoner.of_queue(here, queue)))
            inside = [call.of_queue(queue) for call in here]
            served = {ring.agent for call in inside for ring in call.rings}
            served |= {talk.agent for call in inside for talk in call.talks}
            for agent in served - {""}:
                figures = reckoner.of_agent(inside, agent, hour.begin, hour.end)
                put(queue, agent, TrafficSums.of_agent(figures, occupied=False))


__all__ = ["AROUND", "SETTLED", "Day", "ItemName", "load_day"]
