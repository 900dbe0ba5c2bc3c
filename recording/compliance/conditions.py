"""Whether a rule is about this call: yes, no, or it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ivr.core.language import Text
from recording.compliance import reasons
from recording.compliance.scene import Scene
from recording.rulebooks.model import Names, When

Answer = tuple[bool | None, Text]


def applies(when: When, unless: When | None, scene: Scene) -> Answer:
    """Whether a rule with these conditions counts; with a no, why not."""
    answers = list(_answers(when, scene))
    refused = next((reason for answer, reason in answers if answer is False), None)
    if refused is not None:
        return False, refused
    unsure = any(answer is None for answer, _ in answers)
    if unless is not None and not unless.always:
        exceptions = [answer for answer, _ in _answers(unless, scene)]
        if all(answer is True for answer in exceptions):
            return False, reasons.EXCEPTED
        unsure = unsure or not any(answer is False for answer in exceptions)
    return (None, reasons.MAY_APPLY) if unsure else (True, reasons.HEARD)


def _answers(when: When, scene: Scene) -> Iterator[Answer]:
    context = scene.context
    if when.held is not None:
        yield bool(context.holds) is when.held, reasons.NOT_HELD if when.held else reasons.OTHER_CALLS
    if when.transferred is not None:
        yield bool(context.transfers) is when.transferred, reasons.NOT_TRANSFERRED
    if when.holiday is not None:
        day = on_holiday(context.started_at, scene.rulebook.names)
        yield day is when.holiday, reasons.NO_HOLIDAY if day is not None else reasons.HOLIDAYS_UNKNOWN
    if when.caller_first is not None:
        first = _caller_first(scene)
        yield None if first is None else first is when.caller_first, reasons.AGENT_FIRST
    if when.caller_silent is not None:
        yield _caller_silent(scene, when.caller_silent), reasons.CALLER_SPOKE
    known: list[tuple[str, Sequence[str]]] = [
        (context.queue, when.queue),
        (context.outcome, when.outcome),
        (context.ended_by, when.ended_by),
    ]
    for value, wanted in known:
        if wanted:
            yield (value in wanted) if value else None, reasons.OTHER_CALLS
    if when.language:
        yield context.language in when.language, reasons.OTHER_CALLS
    if when.heard:
        yield _heard(scene, when.heard), reasons.NO_CUE


def _heard(scene: Scene, cues: list[str]) -> bool | None:
    places = [scene.places(cue) for cue in cues]
    if any(place.sure for place in places):
        return True
    return None if any(place.unsure for place in places) else False


def _caller_first(scene: Scene) -> bool | None:
    if scene.agent.transcript is None or scene.caller.transcript is None:
        return None
    agent, caller = scene.agent.speech(scene.context), scene.caller.speech(scene.context)
    if not caller:
        return False
    return not agent or caller[0][0] + scene.caller.offset < agent[0][0] + scene.agent.offset


def _caller_silent(scene: Scene, seconds: float) -> bool | None:
    """Whether the caller said nothing in the first so many seconds of the talk.

    Where it is not known when the two were connected, the first word of either tells: before it may be anything.
    """
    if scene.caller.transcript is None:
        return None
    start, end = scene.caller.talk(scene.context)
    speech = scene.caller.speech(scene.context)
    if scene.context.talk is None:
        offset = scene.agent.offset - scene.caller.offset
        first = [begin + offset for begin, _ in scene.agent.speech(scene.context)[:1]]
        start = min([*first, *(begin for begin, _ in speech[:1])], default=start)
    if end - start < seconds:
        return False
    return not speech or speech[0][0] - start >= seconds


def on_holiday(moment: datetime | None, names: Names) -> bool | None:
    """Whether a moment lies on a public holiday of the site's country; None where that is not known."""
    if moment is None or not names.country:
        return None
    local = moment.astimezone(ZoneInfo(names.zone)) if names.zone else moment
    days = _holidays(names.country, local.year)
    return None if days is None else local.date().isoformat() in days


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[str] | None:
    import holidays

    try:
        found = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return None
    return frozenset(day.isoformat() for day in found)
