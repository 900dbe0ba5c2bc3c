"""A call as a judgement needs it: its times, and who was heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.storage import models as rows
from recording.compliance import CallContext
from recording.compliance.silences import long_silences, shifted
from recording.holds import holds
from recording.transcription.transcript import PartyTranscript


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording and what was heard in it."""

    recording: rows.Recording
    transcript: PartyTranscript


def context_of(
    call: rows.Call, recording: rows.Recording, agent: Heard | None, caller: Heard | None, language: str
) -> CallContext:
    """What a judgement of one agent's part needs to know of the call; times in seconds from its start.

    A wait is a hold of the telephone, or a silence of both that is as long as one.
    """

    def at(moment: datetime | None) -> float:
        return (moment - call.started_at).total_seconds() if moment is not None else 0.0

    duration = at(call.ended_at)
    visit = next((one for one in call.visits if one.connected_at and one.agent == recording.agent), None)
    talk = (at(visit.connected_at), at(visit.completed_at) or duration) if visit is not None else None
    agent_offset = at(recording.started_at)
    caller_offset = at(caller.recording.started_at) if caller is not None else 0.0
    silences: list[tuple[float, float]] = []
    if talk is not None and agent is not None and agent.transcript.speech:
        spoken = shifted(agent.transcript.speech, agent_offset)
        spoken += shifted(caller.transcript.speech, caller_offset) if caller is not None else []
        silences = long_silences(spoken, talk)
    return CallContext(
        language=language,
        duration=duration,
        agent_offset=agent_offset,
        caller_offset=caller_offset,
        talk=talk,
        holds=tuple(sorted([*holds(call.steps, at, duration), *silences])),
        silences=tuple(silences),
        agent=recording.agent,
        started_at=call.started_at,
        queue=visit.queue if visit is not None else "",
        outcome=call.outcome,
        transfers=tuple(at(one.completed_at) for one in call.visits if one.ended_by == "transfer" and one is visit),
        ended_by=_ended_by(call, visit),
        ring=_ring(visit),
    )


def _ended_by(call: rows.Call, visit: rows.QueueVisit | None) -> str:
    """Who ended this agent's talk; who hung up the call counts for the last talk only (norm D8)."""
    if visit is None:
        return ""
    last = max((one for one in call.visits if one.connected_at), key=lambda one: one.connected_at or one.joined_at)
    return visit.ended_by or (call.hung_up_by if visit is last else "")


def _ring(visit: rows.QueueVisit | None) -> float | None:
    """Seconds the agent's phone rang before he answered (norm B3)."""
    if visit is None:
        return None
    answered = (one for one in visit.rings if one.agent == visit.agent and one.result == "answered" and one.ended_at)
    ring = next(answered, None)
    return (ring.ended_at - ring.started_at).total_seconds() if ring is not None and ring.ended_at else None
