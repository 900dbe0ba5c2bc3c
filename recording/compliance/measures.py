"""Measuring behaviour in what sound and journal say of a call (norms B3, D7, D8, E1-E4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from ivr.core.language import Text
from recording.analytics.features import CallFeatures
from recording.compliance import reasons
from recording.compliance.scene import Scene
from recording.compliance.verdict import Span
from recording.rulebooks.model import Behaviour, Measure

ANNOUNCED_WITHIN = 30.0  # seconds before a silence in which it may be announced
INTO = 2.0  # seconds of the silence by which the announcement may be timed too late


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement.

    Args:
        value: in the measure's unit; None when it could not be taken.
        span: the worst place, seconds of the call.
        why: why there is no value.
        unknown: without a value: whether it ought to be known, so that a person must look.
        highest: where parts of the measurement are in doubt, the value if the doubt goes against the agent.
        announced: silences left out because they were announced, seconds of the call.
    """

    value: float | None = None
    span: Span | None = None
    why: Text = reasons.NOT_MEASURED
    unknown: bool = False
    highest: float | None = None
    announced: tuple[Span, ...] = ()


def read(behaviour: Behaviour, scene: Scene) -> Reading:
    """Measure what a rule asks for."""
    return _READERS[behaviour.measure](behaviour, scene)


def _voice(pick: Callable[[CallFeatures], float | None]) -> Callable[[Behaviour, Scene], Reading]:
    """A measurement of the agent's voice."""

    def reader(_behaviour: Behaviour, scene: Scene) -> Reading:
        features = scene.context.features
        if scene.silent(scene.agent):
            return Reading(why=reasons.SILENT)
        if features is None or features.agent is None:
            return Reading(why=reasons.NOT_MEASURED, unknown=scene.agent.transcript is not None)
        value = pick(features)
        return Reading(why=reasons.TOO_LITTLE) if value is None else Reading(value)

    return reader


def _pair(pick: Callable[[CallFeatures], tuple[float | None, Span | None]]) -> Callable[[Behaviour, Scene], Reading]:
    """A measurement of both parties together; a talk in which one of them says nothing has none."""

    def reader(_behaviour: Behaviour, scene: Scene) -> Reading:
        features = scene.context.features
        if features is None:
            return Reading(why=reasons.NOT_MEASURED, unknown=scene.agent.transcript is not None)
        if not features.complete:
            return Reading(why=reasons.ONE_PARTY, unknown=True)
        if scene.silent(scene.agent) or scene.silent(scene.caller):
            return Reading(why=reasons.SILENT)
        value, span = pick(features)
        return Reading(why=reasons.TOO_LITTLE) if value is None else Reading(value, span)

    return reader


def _overlap(features: CallFeatures) -> tuple[float | None, Span | None]:
    longest = max((one.span for one in features.overlaps), key=_length, default=None)
    return (None if features.overlap_share is None else 100 * features.overlap_share), longest


def _interruptions(features: CallFeatures) -> tuple[float | None, Span | None]:
    found = features.interruptions("agent")
    return float(len(found)), max((one.span for one in found), key=_length, default=None)


def _response(features: CallFeatures) -> tuple[float | None, Span | None]:
    return (median(features.responses) if features.responses else None), None


def _monologue(features: CallFeatures) -> tuple[float | None, Span | None]:
    span = features.longest_monologue
    return (0.0 if span is None else _length(span)), span


def _dead_air(behaviour: Behaviour, scene: Scene) -> Reading:
    """The longest silence that was not announced; a hold of the telephone is none of them."""
    features = scene.context.features
    if features is None:
        return Reading(why=reasons.NOT_MEASURED, unknown=scene.agent.transcript is not None)
    if not features.complete:
        return Reading(why=reasons.ONE_PARTY, unknown=True)
    heard = [scene.places(name) for name in behaviour.announced_by]
    said = [end for places in heard for _, end in places.sure]
    announced = [
        span for span in features.dead_air if any(span[0] - ANNOUNCED_WITHIN <= at <= span[0] + INTO for at in said)
    ]
    longest = max((span for span in features.dead_air if span not in announced), key=_length, default=None)
    value = 0.0 if longest is None else _length(longest)
    if any(places.unsure for places in heard):
        return Reading(0.0, longest, highest=value)
    return Reading(value, longest, announced=tuple(announced))


def _first_words(_behaviour: Behaviour, scene: Scene) -> Reading:
    if scene.agent.transcript is None:
        return Reading(why=reasons.NO_TRANSCRIPT, unknown=True)
    speech = scene.agent.speech(scene.context)
    if scene.context.talk is None:
        return Reading(why=reasons.NO_JOURNAL)
    if not speech:
        return Reading(why=reasons.SILENT)
    begin = scene.context.talk[0]
    first = speech[0][0] + scene.agent.offset
    return Reading(max(0.0, first - begin), (begin, first))


def _last_words(_behaviour: Behaviour, scene: Scene) -> Reading:
    if scene.agent.transcript is None:
        return Reading(why=reasons.NO_TRANSCRIPT, unknown=True)
    speech = scene.agent.speech(scene.context)
    if scene.context.talk is None:
        return Reading(why=reasons.NO_JOURNAL)
    if not speech:
        return Reading(why=reasons.SILENT)
    last, end = speech[-1][1] + scene.agent.offset, scene.context.talk[1]
    return Reading(max(0.0, end - last), (last, end))


def _longest_hold(_behaviour: Behaviour, scene: Scene) -> Reading:
    holds = [span for span in scene.context.holds if span not in scene.context.silences]
    longest = max(holds, key=_length, default=None)
    return Reading(why=reasons.NOT_HELD) if longest is None else Reading(_length(longest), longest)


def _ring(_behaviour: Behaviour, scene: Scene) -> Reading:
    return Reading(why=reasons.NO_JOURNAL) if scene.context.ring is None else Reading(scene.context.ring)


def _hung_up_first(_behaviour: Behaviour, scene: Scene) -> Reading:
    by = scene.context.ended_by
    if by not in {"agent", "caller"}:
        return Reading(why=reasons.NO_JOURNAL)
    end = scene.context.talk[1] if scene.context.talk else scene.context.duration
    return Reading(1.0, (end, end)) if by == "agent" else Reading(0.0)


def _length(span: Span) -> float:
    return span[1] - span[0]


_READERS: dict[Measure, Callable[[Behaviour, Scene], Reading]] = {
    Measure.SPEECH_RATE: _voice(lambda features: features.agent.speech_rate if features.agent else None),
    Measure.LOUDNESS_SPREAD: _voice(lambda features: features.agent.evenness_db if features.agent else None),
    Measure.OVERLAP: _pair(_overlap),
    Measure.INTERRUPTIONS: _pair(_interruptions),
    Measure.DEAD_AIR: _dead_air,
    Measure.RESPONSE: _pair(_response),
    Measure.MONOLOGUE: _pair(_monologue),
    Measure.FIRST_WORDS: _first_words,
    Measure.LAST_WORDS: _last_words,
    Measure.LONGEST_HOLD: _longest_hold,
    Measure.RING: _ring,
    Measure.HUNG_UP_FIRST: _hung_up_first,
}
