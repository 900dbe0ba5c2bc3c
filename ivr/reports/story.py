"""A call's story, built from its rows. Nothing is read here and nothing is guessed: durations come from timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from ivr.core.ids import mask_number
from ivr.reports import events as told
from ivr.reports import judged, sounds, speech
from ivr.reports.books import Book
from ivr.reports.events import At, Say
from ivr.reports.findings import Card, CardItem, Finding
from ivr.reports.model import AnswerStory, CallStory, Event, PathStep, Phase, RingStory, TalkStory, VisitStory
from ivr.reports.phases import phases
from ivr.reports.tracks import Gap, Track, Utterance, Wave, Word
from ivr.storage.models import Call, CallFeatures, QueueVisit, Recording, Score, Transcript, Verdict
from ivr.storage.models.recordings import MESSAGES
from recording.analytics.spans import merged
from recording.gaps import spans_of
from recording.holds import holds
from recording.talks import talks

__all__ = [
    "CallStory",
    "Card",
    "CardItem",
    "Event",
    "Finding",
    "Gap",
    "PathStep",
    "Phase",
    "RingStory",
    "TalkStory",
    "Track",
    "Utterance",
    "VisitStory",
    "Word",
    "build_story",
]


def build_story(
    call: Call,
    *,
    zone: tzinfo,
    transcripts: Mapping[int, Transcript] | None = None,
    verdicts: Iterable[Verdict] = (),
    scores: Iterable[Score] = (),
    features: Iterable[CallFeatures] = (),
    books: Mapping[str, Book] | None = None,
    waves: Mapping[int, Wave] | None = None,
    say: Say = lambda prompt, language: "",
    mask: bool = False,
) -> CallStory:
    """The story of one call that was loaded whole.

    Args:
        zone: in which times are told.
        transcripts, waves: by id of the recording.
        verdicts, scores, features: of one judging.
        books: of the rulebooks that judged, by name and full version.
        say: the words of a prompt, by its id and language.
        mask: whether the caller's number is hidden but for its end.
    """
    transcripts, waves = transcripts or {}, waves or {}

    def at(moment: datetime) -> float:
        return max(0.0, (moment - call.started_at).total_seconds())

    duration = _duration(call, at)
    visits = tuple(_visit(row, at, duration) for row in call.visits)
    found = tuple(
        TalkStory(one.agent, one.start, min(one.end, duration), one.handed_by, one.ended_by) for one in talks(call)
    )
    tracks = tuple(
        _track(row, at, transcripts.get(row.id), waves.get(row.id, ())) for row in _in_order(call.recordings)
    )
    return CallStory(
        id=call.id,
        linkedid=call.linkedid,
        number=call.number,
        caller=mask_number(call.caller) if mask and call.caller else call.caller,
        language=call.language,
        flow=call.flow,
        flow_version=call.flow_version,
        route=call.route,
        zone=zone,
        started_at=call.started_at.astimezone(zone),
        ended_at=call.ended_at.astimezone(zone) if call.ended_at else None,
        duration=duration,
        answered=at(call.answered_at) if call.answered_at else None,
        talk_s=sum(max(0.0, talk.end - talk.start) for talk in found),
        outcome=call.outcome,
        hung_up_by=call.hung_up_by,
        path=told.path(call.steps, at),
        events=told.events(call, visits, at, say, found),
        phases=phases(
            duration,
            visits,
            [hold.span for hold in holds(call.steps, at, duration)],
            _messages(call, tracks, at, duration),
            found,
        ),
        visits=visits,
        tracks=tracks,
        utterances=speech.utterances(tracks, transcripts),
        findings=judged.findings(verdicts, tracks),
        cards=judged.cards(scores, books),
        talks=found,
        pauses=_pauses(tracks),
        sounds=sounds.sounds(features),
        answers=tuple(
            AnswerStory(at(row.asked_at), row.question, row.answer, row.agent, row.queue) for row in call.answers
        ),
    )


def _duration(call: Call, at: At) -> float:
    if call.ended_at is not None:
        return at(call.ended_at)
    moments = [call.answered_at, *(step.at for step in call.steps)]
    for visit in call.visits:
        moments += [visit.joined_at, visit.left_at, visit.connected_at, visit.completed_at]
        moments += [moment for ring in visit.rings for moment in (ring.started_at, ring.ended_at)]
    return max((at(moment) for moment in moments if moment is not None), default=0.0)


def _visit(row: QueueVisit, at: At, duration: float) -> VisitStory:
    joined = at(row.joined_at)
    connected = at(row.connected_at) if row.connected_at else None
    completed = at(row.completed_at) if row.completed_at else None
    left = at(row.left_at) if row.left_at else duration
    waited = max(0.0, (left if connected is None else connected) - joined)
    rings = tuple(
        RingStory(ring.agent, at(ring.started_at), at(ring.ended_at) if ring.ended_at else joined + waited, ring.result)
        for ring in row.rings
    )
    return VisitStory(
        queue=row.queue,
        joined=joined,
        left=left,
        position=row.position,
        wait_s=waited,
        outcome=row.outcome,
        agent=row.agent,
        connected=connected,
        completed=completed,
        talk_s=None if connected is None else max(0.0, (duration if completed is None else completed) - connected),
        ended_by=row.ended_by,
        rings=rings,
    )


def _in_order(recordings: Sequence[Recording]) -> list[Recording]:
    """Recordings by party, then by time: the caller's above the agents'."""
    parties = {"caller": 0, "agent": 1, "voicemail": 2, "statement": 2}
    return sorted(
        recordings, key=lambda row: (parties.get(row.role, 3), row.started_at is None, row.started_at, row.id)
    )


def _track(row: Recording, at: At, transcript: Transcript | None, wave: Wave) -> Track:
    offset = at(row.started_at) if row.started_at else 0.0
    length = row.frames / row.rate if row.frames and row.rate else 0.0
    spans = transcript.speech if transcript else []
    return Track(
        id=row.id,
        role=row.role,
        agent=row.agent,
        file=row.file,
        state=row.state,
        offset=offset,
        duration=length,
        gap_cause=row.gap_cause,
        sha256=row.sha256,
        wave=wave,
        speech=tuple((offset + float(start), offset + float(end)) for start, end in spans),
        snr_db=transcript.snr_db if transcript else None,
        model=transcript.model if transcript else "",
        pipeline=transcript.pipeline if transcript else "",
        gaps=_gaps(row, offset),
        note=row.note or "",
    )


def _gaps(row: Recording, offset: float) -> tuple[Gap, ...]:
    found = [Gap("paused", offset + start, offset + end) for start, end in spans_of(row)]
    others = [gap for gap in row.gaps or [] if isinstance(gap, dict) and gap.get("cause") != "paused"]
    for gap in others:
        found.append(Gap(str(gap.get("cause", "")), lost_s=speech.number(gap.get("lost_s"))))
    return tuple(found)


def _pauses(tracks: Iterable[Track]) -> tuple[tuple[float, float], ...]:
    """When the recording of the call was paused: in any party's file, told once."""
    spans = [
        (gap.start, gap.end)
        for track in tracks
        for gap in track.gaps
        if gap.cause == "paused" and gap.start is not None and gap.end is not None
    ]
    # The files begin at different times: what is told to the millisecond for each is the same pause.
    return tuple((round(start, 3), round(end, 3)) for start, end in merged(spans, 0.1))


def _messages(call: Call, tracks: Iterable[Track], at: At, duration: float) -> list[tuple[float, float]]:
    """When the caller left a message: by the flow's own steps, else by the sound file."""
    spans: list[tuple[float, float]] = []
    begun: float | None = None
    for row in call.steps:
        if row.kind not in {"voicemail", "record"}:
            continue
        if row.event == "record":
            begun = at(row.at)
        elif row.event == "leave" and begun is not None:
            spans.append((begun, at(row.at)))
            begun = None
    if begun is not None:
        spans.append((begun, duration))
    return spans or [(one.offset, one.offset + one.duration) for one in tracks if one.role in MESSAGES]
