"""From a call's read model to what is told of it, in one person's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from ivr.console.services.call import models
from ivr.core.language import Text
from ivr.reports import figures, hits, marks, sounds, wording
from ivr.reports.arranged import shown_reading
from ivr.reports.clean import clean
from ivr.reports.findings import Finding
from ivr.reports.model import CallStory
from ivr.reports.speech import LOW_CONFIDENCE, joined
from ivr.reports.tracks import SoundStory, Track, Utterance
from ivr.storage.models import Recording
from recording.keeping.stereo import channel

Say = Callable[[Text], str]
_LONG = 400
_SPOKE = (
    Text("spoke", "说话"),
    Text("rate", "语速"),
    Text("loudness", "音量"),
    Text("SNR", "信噪比"),
    Text("recognition", "识别健康度"),
)


def phases(story: CallStory, say: Say) -> list[models.Phase]:
    return [
        models.Phase(
            kind=one.kind,
            name=say(wording.phase_of(one.kind)),
            start=_t(one.start),
            end=_t(one.end),
            who=clean(one.who),
        )
        for one in story.phases
    ]


def events(story: CallStory, say: Say) -> list[models.Event]:
    return [
        models.Event(
            at=_t(one.at),
            kind=one.kind,
            text=clean(say(one.text), _LONG),
            step=clean(one.step, 64),
            key=clean(one.key, 32),
            said=clean(one.said, _LONG),
        )
        for one in story.events
    ]


def utterances(story: CallStory, findings: Sequence[Finding], say: Say) -> list[models.Utterance]:
    return [
        models.Utterance(
            speaker=one.speaker,
            agent=clean(one.agent, 64),
            name=party(one.speaker, one.agent, say),
            start=_t(one.start),
            end=_t(one.end),
            words=_words(one, findings),
        )
        for one in story.utterances
    ]


def party(role: str, agent: str, say: Say) -> str:
    """Who, for people: an agent by his id."""
    return clean(agent, 64) if role == "agent" and agent else say(wording.party(role))


def findings(story: CallStory, shown: Sequence[Finding], say: Say) -> list[models.Finding]:
    """Those in ``shown``, with their places on the axis."""
    at = {id(one): moment for one, moment in hits.on_axis(story)}
    return [_finding(one, at.get(id(one)), say) for one in shown]


def judged_by(shown: Iterable[Finding]) -> list[str]:
    """Rulebooks, models and thresholds of verdicts."""
    versions = (f"{one.rulebook} {one.rulebook_version} · {one.model or '—'} · {one.thresholds}" for one in shown)
    return [clean(one, 200) for one in dict.fromkeys(versions)]


def measured(story: CallStory, say: Say) -> list[models.Mark]:
    """What was measured, on the axis; what lies on both channels is told once."""
    found: dict[tuple[str, float, float], models.Mark] = {}
    for sound in story.sounds:
        for role, kind, span, title in marks.measured(sound):
            key = (kind, *span)
            other = found.get(key)
            lane = channel(role) if other is None or other.channel == channel(role) else None
            found[key] = models.Mark(
                kind=kind, title=clean(say(title), 120), start=_t(span[0]), end=_t(span[1]), channel=lane
            )
    for start, end in story.pauses:
        told = say(wording.pause_mark(start, end))
        found["paused", start, end] = models.Mark(kind="paused", title=told, start=start, end=end, channel=None)
    return sorted(found.values(), key=lambda one: (one.start, one.kind))


def facts(story: CallStory, say: Say) -> list[models.Facts]:
    return [_facts(one, say) for one in story.sounds]


def tracks(story: CallStory, rows: Iterable[Recording], say: Say) -> list[models.Track]:
    by_id = {row.id: row for row in rows}
    return [_track(one, by_id[one.id], say) for one in story.tracks]


def visits(story: CallStory, say: Say) -> list[models.Visit]:
    return [
        models.Visit(
            queue=clean(one.queue, 64),
            joined=_t(one.joined),
            wait_s=_t(one.wait_s),
            position=one.position,
            outcome=say(wording.outcome_of_visit(one.outcome)),
            agent=clean(one.agent, 64),
            talk_s=None if one.talk_s is None else _t(one.talk_s),
            rings=[
                f"{clean(ring.agent, 64)} {figures.seconds(ring.end - ring.start)}: "
                f"{say(wording.result_of_ring(ring.result))}"
                for ring in one.rings
            ],
        )
        for one in story.visits
    ]


def answers(story: CallStory) -> list[models.Answer]:
    return [
        models.Answer(
            at=_t(one.at), question=clean(one.question, 120), answer=clean(one.answer, 8), agent=clean(one.agent, 64)
        )
        for one in story.answers
    ]


def seen(story: CallStory, agents: Collection[str] | None, blind: Collection[str]) -> list[Finding]:
    """The findings somebody may see.

    Args:
        agents: whose; None: everybody's.
        blind: agents whose part he scores blind.
    """
    return [
        one
        for one in story.findings
        if one.agent not in blind and (agents is None or not one.agent or one.agent in agents)
    ]


def _words(one: Utterance, shown: Sequence[Finding]) -> list[models.Word]:
    found = []
    before = ""
    for word in one.words:
        text = clean(word.text, 80)
        # The line that was joined has a space here, or none between two Han characters.
        space = " " if before and joined((before, text)) != before + text else ""
        before = text
        found.append(
            models.Word(
                text=space + text,
                start=_t(word.start),
                end=_t(word.end),
                conf=round(word.conf, 2),
                low=word.conf < LOW_CONFIDENCE,
                mark=hits.mark_on(word, one, shown),
            )
        )
    return found


def _finding(one: Finding, at: float | None, say: Say) -> models.Finding:
    missing = " · ".join([say(part) for part in one.missing_parts]) or " ".join(one.missing)
    return models.Finding(
        rule=clean(one.rule, 64),
        norm=clean(one.norm, 16),
        title=clean(say(one.title), 200),
        agent=clean(one.agent, 64),
        speaker=one.speaker,
        value=one.value,
        value_name=say(wording.value_of(one.value)),
        mark=one.mark,
        mark_name=say(wording.mark_of(one.mark)),
        forbidden=one.forbidden,
        behaviour=one.behaviour,
        at=None if at is None else _t(at),
        located=one.located,
        places=[(_t(place.start), _t(place.end)) for place in one.places],
        heard=clean(one.told, _LONG),
        phrase=clean(one.phrase, 200),
        missing=clean(missing, 200),
        measured="" if one.measured is None else clean(say(shown_reading(one.measured)), 120),
        reason=clean(say(one.reason), _LONG),
    )


def _facts(sound: SoundStory, say: Say) -> models.Facts:
    rows = []
    for role, one, score in sounds.parties(sound):
        values = [""] * len(_SPOKE)
        if one is not None:
            values = [
                figures.seconds(one.speech_s),
                say(sounds.rate(one)),
                sounds.loudness(one),
                sounds.decibels(one.snr_db),
                say(sounds.health(score, sound.floor)),
            ]
        rows.append([party(role, sound.agent, say), *values])
    together = sounds.together(sound)
    return models.Facts(
        agent=clean(sound.agent, 64),
        together=[(say(name), say(value)) for name, value in together],
        heads=[say(name) for name in _SPOKE],
        rows=rows,
    )


def _track(one: Track, row: Recording, say: Say) -> models.Track:
    return models.Track(
        id=one.id,
        role=one.role,
        name=party(one.role, one.agent, say),
        channel=channel(one.role),
        offset=_t(one.offset),
        duration=_t(one.duration),
        state=one.state,
        state_name=say(wording.state_of(one.state)),
        cause=clean(say(wording.cause_of(one.gap_cause)), 200) if one.gap_cause else "",
        gaps=[clean(say(wording.gap_of(gap)), 120) for gap in one.gaps],
        note=clean(one.note, 255),
        sha256=one.sha256,
        sealed=row.sealed_at is not None,
        model=clean(one.model, 64),
        speech=[(_t(start), _t(end)) for start, end in one.speech],
    )


def _t(seconds: float) -> float:
    return round(seconds, 3)
