"""Indicators of agents' work: three rings (B3), picking up, handling time and occupancy (B4, B6)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ivr.core.language import Text
from ivr.reports.indicators.facts import RingFacts, StateFacts, TalkFacts
from ivr.reports.indicators.formulas import share
from ivr.reports.indicators.model import Indicator
from recording.analytics.features import Span
from recording.analytics.spans import length, merged, without

LOGGED_IN = "logged_in"
BUSY = frozenset({"talking", "wrapup"})
WRAPUP = "wrapup"
# Time in which nobody can call him and that is no work on a call either; a call of his own, too.
AWAY = frozenset({"paused", "on_phone"})
# After-call work is told within this of the talk's end; Asterisk counts it in whole seconds.
CLOSE = timedelta(seconds=3)
_EPOCH = datetime.fromtimestamp(0, UTC)

NO_STATES = Text(
    "cannot be told: nobody's states (logged in, paused, after-call work) are on record for this time",
    "无法得出：该时段没有坐席状态（签入、示忙、话后处理）的记录",
)
SHARED = Text(
    "cannot be told for one queue: an agent's time is shared by all queues he serves",
    "无法按单个队列得出：坐席的时间由其服务的各队列共用",
)


def three_rings(rings: Iterable[RingFacts], limit: float) -> Indicator:
    """Agents' phones answered within three rings (B3).

    A phone that stopped because the caller gave up or another agent was faster says nothing about this agent, unless
    it had rung too long by then.
    """
    counted = [one for one in rings if _owed(one) or (one.result == "cancelled" and _rang(one) > limit)]
    in_time = sum(one.result == "answered" and _rang(one) <= limit for one in counted)
    return Indicator(
        "three_rings",
        Text("answered within three rings", "三声内接听率"),
        share(in_time, len(counted)),
        in_time,
        len(counted),
        Text(
            f"rings answered within {limit:g} s / rings answered, refused or unanswered × 100 %",
            f"{limit:g} 秒内接听的振铃数 ÷ 已接、拒接与未接的振铃数 × 100%",
        ),
        norm="B3",
    )


def pickup_rate(rings: Iterable[RingFacts]) -> Indicator:
    """How many of the rings that were an agent's to answer he answered."""
    owed = [one for one in rings if _owed(one)]
    answered = sum(one.result == "answered" for one in owed)
    return Indicator(
        "pickup_rate",
        Text("rings answered", "振铃接听率"),
        share(answered, len(owed)),
        answered,
        len(owed),
        Text(
            "rings answered / rings answered, refused or unanswered × 100 %",
            "接听的振铃数 ÷ 已接、拒接与未接的振铃数 × 100%",
        ),
    )


def pickup_time(rings: Iterable[RingFacts]) -> Indicator:
    """How long a phone rings until it is answered."""
    times = [_rang(one) for one in rings if one.result == "answered" and one.ended is not None]
    return Indicator(
        "pickup_time",
        Text("average time to pick up", "平均振铃接听时间"),
        sum(times) / len(times) if times else None,
        sum(times),
        len(times),
        Text("seconds of ringing of answered rings, summed / rings answered", "接听前振铃秒数之和 ÷ 接听的振铃数"),
        unit="s",
        norm="B4",
    )


def handling_time(talks: Iterable[TalkFacts], after: Mapping[TalkFacts, float] | None) -> Indicator:
    """Average handling time: talk, holds in it, and after-call work where it is known.

    Args:
        after: seconds of after-call work by talk, from ``after_call``; None where no states are on record.
    """
    ended = [one for one in talks if one.ended is not None]
    spent = sum(one.seconds for one in ended) + sum((after or {}).get(one, 0.0) for one in ended)
    if after is None:
        formula = Text(
            "seconds of talk (holds in it) / talks ended; after-call work is not on record for this time",
            "通话（含保持）秒数之和 ÷ 已结束的通话数；该时段无话后处理记录",
        )
    else:
        formula = Text(
            "seconds of talk (holds in it) and after-call work / talks ended",
            "通话（含保持）与话后处理的秒数之和 ÷ 已结束的通话数",
        )
    return Indicator(
        "handling_time",
        Text("average handling time", "平均处理时长"),
        spent / len(ended) if ended else None,
        spent,
        len(ended),
        formula,
        unit="s",
        norm="B4",
    )


