"""Stays in queues and rings, the journal's beside the sources': which is which, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ivr.journal.reconcile import fields
from ivr.journal.reconcile.drift import Drift, Kind, putting
from ivr.journal.reconcile.rebuild import Seen
from ivr.journal.told import leg_of
from ivr.storage.models import Call, QueueVisit, Ring

# Ends of a stay that nobody saw: none, or put in when the call was closed.
UNSEEN = frozenset({"", "interrupted"})
_TIMES = frozenset({"left_at", "completed_at"})


def compare_visits(call: Call, seen: Seen) -> Iterator[Drift]:
    """Every difference in stays and rings."""
    if not seen.call.visits and not seen.queues:
        return
    pairs = pair_visits(call.visits, seen.call.visits)
    for number, there in enumerate(seen.call.visits, start=1):
        place = f"visit {there.queue} {number}"
        here = pairs.get(id(there))
        if here is None:
            visit = QueueVisit(queue=there.queue, rings=[], **fields.of(there, fields.VISIT))

            def add(visit: QueueVisit = visit) -> None:
                call.visits.append(visit)

            yield _drift(call, place, "", Kind.MISSING, "", there.joined_at, add)
        else:
            visit = here
            yield from _visit(call, here, there, place)
        yield from _rings(call, visit, there)
    if seen.queues and seen.over:
        known = {id(one) for one in pairs.values()}
        for visit in call.visits:
            # Who was turned away at the door has no row in queue_log.
            if id(visit) not in known and visit.position is not None:
                yield _drift(call, f"visit {visit.queue}", "", Kind.EXTRA, visit.joined_at, "", None)


def pair_visits(here: Sequence[QueueVisit], there: Sequence[QueueVisit]) -> dict[int, QueueVisit]:
    """The journal's visit for each of the sources' (by ``id``): joined at the same time, else heard of later."""
    pairs: dict[int, QueueVisit] = {}
    free = sorted(here, key=lambda one: one.joined_at)
    for test in (_same, _later, _earlier):
        for one in sorted(there, key=lambda one: one.joined_at):
            if id(one) in pairs:
                continue
            found = next((mine for mine in free if mine.queue == one.queue and test(mine, one)), None)
            if found is not None:
                pairs[id(one)] = found
                free.remove(found)
    return pairs


def _same(mine: QueueVisit, theirs: QueueVisit) -> bool:
    return fields.agree(mine.joined_at, theirs.joined_at)


def _later(mine: QueueVisit, theirs: QueueVisit) -> bool:
    end = theirs.completed_at or theirs.left_at
    begun = theirs.joined_at - fields.TOLERANCE <= mine.joined_at
    return mine.position is None and begun and (end is None or mine.joined_at <= end + fields.TOLERANCE)


def _earlier(mine: QueueVisit, theirs: QueueVisit) -> bool:
    """The row that tells of his joining is missing."""
    end = mine.completed_at or mine.left_at
    return theirs.position is None and mine.joined_at <= theirs.joined_at and (end is None or theirs.joined_at <= end)


def _visit(call: Call, here: QueueVisit, there: QueueVisit, place: str) -> Iterator[Drift]:
    closed_blindly = here.outcome in UNSEEN or (call.outcome == "interrupted" and not here.ended_by)
    for field in fields.VISIT:
        mine, theirs = getattr(here, field), getattr(there, field)
        guessed = field in _TIMES and closed_blindly and _unseen(call, field, here)
        if fields.is_missing(theirs) or mine == theirs or (fields.agree(mine, theirs) and not guessed):
            continue
        if field == "joined_at" and there.position is None:
            continue
        if field == "left_at" and there.outcome == "answered" and mine is not None and not guessed:
            continue  # he left the line when the agent was being prepared
        kind = Kind.CONTRADICTION
        if fields.is_missing(mine) or (field == "outcome" and mine in UNSEEN):
            kind = Kind.MISSING
        elif guessed or (field == "joined_at" and here.position is None and mine > theirs):
            kind = Kind.GUESS
        yield _drift(call, place, field, kind, mine, theirs, putting(here, field, theirs, kind))


def _unseen(call: Call, field: str, visit: QueueVisit) -> bool:
    return field == "completed_at" or visit.outcome in UNSEEN or call.outcome == "interrupted"


def _rings(call: Call, visit: QueueVisit, there: QueueVisit) -> Iterator[Drift]:
    known = [ring for one in call.visits for ring in one.rings]
    for theirs in there.rings:
        mine = next((ring for ring in known if ring.uniqueid and ring.uniqueid == theirs.uniqueid), None)
        place = f"ring {theirs.uniqueid}"
        if mine is None:

            def add(theirs: Ring = theirs) -> None:
                visit.rings.append(Ring(uniqueid=theirs.uniqueid, **fields.of(theirs, fields.RING)))

            yield _drift(call, place, "", Kind.MISSING, "", theirs.agent, add)
        else:
            yield from _ring(call, mine, theirs, place)


def _ring(call: Call, here: Ring, there: Ring, place: str) -> Iterator[Drift]:
    leg = leg_of(call, here.uniqueid)
    cut_off = leg is not None and leg.ended_at is not None and leg.hangup_cause is None
    blind = here.result == "" or (here.result == "cancelled" and (cut_off or call.outcome == "interrupted"))
    for field in fields.RING:
        mine, theirs = getattr(here, field), getattr(there, field)
        guessed = blind and field in {"result", "ended_at"}
        if fields.is_missing(theirs) or mine == theirs or (fields.agree(mine, theirs) and not guessed):
            continue
        kind = Kind.CONTRADICTION
        if fields.is_missing(mine):
            kind = Kind.MISSING
        elif guessed or (field == "started_at" and mine > theirs):
            kind = Kind.GUESS
        yield _drift(call, place, field, kind, mine, theirs, putting(here, field, theirs, kind))


def _drift(
    call: Call, place: str, field: str, kind: Kind, journal: Any, source: Any, mend: Callable[[], None] | None
) -> Drift:
    by = "both" if field in fields.BOTH else "cel" if place.startswith("ring") and field else "queue_log"
    return Drift(call.linkedid, place, field, kind, fields.shown(journal), fields.shown(source), by, mend)


__all__ = ["compare_visits", "pair_visits"]
