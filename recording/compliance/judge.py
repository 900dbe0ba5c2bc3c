"""Three-valued judgement of one call by one rulebook."""

from __future__ import annotations

from dataclasses import replace

from recording.compliance import reasons
from recording.compliance.apart import heard_by_other
from recording.compliance.conditions import applies
from recording.compliance.measures import Reading, read
from recording.compliance.phrases import Outcome, judge_side, too_poor
from recording.compliance.scene import Scene, Side
from recording.compliance.thresholds import THRESHOLDS, Thresholds
from recording.compliance.verdict import CallContext, Measured, Value, Verdict
from recording.rulebooks.model import Behaviour, Kind, Measure, Rule, Rulebook
from recording.transcription.transcript import PartyTranscript

_NEEDS_WORDS = frozenset({Measure.SPEECH_RATE})


def judge(
    rulebook: Rulebook,
    agent: PartyTranscript | None,
    caller: PartyTranscript | None,
    context: CallContext,
    *,
    thresholds: Thresholds = THRESHOLDS,
) -> list[Verdict]:
    """One verdict per rule, then one per behaviour, in the rulebook's order.

    Only the speaker's own file is judged: what the line itself says does not count as the agent's.

    Args:
        rulebook: the rules.
        agent: the agent's words; None when there is no transcript of him.
        caller: the caller's words; None when there is none.
        context: times of the call, and what was measured in its sound.
        thresholds: what counts as evidence.
    """
    limits = replace(thresholds, version=thresholds.full_version)
    scene = Scene(
        rulebook,
        Side("agent", heard_by_other(agent, context.apart, context.agent_offset), context.agent_offset),
        Side("caller", heard_by_other(caller, context.apart, context.caller_offset), context.caller_offset),
        context,
        limits,
    )
    return [
        *(_judge_rule(rule, scene) for rule in rulebook.rules),
        *(_judge_behaviour(behaviour, scene) for behaviour in rulebook.behaviour),
    ]


def _judge_rule(rule: Rule, scene: Scene) -> Verdict:
    outcome, side = _outcome(rule, scene)
    best = outcome.hits[0] if outcome.hits else None
    passed = None
    if outcome.value in {Value.SAID, Value.NOT_SAID}:
        passed = (outcome.value is Value.SAID) == (rule.kind is Kind.MUST)
    return Verdict(
        rule=rule.id,
        norm=rule.norm,
        title=rule.title.text,
        forbidden=rule.kind is Kind.MUST_NOT,
        value=outcome.value,
        passed=passed,
        reason=outcome.reason,
        by=side.role,
        weight=rule.weight,
        fail_all=rule.fail_all,
        score=best.score if best else None,
        span=best.span if best else None,
        hits=outcome.hits,
        missing_parts=outcome.missing,
        missing_titles=tuple(part.shown for part in rule.parts if part.name in outcome.missing),
        rulebook=scene.rulebook.name,
        rulebook_version=scene.rulebook.full_version,
        model=side.transcript.model if side.transcript else "",
        thresholds=scene.limits.version,
        section=rule.section,
    )


def _outcome(rule: Rule, scene: Scene) -> tuple[Outcome, Side]:
    """What the rule comes to, and in whose words."""
    sides = scene.sides(rule.by)
    answer, why = applies(rule.when, rule.unless, scene)
    if answer is False:
        return Outcome(Value.NOT_APPLICABLE, why), sides[0]
    found = [(judge_side(rule, scene, side), side) for side in sides]
    outcome, side = max(found, key=lambda one: _SAID_BY_ANY[one[0].value])
    broken = Value.NOT_SAID if rule.kind is Kind.MUST else Value.SAID
    if answer is None and outcome.value is broken:  # what was kept is kept, whether it was asked for or not
        outcome = Outcome(Value.CANNOT_TELL, reasons.MAY_APPLY, outcome.hits, outcome.missing)
    return outcome, side


_SAID_BY_ANY = {Value.SAID: 3, Value.CANNOT_TELL: 2, Value.NOT_SAID: 1, Value.NOT_APPLICABLE: 0}


def _judge_behaviour(rule: Behaviour, scene: Scene) -> Verdict:
    answer, why = applies(rule.when, rule.unless, scene)
    reading = read(rule, scene) if answer is not False else Reading(why=why)
    unit = rule.measure.unit(scene.rulebook.language)
    value, reason, measured = Value.NOT_APPLICABLE, reading.why, None
    if reading.value is not None:
        value = _held_against(rule, reading)
        shown = reading.value if reading.highest is None else reading.highest
        measured = Measured(rule.measure.value, shown, unit, rule.at_least, rule.at_most, rule.best, reading.announced)
        reason = reasons.measured(shown, unit, rule.at_least, rule.at_most)
        if value is Value.CANNOT_TELL:
            reason = reasons.MAY_BE_ANNOUNCED
        elif rule.measure in _NEEDS_WORDS and too_poor(scene):
            value, reason = Value.CANNOT_TELL, reasons.POOR
        elif value is Value.NOT_MET and answer is None:
            value, reason = Value.CANNOT_TELL, reasons.MAY_APPLY
        elif value is Value.MET and rule.measure is Measure.DEAD_AIR and scene.silent(scene.agent):
            value, reason = Value.NOT_APPLICABLE, reasons.SILENT  # nobody keeps a talk going by saying nothing
    elif reading.unknown:
        value = Value.CANNOT_TELL
    span = reading.span if value is not Value.NOT_APPLICABLE else None
    offset = scene.context.agent_offset
    return Verdict(
        rule=rule.id,
        norm=rule.norm,
        title=rule.title.text,
        forbidden=False,
        value=value,
        passed={Value.MET: True, Value.NOT_MET: False}.get(value),
        reason=reason,
        by="agent",
        weight=rule.weight,
        fail_all=rule.fail_all,
        span=None if span is None else (span[0] - offset, span[1] - offset),
        rulebook=scene.rulebook.name,
        rulebook_version=scene.rulebook.full_version,
        model=scene.agent.transcript.model if scene.agent.transcript else "",
        thresholds=scene.limits.version,
        kind="behaviour",
        section=rule.section,
        measured=measured,
    )


def _held_against(rule: Behaviour, reading: Reading) -> Value:
    assert reading.value is not None
    worst = [reading.value] if reading.highest is None else [reading.value, reading.highest]
    found = {
        (rule.at_least is None or value >= rule.at_least) and (rule.at_most is None or value <= rule.at_most)
        for value in worst
    }
    if len(found) > 1:
        return Value.CANNOT_TELL
    return Value.MET if found.pop() else Value.NOT_MET
