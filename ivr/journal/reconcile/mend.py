"""Putting into a story what was not seen live, and marking it."""

from __future__ import annotations

from datetime import datetime

from ivr.journal.ending import conclude, interrupt
from ivr.journal.reconcile.compare import compare, is_guess
from ivr.journal.reconcile.drift import Drift
from ivr.journal.reconcile.rebuild import Seen
from ivr.journal.told import note
from ivr.storage.models import Call, Reconstruction

MARK = "reconstructed"
ROUNDS = 3


def mend(call: Call, seen: Seen, *, at: datetime, booted: datetime | None = None) -> list[Reconstruction]:
    """Put in what can be, conclude anew, and mark what changed in the call's evidence.

    Args:
        call: in a session, whole and locked.
        seen: the same call, over or dead.
        at: now.
        booted: when Asterisk was started after the death of this call.

    Returns:
        One row for each field or row put in; not yet in the session. Nothing, if there was nothing to mend.
    """
    rows: list[Reconstruction] = []
    told: set[tuple[str, str]] = set()
    for _ in range(ROUNDS):  # a row put in can have fields to put in
        drifts = [one for one in compare(call, seen) if one.mend is not None and (one.place, one.field) not in told]
        if not drifts:
            break
        for drift in drifts:
            if drift.mend is not None:
                drift.mend()
            told.add((drift.place, drift.field))
            rows.append(_row(call, drift, at))
        _conclude(call, seen, booted)
    names = list(dict.fromkeys(f"{row.place} {row.field}".strip() for row in rows))
    for name in names:
        note(call, MARK, name, many=True)
    return rows


def _conclude(call: Call, seen: Seen, booted: datetime | None) -> None:
    if (
        seen.over
        and call.outcome == "interrupted"
        and not any(leg.ended_at is None or is_guess(leg) for leg in call.legs)
    ):
        call.outcome = ""
        for visit in call.visits:
            if visit.outcome == "interrupted":
                visit.outcome = ""
    if seen.dead and call.ended_at is None and booted is not None:
        interrupt(call, (), at=booted)
    conclude(call)


def _row(call: Call, drift: Drift, at: datetime) -> Reconstruction:
    return Reconstruction(
        call_id=call.id, place=drift.place[:200], field=drift.field, before=drift.journal, after=drift.source,
        source=drift.by, at=at,
    )  # fmt: skip


__all__ = ["MARK", "mend"]
