"""A call in the journal beside the same call as the sources tell it: what differs, and how each is put right.

The journal's own word stands, but where it has none, or only a guess: what was closed because its end could not be
seen, and what seems to begin when it was first heard of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ivr.journal.ending import left_ringing
from ivr.journal.reconcile import fields
from ivr.journal.reconcile.drift import Drift, Kind, putting
from ivr.journal.reconcile.rebuild import Seen
from ivr.journal.reconcile.served import compare_served
from ivr.journal.reconcile.visits import compare_visits
from ivr.journal.told import leg_of, note, noted
from ivr.storage.models import Call, Leg, Step

# What only queues, transfers and the voicemail tell; what else became of a call, the engine alone knows.
TOLD_OUTCOMES = frozenset({"answered", "abandoned", "voicemail"})
NOTED = ("entered", "transferred", "voicemail", "end_source")
_NO_NUMBER = re.compile(r"[^0-9A-Za-z+*#._]")


def compare(call: Call, seen: Seen) -> list[Drift]:
    """Every difference, those that can be mended first rows, then fields, then what is concluded from them.

    Args:
        call: with legs, steps, visits and rings loaded.
        seen: the same call, over or dead.
    """
    # Where the journal and what was rebuilt by its rules agree, the rules themselves are laid beside the rows.
    visits = list(compare_visits(call, seen)) or list(compare_served(call, seen.served if seen.queues else ()))
    return [
        *_evidence(call, seen),
        *_legs(call, seen),
        *visits,
        *_transfers(call, seen),
        *_call(call, seen),
        *_sources(seen),
    ]


def is_guess(leg: Leg) -> bool:
    """Whether a leg's end was put in: an end that was seen has a cause."""
    return leg.ended_at is not None and leg.hangup_cause is None


def _drift(
    call: Call, place: str, field: str, kind: Kind, journal: Any, source: Any, by: str, mend: Callable[[], None] | None
) -> Drift:
    shown = (fields.shown(journal, field), fields.shown(source, field))
    return Drift(call.linkedid, place, field, kind, *shown, by, mend)


def _evidence(call: Call, seen: Seen) -> Iterator[Drift]:
    """What the conclusions rest on."""
    for name in NOTED:
        value = noted(seen.call, name)
        if value is None or noted(call, name) is not None:
            continue
        if name == "end_source" and not seen.over:
            continue

        def put(name: str = name, value: Any = value) -> None:
            note(call, name, value)

        yield _drift(call, "call", name, Kind.MISSING, "", value, "cel", put)


def _legs(call: Call, seen: Seen) -> Iterator[Drift]:
    for there in seen.call.legs:
        place = f"leg {there.uniqueid}"
        here = leg_of(call, there.uniqueid)
        if here is None:

            def add(there: Leg = there) -> None:
                call.legs.append(Leg(uniqueid=there.uniqueid, **fields.of(there, fields.LEG)))

            yield _drift(call, place, "", Kind.MISSING, "", there.channel, "cel", add)
            continue
        yield from _leg(call, here, there, seen, place)
    if seen.begun >= {call.linkedid}:
        known = {leg.uniqueid for leg in seen.call.legs}
        for leg in call.legs:
            if leg.uniqueid not in known:
                yield _drift(call, f"leg {leg.uniqueid}", "", Kind.EXTRA, leg.channel, "", "cel", None)


def _leg(call: Call, here: Leg, there: Leg, seen: Seen, place: str) -> Iterator[Drift]:
    for field in fields.LEG:
        mine, theirs = getattr(here, field), getattr(there, field)
        if field == "started_at" and there.uniqueid not in seen.begun:
            continue
        guessed = field == "ended_at" and is_guess(here)  # to be replaced, however near it came
        if fields.is_missing(theirs) or mine == theirs or (fields.agree(mine, theirs) and not guessed):
            continue
        if field == "role" and (theirs == "other" or mine in {"caller", "agent", "supervisor"}):
            continue  # what the dialplan says of a party counts for more than his account
        if field == "channel" and mine:
            continue  # a channel's name changes when another takes its place
        kind = Kind.CONTRADICTION
        if fields.is_missing(mine) or (field == "role" and mine == "other"):
            kind = Kind.MISSING
        elif guessed or (field == "started_at" and mine > theirs):
            kind = Kind.GUESS
        yield _drift(call, place, field, kind, mine, theirs, "cel", putting(here, field, theirs, kind))


def _transfers(call: Call, seen: Seen) -> Iterator[Drift]:
    known = [step for step in call.steps if step.kind == "talk" and step.event == "transfer"]
    for there in seen.call.steps:
        if there.event != "transfer" or any(fields.agree(step.at, there.at) for step in known):
            continue

        def add(there: Step = there) -> None:
            seq = max((step.seq for step in call.steps), default=0) + 1
            step = Step(seq=seq, at=there.at, step="transfer", kind="talk", event="transfer", detail=dict(there.detail))
            call.steps.append(step)

        yield _drift(call, "transfer", "", Kind.MISSING, "", there.at, "cel", add)


def _call(call: Call, seen: Seen) -> Iterator[Drift]:
    there = seen.call
    begun = call.linkedid in seen.begun
    for field in fields.CALL:
        mine, theirs = getattr(call, field), getattr(there, field)
        if fields.is_missing(theirs) or fields.agree(mine, theirs) or (field == "started_at" and not begun):
            continue
        if field in fields.CONCLUDED:
            if not _concluded_otherwise(call, seen, field):
                continue
            kind = Kind.MISSING if fields.is_missing(mine) else _guess_or_not(call)
            yield _drift(call, "call", field, kind, mine, theirs, "both", _nothing if kind is not Kind.CONTRADICTION
                         else None)  # fmt: skip
            continue
        if field == "caller" and not seen.incoming:
            continue
        if field == "caller" and _NO_NUMBER.sub("", str(mine)) == _NO_NUMBER.sub("", str(theirs)):
            continue
        if field == "route" and theirs != "emergency":
            continue
        kind = Kind.CONTRADICTION
        if fields.is_missing(mine) or field == "route":
            kind = Kind.MISSING
        elif field == "started_at" and mine > theirs:
            kind = Kind.GUESS
        yield _drift(call, "call", field, kind, mine, theirs, "cel", putting(call, field, theirs, kind))
    if seen.dead and call.ended_at is None:
        yield _drift(call, "call", "outcome", Kind.MISSING, "", "interrupted", "queue_log", _nothing)


def _nothing() -> None:
    """Concluded from what the others put in."""


def _guess_or_not(call: Call) -> Kind:
    return Kind.GUESS if call.outcome == "interrupted" or call.ended_at is None else Kind.CONTRADICTION


def _concluded_otherwise(call: Call, seen: Seen, field: str) -> bool:
    if not seen.over:
        return False
    if field == "outcome":
        by_flow = call.outcome == "abandoned" and left_ringing(call)  # steps are in no source
        outcomes = {seen.call.outcome} if by_flow else {call.outcome, seen.call.outcome}
        told = outcomes & (TOLD_OUTCOMES | {"interrupted", ""})
        return bool(told) and (seen.queues or call.outcome in {"interrupted", ""})
    return field != "hung_up_by" or seen.queues


def _sources(seen: Seen) -> Iterator[Drift]:
    for one in seen.disagreements:
        place, what = f"visit {one.row.queue}", one.row.event.lower()
        yield Drift(
            seen.call.linkedid, place, what, Kind.SOURCES, fields.shown(one.cel), fields.shown(one.queue_log), "both"
        )


__all__ = ["compare", "is_guess"]