def after_call(talks: Iterable[TalkFacts], states: Iterable[StateFacts], now: datetime) -> dict[TalkFacts, float]:
    """Seconds of after-call work that followed each talk: the agent's, begun when it ended."""
    begun: dict[str, list[StateFacts]] = defaultdict(list)
    for one in sorted(states, key=lambda state: state.began):
        if one.state == WRAPUP:
            begun[one.agent].append(one)
    times = {agent: [one.began for one in rows] for agent, rows in begun.items()}
    found: dict[TalkFacts, float] = {}
    taken: set[tuple[str, int]] = set()
    for talk in sorted(talks, key=lambda one: one.began):
        if talk.ended is None:
            continue
        place = bisect_left(times.get(talk.agent, []), talk.ended - CLOSE)
        rows = begun.get(talk.agent, [])
        if place < len(rows) and rows[place].began <= talk.ended + CLOSE and (talk.agent, place) not in taken:
            taken.add((talk.agent, place))
            end = min(rows[place].ended or now, now)
            found[talk] = max(0.0, (end - rows[place].began).total_seconds())
    return found


def occupancy(
    talks: Iterable[TalkFacts], states: Sequence[StateFacts] | None, since: datetime, until: datetime
) -> Indicator:
    """Share of agents' ready time spent on calls: talk and after-call work / those and waiting for calls.

    Everything is cut to ``since <= t < until``: what an agent did in the hour, whenever the call came in. Time in which
    an agent was paused, or on the phone by himself, and on no call counts in neither part.
    """
    busy_s = ready_s = 0.0
    by_agent: dict[str, list[StateFacts]] = defaultdict(list)
    for one in states or ():
        by_agent[one.agent].append(one)
    spoken: dict[str, list[TalkFacts]] = defaultdict(list)
    for talk in talks:
        spoken[talk.agent].append(talk)
    for agent, rows in by_agent.items():
        cut = (since, until)
        busy = merged(
            [
                *_cut(((one.began, one.ended) for one in rows if one.state in BUSY), *cut),
                *_cut(((one.began, one.ended) for one in spoken[agent]), *cut),
            ]
        )
        present = merged(_cut(((one.began, one.ended) for one in rows if one.state == LOGGED_IN), *cut))
        away = merged(_cut(((one.began, one.ended) for one in rows if one.state in AWAY), *cut))
        busy_s += length(busy)
        ready_s += length(merged([*without(present, away), *busy]))
    known = bool(by_agent)
    return Indicator(
        "occupancy",
        Text("occupancy", "坐席占用率"),
        share(busy_s, ready_s),
        busy_s,
        ready_s,
        Text(
            "seconds of talk and after-call work / seconds logged in and not paused × 100 %",
            "通话与话后处理的秒数 ÷ 签入且未示忙的秒数 × 100%",
        ),
        norm="B6",
        counted="seconds",
        reason=None if known else NO_STATES,
    )


def occupancy_untold(reason: Text) -> Indicator:
    """No occupancy, and why."""
    return replace(occupancy((), None, _EPOCH, _EPOCH), reason=reason)


def _owed(one: RingFacts) -> bool:
    return one.result in {"answered", "no_answer", "refused"}


def _rang(one: RingFacts) -> float:
    return max(0.0, (one.ended - one.began).total_seconds()) if one.ended else 0.0


def _cut(rows: Iterable[tuple[datetime, datetime | None]], since: datetime, until: datetime) -> list[Span]:
    found = []
    for began, ended in rows:
        low, high = max(began, since), min(ended or until, until)
        if low < high:
            found.append((low.timestamp(), high.timestamp()))
    return found
