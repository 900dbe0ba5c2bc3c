"""A call as a judgement needs it: its times, and who was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.storage import models as rows
from recording.analytics.health import FULL, Health, health
from recording.analytics.measure import Party, call_features
from recording.analytics.spans import cut, merged, without
from recording.analytics.track import VoiceTrack
from recording.compliance import CallContext
from recording.compliance.silences import long_silences, shifted
from recording.holds import CALLER, holds
from recording.talks import Talk, talk_of
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript, Word

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording and what was heard in it."""

    recording: rows.Recording
    transcript: PartyTranscript


@dataclass(frozen=True, slots=True)
class Listened:
    """What is known of one recording.

    Args:
        recording: its row in the ledger.
        grammar: of the grammar pass; None when there was none.
        transcript: None when it could not be transcribed.
        track: None when its sound could not be measured.
        new: rows to keep: a transcript or measurement that was not stored before.
    """

    recording: rows.Recording
    grammar: Grammar | None
    transcript: PartyTranscript | None
    track: VoiceTrack | None
    new: frozenset[str] = frozenset()

    @property
    def heard(self) -> Heard | None:
        """What a judgement takes of it."""
        return None if self.transcript is None else Heard(self.recording, self.transcript)

    @property
    def all_words(self) -> tuple[Word, ...] | None:
        """All words of the party; None when the recogniser was asked for some only."""
        return self.transcript.words if self.transcript is not None and self.transcript.mode == FULL else None


def context_of(
    call: rows.Call,
    recording: rows.Recording,
    agent: Heard | None,
    caller: Heard | None,
    language: str,
    paused: Sequence[Span] = (),
) -> CallContext:
    """What a judgement of one agent's part needs to know of the call; times in seconds from its start.

    A wait is a hold of the telephone by the agent, or a silence of both that is as long as one. A pause of the
    recording is neither. While either had the other on hold nothing was said to the other.

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
        held = [hold for hold in held if hold.start < talk[1] and talk[0] < hold.end]
        held = [hold for hold in held if hold.agent in {"", recording.agent}]  # a colleague who is asked holds nobody
        if agent is not None and agent.transcript.speech:
            spoken = shifted(agent.transcript.speech, agent_offset)
            spoken += shifted(caller.transcript.speech, caller_offset) if caller is not None else []
            apart = [hold.span for hold in held]
            spoken = without(spoken, apart)
            silences = long_silences([*spoken, *cut([*paused, *apart], _spoken(spoken))], talk) if spoken else []
    return CallContext(
        language=language,
        duration=duration,
        agent_offset=agent_offset,
        caller_offset=caller_offset,
        talk=talk,
        holds=tuple(sorted([*(hold.span for hold in held if hold.by != CALLER), *silences])),
        silences=tuple(silences),
        apart=tuple(merged(hold.span for hold in held)),
        agent=recording.agent,
        started_at=call.started_at,
        queue=_queue(call, part),
        outcome=call.outcome,
        transfers=part.transfers if part is not None else (),
        ended_by=part.ended_by if part is not None else "",
        ring=part.ring if part is not None else None,
    )


def with_sound(
    context: CallContext, agent: Listened | None, caller: Listened | None, paused: Sequence[Span]
) -> tuple[CallContext, Health | None, Health | None]:
    """The context with what was measured in the sound, and the health of both parties' recognition."""
    own = _health(agent, context.talk, context.agent_offset)
    theirs = _health(caller, context.talk, context.caller_offset)
    parties = [
        Party(one.track, offset, one.all_words) if one is not None and one.track is not None else None
        for one, offset in ((agent, context.agent_offset), (caller, context.caller_offset))
    ]
    if parties[0] is None and parties[1] is None:
        return context, own, theirs
    found = call_features(
        parties[0], parties[1], language=context.language, talk=context.talk, paused=paused, apart=context.apart
    )
    return replace(context, features=found, health=own.score if own else None), own, theirs


def _health(party: Listened | None, talk: Span | None, offset: float) -> Health | None:
    if party is None or party.transcript is None or party.track is None:
        return None
    within = None if talk is None else (talk[0] - offset, talk[1] - offset)
    return health(party.transcript, party.track, within)


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
