"""Agents' talks read off queue_log row by row, by no rule of the journal's: a check of what both stories agree on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ivr.journal.reconcile import fields
from ivr.journal.reconcile.drift import Drift, Kind
from ivr.journal.reconcile.exact import COMPLETING
from ivr.journal.sources.queue_log import QueueRow
from ivr.storage.models import Call, QueueVisit
from recording.talks import transfers

# Whole seconds, rounded down, written a moment after what they tell.
NEAR = timedelta(seconds=2.5)


@dataclass(frozen=True, slots=True)
class Served:
    """An agent took a caller of a queue: a CONNECT of queue_log and the row that ends it.

    Args:
        queue, agent: by name and id.
        channel: uniqueid of the agent's leg.
        ended_by: caller, agent, transfer; "" if the end has no row.
    """

    queue: str
    agent: str
    channel: str
    connected_at: datetime
    completed_at: datetime | None
    ended_by: str


def served(rows: Sequence[QueueRow], agents: Mapping[str, str]) -> tuple[Served, ...]:
    """All that one call's rows tell.

    An end is of the agent's last CONNECT in its queue: the caller's own id may have changed when he was handed on.

    Args:
        rows: in the order of time.
        agents: ids of agents by extension.
    """
    found = []
    for place, row in enumerate(rows):
        if row.event != "CONNECT":
            continue
        end = None
        for later in rows[place + 1 :]:
            if (later.queue, later.agent) == (row.queue, row.agent) and later.event in {"CONNECT", *COMPLETING}:
                end = later if later.event in COMPLETING else None
                break
        found.append(
            Served(
                queue=row.queue,
                agent=member(row.agent, agents),
                channel=row.text("channel"),
                connected_at=row.at,
                completed_at=end.at if end else None,
                ended_by=COMPLETING[end.event] if end else "",
            )
        )
    return tuple(found)


def member(agent: str, agents: Mapping[str, str]) -> str:
    """An agent as the journal calls him: his id, where a queue_log has his interface."""
    tail = agent.rpartition("/")[2]
    return agents.get(tail, tail)


def compare_served(call: Call, found: Sequence[Served]) -> Iterator[Drift]:
    """Where the journal's stays are not what queue_log says of the agents' legs; nothing of it is put in."""
    visits = sorted(call.visits, key=lambda visit: visit.joined_at)
    for one in found:
        visit = _stay(visits, one)
        if visit is None:
            yield _drift(call, f"visit {one.queue}", "", "", one.agent)
            continue
        if visit.outcome == "abandoned" and one.ended_by == "caller" and _agree(one.connected_at, one.completed_at):
            continue  # he hung up while the agent's phone was being prepared
        place = f"visit {one.queue} {visits.index(visit) + 1}"
        for field in ("queue", "agent", "connected_at", "completed_at", "ended_by"):
            mine, theirs = getattr(visit, field), getattr(one, field)
            if field == "ended_by" and (mine, theirs) == ("transfer", "agent") and _handed_on(call, one):
                continue  # app_queue saw his hanging up first
            if not fields.is_missing(theirs) and not _agree(mine, theirs):
                yield _drift(call, place, field, mine, theirs)


def _stay(visits: Sequence[QueueVisit], one: Served) -> QueueVisit | None:
    """That in which this leg rang; where the ring is not known, that which its agent took then."""
    rung = (visit for visit in visits for ring in visit.rings if ring.uniqueid == one.channel)
    taken = (
        visit
        for visit in visits
        if (visit.queue, visit.agent) == (one.queue, one.agent) and _agree(visit.connected_at, one.connected_at)
    )
    return next(rung, None) or next(taken, None)


def _handed_on(call: Call, one: Served) -> bool:
    """Whether the agent handed the caller on when his stay ended."""
    own = (step.at for step in transfers(call.steps) if step.detail.get("agent") == one.agent)
    return any(_agree(at, one.completed_at) for at in own)


def _agree(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, datetime) and isinstance(theirs, datetime):
        return abs(mine - theirs) <= NEAR
    return bool(mine == theirs)


def _drift(call: Call, place: str, field: str, journal: Any, source: Any) -> Drift:
    shown = (fields.shown(journal, field), fields.shown(source, field))
    return Drift(call.linkedid, place, field, Kind.CONTRADICTION, *shown, "queue_log")


__all__ = ["Served", "compare_served", "member", "served"]
