"""Facts of calls in one row each, concluded anew from their stories; what lists show, filter and sort by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, TypedDict, cast

from sqlalchemy import Connection, Table, delete, func, insert, select

from ivr.storage.models import AgentTalk, Call, CallFacts, QueueVisit, Score, Verdict

AT_ONCE = 500  # calls in one statement

_FACTS = cast(Table, CallFacts.__table__)


class Facts(TypedDict):
    """A row of ``call_facts``."""

    call_id: int
    queue: str
    agent: str
    wait_s: float
    talk_s: float
    run: str
    score: float | None
    failed: int
    unsure: int


def refresh(connection: Connection, calls: Collection[int]) -> int:
    """Conclude the facts of these calls; those that are under way get none. How many rows there are of them now."""
    numbers = sorted(set(calls))
    written = 0
    for at in range(0, len(numbers), AT_ONCE):
        written += _refresh(connection, numbers[at : at + AT_ONCE])
    return written


def _refresh(connection: Connection, numbers: list[int]) -> int:
    ended = select(Call.id).where(Call.id.in_(numbers), Call.ended_at.is_not(None))
    # In PostgreSQL journal and judging may both conclude on one call: the later has to see what the earlier wrote.
    held = ended.order_by(Call.id).with_for_update(key_share=True)
    rows = {number: _nothing(number) for number in connection.scalars(held)}
    _waits(connection, rows)
    _talks(connection, rows)
    _judgements(connection, rows)
    connection.execute(delete(_FACTS).where(_FACTS.c.call_id.in_(numbers)))
    if rows:
        connection.execute(insert(_FACTS), cast(list[dict[str, Any]], list(rows.values())))
    return len(rows)


def _nothing(number: int) -> Facts:
    return Facts(call_id=number, queue="", agent="", wait_s=0.0, talk_s=0.0, run="", score=None, failed=0, unsure=0)


def _waits(connection: Connection, rows: dict[int, Facts]) -> None:
    columns = (
        QueueVisit.call_id, QueueVisit.queue, QueueVisit.joined_at, QueueVisit.left_at, QueueVisit.connected_at,
    )  # fmt: skip
    query = select(*columns).where(QueueVisit.call_id.in_(rows)).order_by(QueueVisit.joined_at, QueueVisit.id)
    for number, queue, joined, left, connected in connection.execute(query):
        row = rows[number]
        row["queue"] = row["queue"] or queue
        if (until := connected or left) is not None:
            row["wait_s"] += max(0.0, (until - joined).total_seconds())


def _talks(connection: Connection, rows: dict[int, Facts]) -> None:
    columns = (AgentTalk.call_id, AgentTalk.agent, AgentTalk.connected_at, AgentTalk.completed_at)
    query = select(*columns).where(AgentTalk.call_id.in_(rows)).order_by(AgentTalk.connected_at, AgentTalk.id)
    for number, agent, connected, completed in connection.execute(query):
        row = rows[number]
        row["agent"] = agent
        row["talk_s"] += max(0.0, (completed - connected).total_seconds())


def _judgements(connection: Connection, rows: dict[int, Facts]) -> None:
    """The newest judging is the one with the newest row, of verdicts or of scores."""
    newest: dict[int, tuple[Any, str]] = {}
    for kind in (Verdict, Score):
        last = select(func.max(kind.id)).where(kind.call_id.in_(rows)).group_by(kind.call_id)
        for number, run, at in connection.execute(
            select(kind.call_id, kind.run, kind.created_at).where(kind.id.in_(last))
        ):
            newest[number] = max(newest.get(number, (at, run)), (at, run), key=lambda found: found[0])
    for number, (_, run) in newest.items():
        rows[number]["run"] = run
    points: defaultdict[int, list[float]] = defaultdict(list)
    scores = select(Score.call_id, Score.run, Score.points, Score.possible, Score.failed_all)
    for number, run, got, possible, failed_all in connection.execute(scores.where(Score.call_id.in_(rows))):
        if run == rows[number]["run"] and possible > 0:
            points[number].append(0.0 if failed_all else 100.0 * got / possible)
    for number, found in points.items():
        rows[number]["score"] = min(found)
    verdicts = select(Verdict.call_id, Verdict.run, Verdict.passed, Verdict.value, func.count())
    verdicts = verdicts.where(Verdict.call_id.in_(rows))
    verdicts = verdicts.group_by(Verdict.call_id, Verdict.run, Verdict.passed, Verdict.value)
    for number, run, passed, value, count in connection.execute(verdicts):
        if run == rows[number]["run"]:
            rows[number]["failed"] += count if passed is False else 0
            rows[number]["unsure"] += count if value == "cannot_tell" else 0


def over(connection: Connection, after: int, limit: int) -> list[int]:
    """Ids of calls that are over, above ``after``, in order; for work that goes through all of them."""
    query = select(Call.id).where(Call.id > after, Call.ended_at.is_not(None)).order_by(Call.id).limit(limit)
    return list(connection.scalars(query))


__all__ = ["AT_ONCE", "Facts", "over", "refresh"]
