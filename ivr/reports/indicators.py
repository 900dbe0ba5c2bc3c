"""Indicators of a period: answer rate (B1), service level (B2), speed of answer, abandonment; formula beside figure.

What is counted is an asking: one call's wish to talk to an agent, however many queue visits it took. For a queue,
only the visits to that queue count. A caller who still waits is not counted yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.storage.models import Call, QueueVisit

LEVEL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure with what it was made from.

    Args:
        id: ``answer_rate``, ``service_level``, ``speed_of_answer`` or ``abandonment_rate``.
        name: for people.
        value: per cent or seconds; None when there was nothing to count.
        numerator, denominator: what was divided.
        formula: how, in words.
        unit: ``%`` or ``s``.
        norm: id in the service norms, "" if none.
    """

    id: str
    name: Text
    value: float | None
    numerator: float
    denominator: int
    formula: Text
    unit: Literal["%", "s"] = "%"
    norm: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """One call's wish for an agent.

    Args:
        waited_s: seconds from the first joining to the answer, or to the end of waiting.
        answered: whether an agent answered.
        abandoned: whether the caller hung up while waiting.
        level_s: within how many seconds it should have been answered.
    """

    waited_s: float
    answered: bool
    abandoned: bool
    level_s: float = LEVEL_SECONDS


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicators of a period: of all queues together, and of each queue by its name."""

    since: datetime
    until: datetime
    whole: tuple[Indicator, ...]
    queues: dict[str, tuple[Indicator, ...]] = field(default_factory=dict)


async def indicators(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    levels: Mapping[str, float] | None = None,
    short_abandon_s: float | None = None,
) -> Indicators:
    """The indicators of calls begun in ``since <= t < until``.

    Args:
        levels: X of the service level by queue, seconds; 20 for a queue that is not named.
        short_abandon_s: when given, callers who gave up sooner do not count in the service level.
    """
    query = (
        select(QueueVisit, Call.ended_at)
        .join(Call, Call.id == QueueVisit.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
        .order_by(QueueVisit.joined_at, QueueVisit.id)
    )
    whole: dict[int, list[QueueVisit]] = {}
    queues: dict[str, dict[int, list[QueueVisit]]] = {}
    ends: dict[int, datetime | None] = {}
    for visit, ended_at in await session.execute(query):
        whole.setdefault(visit.call_id, []).append(visit)
        queues.setdefault(visit.queue, {}).setdefault(visit.call_id, []).append(visit)
        ends[visit.call_id] = ended_at

    def figures(visits: dict[int, list[QueueVisit]]) -> tuple[Indicator, ...]:
        found = (_asking(visits[call_id], ends[call_id], levels or {}) for call_id in visits)
        return compute([asking for asking in found if asking is not None], short_abandon_s=short_abandon_s)

    return Indicators(since, until, figures(whole), {queue: figures(queues[queue]) for queue in sorted(queues)})


def compute(askings: Sequence[Asking], *, short_abandon_s: float | None = None) -> tuple[Indicator, ...]:
    """Answer rate, service level, average speed of answer, abandonment rate, in this order."""
    answered = [asking for asking in askings if asking.answered]
    abandoned = [asking for asking in askings if asking.abandoned]
    short = [one for one in abandoned if short_abandon_s is not None and one.waited_s < short_abandon_s]
    in_time = [asking for asking in answered if asking.waited_s <= asking.level_s]
    waited = sum(asking.waited_s for asking in answered)
    level = _levels(askings)
    return (
        Indicator(
            "answer_rate",
            Text("answer rate", "接通率"),
            _share(len(answered), len(askings)),
            len(answered),
            len(askings),
            Text(
                "calls answered by an agent / calls that asked for an agent × 100 %",
                "人工接听的来电数 ÷ 请求人工的来电数 × 100%",
            ),
            norm="B1",
        ),
        Indicator(
            "service_level",
            Text(f"service level ({level.en})", f"服务水平（{level.zh}）"),
            _share(len(in_time), len(askings) - len(short)),
            len(in_time),
            len(askings) - len(short),
            _level_formula(level, short_abandon_s),
            norm="B2",
        ),
        Indicator(
            "speed_of_answer",
            Text("average speed of answer", "平均应答时间"),
            waited / len(answered) if answered else None,
            waited,
            len(answered),
            Text(
                "seconds from joining the queue to the agent, summed / calls answered by an agent",
                "从进入队列到人工接听的秒数之和 ÷ 人工接听的来电数",
            ),
            unit="s",
        ),
        Indicator(
            "abandonment_rate",
            Text("abandonment rate", "放弃率"),
            _share(len(abandoned), len(askings)),
            len(abandoned),
            len(askings),
            Text(
                "calls whose caller hung up while waiting / calls that asked for an agent × 100 %",
                "排队中挂机的来电数 ÷ 请求人工的来电数 × 100%",
            ),
        ),
    )


def _asking(visits: Sequence[QueueVisit], ended_at: datetime | None, levels: Mapping[str, float]) -> Asking | None:
    answer = next((visit for visit in visits if visit.outcome == "answered"), None)
    last = answer or visits[-1]
    if answer is None and ended_at is None:
        return None  # still on the line: it may be answered yet
    until = last.connected_at or last.left_at or ended_at or last.joined_at
    return Asking(
        waited_s=max(0.0, (until - visits[0].joined_at).total_seconds()),
        answered=answer is not None,
        abandoned=answer is None and last.outcome == "abandoned",
        level_s=levels.get(last.queue, LEVEL_SECONDS),
    )


def _share(part: int, of: int) -> float | None:
    return 100.0 * part / of if of else None


def _levels(askings: Iterable[Asking]) -> Text:
    seconds = sorted({asking.level_s for asking in askings}) or [LEVEL_SECONDS]
    if len(seconds) == 1:
        return Text(f"within {seconds[0]:g} s", f"{seconds[0]:g} 秒内")
    return Text("within each queue's own time", "按各队列的时限")


def _level_formula(level: Text, short_abandon_s: float | None) -> Text:
    formula = Text(
        f"calls answered {level.en} / all calls that asked for an agent × 100 %",
        f"{level.zh}人工接听的来电数 ÷ 请求人工的全部来电数 × 100%",
    )
    if short_abandon_s is None:
        return formula
    return Text(
        f"{formula.en}; callers who gave up before {short_abandon_s:g} s are left out",
        f"{formula.zh}；不计 {short_abandon_s:g} 秒内放弃的来电",
    )
