"""The part of a story that says which files hold which party, and when their sound begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.ami import events as ev
from ivr.core.errors import UsageError
from ivr.core.ids import is_safe_id
from ivr.journal.told import leg_of, note, noted, plain
from ivr.storage.models import Call, Leg, Recording
from ivr.storage.models.recordings import MESSAGES, ROLES

# The parties of a talk; a message left on purpose is none of it.
TALKING = ROLES - MESSAGES
REFUSED = "refused by the caller"
REPLACED = "the caller has recorded it anew"
# The announcement of a file and Asterisk's word that it records are this close together.
CLOSE = timedelta(seconds=2)


def recording_announced(call: Call, fact: ev.UserEvent, file: str, role: str, agent: str = "") -> None:
    """The dialplan begins a file (IvrRecording).

    Args:
        agent: id of the agent or supervisor whose words it holds, where the dialplan knows it.

    Raises:
        UsageError: if the name is not one of ours or the role is unknown.
    """
    if role not in ROLES or len(file) > 255 or not all(is_safe_id(part) for part in file.split("/")):
        raise UsageError(f"not a recording of ours: {file!r:.80} {role!r:.20}", cure="names hold our ids only")
    row = next((one for one in call.recordings if one.file == file), None)
    if row is None:
        row = Recording(linkedid=call.linkedid, uniqueid=fact.uniqueid, role=role, file=file, state="open", agent="")
        call.recordings.append(row)
    leg = party_joined(call, fact, role, agent)
    if role != "caller":
        row.agent = row.agent or leg.agent
    if noted(call, "refused") and role in TALKING:
        row.state, row.gap_cause = "refused", REFUSED
    heard = _heard(call, fact.uniqueid)
    near = role in TALKING and heard is not None and abs(fact.at - heard) <= CLOSE
    row.started_at = (heard if near else None) or row.started_at or fact.at


def party_joined(call: Call, fact: ev.UserEvent, role: str, agent: str) -> Leg:
    """A channel is that of an agent or a supervisor, whether he is recorded or not."""
    leg = leg_of(call, fact.uniqueid)
    if leg is None:
        leg = Leg(uniqueid=fact.uniqueid, channel=plain(fact.channel, 128), role="other", started_at=fact.at, agent="")
        call.legs.append(leg)
    if role in {"agent", "supervisor"} and leg.role == "other":
        leg.role = role
    if leg.role in {"agent", "supervisor"}:
        leg.agent = leg.agent or plain(agent, 64)
    return leg


def recording_refused(call: Call) -> None:
    """The caller refuses: what was recorded of him is to be thrown away, and nothing more is recorded."""
    note(call, "refused", True)
    for row in call.recordings:
        if row.role in TALKING and row.state != "deleted":
            row.state, row.gap_cause = "refused", REFUSED


def recording_replaced(call: Call, file: str) -> None:
    """The caller has spoken a message anew: the earlier one is kept as long as any other, and says so."""
    for row in call.recordings:
        if row.file == file:
            row.note = REPLACED


def recording_started(call: Call, fact: ev.RecordingStarted) -> None:
    """Asterisk records a channel from now on: the time of the first frame."""
    note(call, f"records {fact.uniqueid}", fact.at.isoformat())
    for row in call.recordings:
        if row.uniqueid != fact.uniqueid or row.role in MESSAGES:
            continue
        if row.started_at is None or abs(fact.at - row.started_at) <= CLOSE:
            row.started_at = fact.at


def _heard(call: Call, uniqueid: str) -> datetime | None:
    at = noted(call, f"records {uniqueid}")
    return datetime.fromisoformat(at) if at else None
