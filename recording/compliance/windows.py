"""When in the speaker's file a rule looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recording.compliance.scene import Scene, Side
from recording.compliance.verdict import Span
from recording.rulebooks.model import Moment, Rule

_BESIDE = frozenset(Moment) - {Moment.ANYWHERE, Moment.OPENING, Moment.CLOSING, Moment.CALL_START, Moment.CALL_END}


@dataclass(frozen=True, slots=True)
class Windows:
    """The stretches a rule looks at.

    Args:
        spans: seconds of the file; several for several holds or places.
        unsure: there may have been a place that was not heard for certain.
    """

    spans: tuple[Span, ...] = ()
    unsure: bool = False


def own_time(spans: Sequence[Span], offset: float) -> list[Span]:
    """Spans of the call as times in a file that began ``offset`` seconds into it."""
    return [(start - offset, end - offset) for start, end in spans]


def windows(rule: Rule, scene: Scene, side: Side) -> Windows:
    """The stretches ``rule`` looks at in the file of ``side``; none when the moment did not come.

    Each is widened by the thresholds' slack on both sides, and ends with the talk.
    """
    talk = side.talk(scene.context)
    spoken = side.speech(scene.context)
    if not spoken:
        return Windows()
    unsure = False
    moment, length = rule.window.moment, rule.window.seconds
    if moment is Moment.ANYWHERE:
        found = [talk]
    elif moment is Moment.OPENING:
        found = [(spoken[0][0], spoken[0][0] + length)]
    elif moment is Moment.CLOSING:
        found = [(spoken[-1][1] - length, spoken[-1][1])]
    elif moment is Moment.CALL_START:
        found = [(talk[0], talk[0] + length)]
    elif moment is Moment.CALL_END:
        found = [(talk[1] - length, talk[1])]
    else:
        places, unsure = _places(rule, scene)
        found = [_beside(moment, place, length) for place in own_time(places, side.offset)]
    slack = scene.limits.slack
    widened = [(max(talk[0], start - slack), min(talk[1], end + slack)) for start, end in found]
    return Windows(tuple(span for span in widened if span[1] > span[0]), unsure)


def moment_came(rule: Rule, scene: Scene) -> bool | None:
    """Whether what the rule's window lies beside (a hold, a transfer, words) was there; None: that cannot be told."""
    if rule.window.moment not in _BESIDE:
        return True
    places, unsure = _places(rule, scene)
    return True if places else None if unsure else False


def _places(rule: Rule, scene: Scene) -> tuple[Sequence[Span], bool]:
    """What the windows lie beside, seconds of the call."""
    if rule.window.moment in {Moment.BEFORE_HOLD, Moment.AFTER_HOLD}:
        return scene.context.holds, False
    if rule.window.moment is Moment.BEFORE_TRANSFER:
        return [(at, at) for at in scene.context.transfers], False
    assert rule.window.of is not None
    heard = scene.places(rule.window.of)
    return heard.sure, heard.unsure


def _beside(moment: Moment, place: Span, length: float) -> Span:
    """The stretch before, after or around a place."""
    before = (place[0] - length, place[0])
    after = (place[1], place[1] + length)
    if moment in {Moment.BEFORE_HOLD, Moment.BEFORE_TRANSFER, Moment.BEFORE}:
        return before
    return (before[0], after[1]) if moment is Moment.AROUND else after
