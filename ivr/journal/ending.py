"""How a story ends: when, with what outcome, by whose hand; concluded anew from all that is known."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ivr.journal.surveys import tell_answers
from ivr.journal.talking import tell_hand_overs, tell_talks
from ivr.journal.told import noted
from ivr.storage.models import Call
from recording.talks import by_flow, left_first, stays

# Visits of callers who wanted an agent and got none, though they neither hung up nor chose something else.
UNSERVED = frozenset({"timeout", "full", "empty"})


def conclude(call: Call) -> None:
    """Set end, outcome, who hung up and who talked to the caller, once the last leg has ended."""
    _conclude(call)
    tell_talks(call)
    tell_answers(call)


def _conclude(call: Call) -> None:
    if call.outcome == "interrupted":
        return
    ends = [leg.ended_at for leg in call.legs]
    if not ends or None in ends:
        call.ended_at, call.outcome, call.hung_up_by = None, "", ""
        return
    call.ended_at = max(end for end in ends if end is not None)
    tell_hand_overs(call)
    call.outcome = _outcome(call)
    call.hung_up_by = _hung_up_by(call)


def interrupt(call: Call, alive: Collection[str], *, at: datetime, lost_at: datetime | None = None) -> bool:
    """Close what Asterisk no longer has, in a story whose end was missed; True if anything was closed.

    Args:
        alive: channels that Asterisk has: uniqueids, linkedids or names.
        at: when it had them; what began later is left alone.
        lost_at: when the view of Asterisk was lost; else the last time known in the story counts as its end.
    """
    if call.ended_at is not None or call.started_at >= at:
        return False
    known = [leg for leg in call.legs if leg.uniqueid in alive or leg.channel in alive]
    lives = bool(known) or call.linkedid in alive
    if lives and not known:
        return False  # only the call was named, so nothing can be said of its channels
    end = max(_last_known(call), lost_at or call.started_at)
    gone = [leg for leg in call.legs if leg not in known and leg.ended_at is None and leg.started_at < at]
    for leg in gone:
        leg.ended_at = end
    rings = [ring for visit in call.visits for ring in visit.rings if not ring.result]
    for ring in rings:
        if not lives or any(leg.uniqueid == ring.uniqueid for leg in gone):
            ring.result, ring.ended_at = "cancelled", end
    if lives:
        return bool(gone)
    call.ended_at, call.outcome = end, "interrupted"
    for visit in call.visits:
        if not visit.outcome:
            visit.outcome = "interrupted"
        visit.left_at = visit.left_at or end
        if visit.connected_at is not None:
            visit.completed_at = visit.completed_at or end
    tell_talks(call)
    return True


def _outcome(call: Call) -> str:
    outcomes = {visit.outcome for visit in call.visits}
    if "answered" in outcomes or noted(call, "transferred"):
        return "answered"
    if noted(call, "voicemail"):
        return "voicemail"
    if "abandoned" in outcomes or left_ringing(call):
        return "abandoned"
    decided = noted(call, "decided")
    if decided:
        return str(decided)
    if outcomes & UNSERVED:
        return "unserved"
    # A number nobody serves is turned away before the flow begins.
    return "self_service" if noted(call, "entered") else "failed"


def left_ringing(call: Call) -> bool:
    """Whether the caller hung up while the flow had somebody's phone ring for him: nothing came after it.

    On the emergency route something came after it, though no engine told of it.
    """
    if noted(call, "transferred") or call.route == "emergency":
        return False
    last = max((step for step in call.steps if step.kind != "talk"), key=lambda step: step.seq, default=None)
    return last is not None and (last.kind, last.event) == ("transfer", "dial")


def _hung_up_by(call: Call) -> str:
    last = max(stays(call), key=lambda visit: visit.joined_at, default=None)
    flow = by_flow(call) if noted(call, "transferred") else None
    if flow is not None and (last is None or flow.started_at > last.joined_at):
        if left_first(call, flow):
            return "agent"
    elif last is not None and last.ended_by in {"caller", "agent"}:
        return last.ended_by
    source = noted(call, "end_source")
    if source is None:
        return "caller"
    for leg in call.legs:
        if source and leg.channel == source:
            return leg.role if leg.role in {"caller", "agent"} else "system"
    return "system"


def _last_known(call: Call) -> datetime:
    times = [call.started_at, call.answered_at]
    for leg in call.legs:
        times += [leg.started_at, leg.answered_at, leg.ended_at]
    times += [step.at for step in call.steps]
    for visit in call.visits:
        times += [visit.joined_at, visit.left_at, visit.connected_at, visit.completed_at]
        times += [time for ring in visit.rings for time in (ring.started_at, ring.ended_at)]
    times += [recording.started_at for recording in call.recordings]
    return max(time for time in times if time is not None)
