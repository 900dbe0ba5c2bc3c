"""A call as a judgement needs it: its times, and who was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.storage import models as rows
from recording.analytics.spans import cut
from recording.compliance import CallContext
from recording.compliance.silences import long_silences, shifted
from recording.holds import holds
from recording.talks import Talk, talk_of
from recording.transcription.transcript import PartyTranscript

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording and what was heard in it."""

    recording: rows.Recording
    transcript: PartyTranscript


def context_of(
    call: rows.Call,
    recording: rows.Recording,
    agent: Heard | None,
    caller: Heard | None,
    language: str,
    paused: Sequence[Span] = (),
) -> CallContext:
    """What a judgement of one agent's part needs to know of the call; times in seconds from its start.

    A wait is a hold of the telephone, or a silence of both that is as long as one. A pause of the recording is neither.

    Args:
        agent, caller: what was heard; None where it was not transcribed.
        paused: stretches muted on purpose.
    """

    def at(moment: datetime | None) -> float:
        return (moment - call.started_at).total_seconds() if moment is not None else 0.0

    duration = at(call.ended_at)
    part = talk_of(call, recording.agent, recording.uniqueid)
    talk = (part.start, part.end) if part is not None else None
    agent_offset = at(recording.started_at)
    caller_offset = at(caller.recording.started_at) if caller is not None else 0.0
    held = holds(call.steps, at, duration)
    silences: list[Span] = []
    if talk is not None:
        held = [span for span in held if span[0] < talk[1] and talk[0] < span[1]]
        if agent is not None and agent.transcript.speech:
            spoken = shifted(agent.transcript.speech, agent_offset)
            spoken += shifted(caller.transcript.speech, caller_offset) if caller is not None else []
            silences = long_silences([*spoken, *cut(paused, _spoken(spoken))], talk)
    return CallContext(
        language=language,
        duration=duration,
        agent_offset=agent_offset,
        caller_offset=caller_offset,
        talk=talk,
        holds=tuple(sorted([*held, *silences])),
        silences=tuple(silences),
        agent=recording.agent,
        started_at=call.started_at,
        queue=_queue(call, part),
        outcome=call.outcome,
        transfers=part.transfers if part is not None else (),
        ended_by=part.ended_by if part is not None else "",
        ring=part.ring if part is not None else None,
    )


def _spoken(spoken: Sequence[Span]) -> Span:
    """From the first word to the last."""
    return min(start for start, _ in spoken), max(end for _, end in spoken)


def _queue(call: rows.Call, part: Talk | None) -> str:
    """The queue the caller came through; of one who was handed on, the last before that."""
    if part is None:
        return ""
    if part.visit is not None:
        return part.visit.queue
    before = [one for one in call.visits if (one.joined_at - call.started_at).total_seconds() <= part.start]
    return max(before, key=lambda one: one.joined_at).queue if before else ""
