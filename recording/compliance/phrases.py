"""Judging what was said: in each window of a rule, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from recording.analytics.features import HEALTH_FLOOR
from recording.compliance import reasons
from recording.compliance.scene import Scene, Side, not_understood
from recording.compliance.verdict import Hit, Span, Value
from recording.compliance.windows import moment_came, windows
from recording.rulebooks.model import Kind, Rule
from recording.transcription.transcript import PartyTranscript

_TOUCH = 0.1  # seconds by which parts that follow one another may overlap


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one window, or the whole rule, comes to."""

    value: Value
    reason: Text
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()


_ORDER = {Value.NOT_SAID: 0, Value.CANNOT_TELL: 1, Value.SAID: 2, Value.NOT_APPLICABLE: 3}


def judge_side(rule: Rule, scene: Scene, side: Side) -> Outcome:
    """What a rule comes to in one party's words, conditions apart."""
    transcript = side.transcript
    if transcript is None or scene.context.language != scene.rulebook.language:
        return Outcome(Value.CANNOT_TELL, reasons.NO_TRANSCRIPT if transcript is None else reasons.WRONG_LANGUAGE)
    if scene.silent(side):
        return _silent(rule, scene)
    if too_poor(scene):
        return Outcome(Value.CANNOT_TELL, reasons.POOR)
    where = windows(rule, scene, side)
    if not where.spans:
        value = Value.CANNOT_TELL if where.unsure else Value.NOT_APPLICABLE
        return Outcome(value, reasons.MAY_APPLY if where.unsure else reasons.NO_PLACE)
    outcomes = [_in_window(rule, scene, side, transcript, span) for span in where.spans]
    # What must be said counts at every such moment, or at one; what must not be said counts at any.
    least = rule.kind is Kind.MUST and rule.window.every
    found = (min if least else max)(outcomes, key=lambda outcome: _ORDER[outcome.value])
    if found.value is Value.NOT_SAID and rule.kind is Kind.MUST:
        return _look_elsewhere(rule, scene, side, transcript, found)
    return found


def _silent(rule: Rule, scene: Scene) -> Outcome:
    """Who says nothing has not said it; but he owes nothing beside a hold or words that never came.

    What is forbidden is not said either, which is nobody's merit: the rule has nothing to say of him.
    """
    if rule.kind is Kind.MUST_NOT:
        return Outcome(Value.NOT_APPLICABLE, reasons.SILENT)
    came = moment_came(rule, scene)
    if came is not True:
        value = Value.CANNOT_TELL if came is None else Value.NOT_APPLICABLE
        return Outcome(value, reasons.MAY_APPLY if came is None else reasons.NO_PLACE)
    return Outcome(Value.NOT_SAID, reasons.SILENT, missing=tuple(part.name for part in rule.all_parts))


def too_poor(scene: Scene) -> bool:
    """Whether the recognition of this call is so poor that words prove nothing."""
    return scene.context.health is not None and scene.context.health < HEALTH_FLOOR


def _in_window(rule: Rule, scene: Scene, side: Side, transcript: PartyTranscript, window: Span) -> Outcome:
    options = [scene.hits(rule, part, side, window) for part in rule.all_parts]
    if rule.ordered:
        strong = chain([[hit for hit in hits if hit.strong] for hits in options])
        some = chain(options)
        found = strong if len(strong) >= rule.needed else some
    else:
        strong = [hits[0] for hits in options if hits and hits[0].strong]
        some = [hits[0] for hits in options if hits]
        found = some if rule.kind is Kind.MUST else [hit for hits in options for hit in hits]
    evidence = tuple(sorted(found, key=lambda hit: (not hit.strong, -hit.score)))
    sure = {hit.part for hit in strong}
    missing = tuple(part.name for part in rule.all_parts if part.name not in sure) if rule.kind is Kind.MUST else ()
    if len(strong) >= rule.needed:
        return Outcome(Value.SAID, reasons.HEARD, evidence, missing)
    if len(some) >= rule.needed:
        return Outcome(Value.CANNOT_TELL, _similar(rule, evidence), evidence, missing)
    doubt = _doubt(scene, transcript, window)
    if doubt is not None:
        return Outcome(Value.CANNOT_TELL, doubt, evidence, missing)
    if rule.ordered and sum(bool(hits) and hits[0].strong for hits in options) >= rule.needed:
        return Outcome(Value.NOT_SAID, reasons.WRONG_ORDER, evidence, missing)
    return Outcome(Value.NOT_SAID, reasons.NOT_HEARD, evidence, missing)


def chain(options: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The most parts that were heard one after the other, in the order of ``options``; of equals the earliest."""
    best: dict[int, list[Hit]] = {0: []}
    for hits in options:
        for length, links in sorted(best.items(), reverse=True):
            after = links[-1].span[1] - _TOUCH if links else float("-inf")
            following = [hit for hit in hits if hit.span[0] >= after]
            if not following:
                continue
            longer = [*links, min(following, key=lambda hit: hit.span[1])]
            known = best.get(length + 1)
            if known is None or longer[-1].span[1] < known[-1].span[1]:
                best[length + 1] = longer
    return best[max(best)]


def _similar(rule: Rule, evidence: Sequence[Hit]) -> Text:
    """Why a person must listen."""
    if rule.kind is Kind.MUST_NOT:
        return reasons.SIMILAR_FORBIDDEN
    weak = [hit for hit in evidence if not hit.strong]
    named = weak and all("{" in hit.phrase for hit in weak)
    return reasons.OTHER_NAME if named else reasons.SIMILAR


def _doubt(scene: Scene, transcript: PartyTranscript, window: Span) -> Text | None:
    """Why the absence of a phrase proves nothing here, or None."""
    if transcript.snr_db is not None and transcript.snr_db < scene.limits.snr_floor_db:
        return reasons.noisy(transcript.snr_db)
    return reasons.NOT_UNDERSTOOD if not_understood(transcript, window, scene.limits) else None


def _look_elsewhere(rule: Rule, scene: Scene, side: Side, transcript: PartyTranscript, outcome: Outcome) -> Outcome:
    """Say so when it was said, but at the wrong time."""
    anywhere = _in_window(rule, scene, side, transcript, side.talk(scene.context))
    if anywhere.value is not Value.SAID:
        return outcome
    at = min(hit.span[0] for hit in anywhere.hits if hit.strong)
    return Outcome(Value.NOT_SAID, reasons.elsewhere(at), outcome.hits, outcome.missing)
