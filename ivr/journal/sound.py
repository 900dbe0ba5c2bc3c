"""The part of a story that says which files hold which party, and when their sound begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.ami import events as ev
from ivr.core.errors import UsageError
from ivr.core.ids import is_safe_id
from ivr.journal.told import leg_of, note, noted
from ivr.storage.models import Call, Recording

ROLES = frozenset({"caller", "agent", "voicemail"})
# The announcement of a file and Asterisk's word that it records are this close together.
CLOSE = timedelta(seconds=2)


def recording_announced(call: Call, fact: ev.UserEvent, file: str, role: str) -> None:
    """The dialplan begins a file (IvrRecording).

    Raises:
        UsageError: if the name is not one of ours or the role is unknown.
    """
    if role not in ROLES or len(file) > 255 or not all(is_safe_id(part) for part in file.split("/")):
        raise UsageError(f"not a recording of ours: {file!r:.80} {role!r:.20}", cure="names hold our ids only")
    row = next((one for one in call.recordings if one.file == file), None)
    if row is None:
        row = Recording(linkedid=call.linkedid, uniqueid=fact.uniqueid, role=role, file=file, state="open", agent="")
        call.recordings.append(row)
    leg = leg_of(call, fact.uniqueid)
    if role == "agent" and leg is not None:
        row.agent = row.agent or leg.agent
    heard = _heard(call, fact.uniqueid)
    near = role != "voicemail" and heard is not None and abs(fact.at - heard) <= CLOSE
    row.started_at = (heard if near else None) or row.started_at or fact.at


def recording_started(call: Call, fact: ev.RecordingStarted) -> None:
    """Asterisk records a channel from now on: the time of the first frame."""
    note(call, f"records {fact.uniqueid}", fact.at.isoformat())
    for row in call.recordings:
        if row.uniqueid != fact.uniqueid or row.role == "voicemail":
            continue
        if row.started_at is None or abs(fact.at - row.started_at) <= CLOSE:
            row.started_at = fact.at


def _heard(call: Call, uniqueid: str) -> datetime | None:
    at = noted(call, f"records {uniqueid}")
    return datetime.fromisoformat(at) if at else None
