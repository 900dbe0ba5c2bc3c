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
    """The times of a call as a judgement needs them: seconds from its start.

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
    )
