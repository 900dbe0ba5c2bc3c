"""Three-valued judgement of one call by one rulebook."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.core.language import Text
from recording.compliance import reasons
from recording.compliance.evidence import Listener, within
from recording.compliance.thresholds import THRESHOLDS, Thresholds
from recording.compliance.verdict import CallContext, Hit, Span, Value, Verdict
from recording.compliance.windows import speech_within, talk_span, windows
from recording.rulebooks.model import Kind, Rule, Rulebook, When
from recording.transcription.transcript import PartyTranscript


def judge(
    rulebook: Rulebook,
    agent: PartyTranscript | None,
    caller: PartyTranscript | None,
    context: CallContext,
    *,
    thresholds: Thresholds = THRESHOLDS,
) -> list[Verdict]:
    """One verdict per rule, in the rulebook's order.

    Only the speaker's own file is judged: what the line itself says does not count as the agent's.

    Args:
        rulebook: the rules.
        agent: the agent's words; None when there is no transcript of him.
        caller: the caller's words; None when there is none.
        context: times of the call.
        thresholds: what counts as evidence.
    """
    sides = {"agent": _Side(agent, context.agent_offset), "caller": _Side(caller, context.caller_offset)}
    return [_judge_rule(rulebook, rule, sides[rule.by], context, thresholds) for rule in rulebook.rules]


@dataclass(frozen=True, slots=True)
class _Side:
    """One party: the transcript, and when its file began in the call."""

    transcript: PartyTranscript | None
    offset: float


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one window, or the whole rule, comes to."""

    value: Value
    reason: Text
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()


def _judge_rule(
    rulebook: Rulebook,
    rule: Rule,
    side: _Side,
    context: CallContext,
    limits: Thresholds,
) -> Verdict:
    outcome = _outcome(rulebook, rule, side, context, limits)
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
        by=rule.by,
        weight=rule.weight,
        fail_all=rule.fail_all,
        score=best.score if best else None,
        span=best.span if best else None,
        hits=outcome.hits,
        missing_parts=outcome.missing,
        missing_titles=tuple(part.shown for part in rule.parts if part.name in outcome.missing),
        rulebook=rulebook.name,
        rulebook_version=rulebook.full_version,
        model=side.transcript.model if side.transcript else "",
        thresholds=limits.version,
    )


def _outcome(
    rulebook: Rulebook,
    rule: Rule,
    side: _Side,
    context: CallContext,
    limits: Thresholds,
) -> _Outcome:
    transcript, offset = side.transcript, side.offset
    if rule.when is When.HELD and not context.holds:
        return _Outcome(Value.NOT_APPLICABLE, reasons.NOT_HELD)
    if transcript is None:
        return _Outcome(Value.CANNOT_TELL, reasons.NO_TRANSCRIPT)
    if context.language != rulebook.language:
        return _Outcome(Value.CANNOT_TELL, reasons.WRONG_LANGUAGE)
    talk = talk_span(transcript, context, offset)
    if speech_within(transcript, talk) < limits.shortest_speech:
        missing = tuple(part.name for part in rule.all_parts) if rule.kind is Kind.MUST else ()
        return _Outcome(Value.NOT_SAID, reasons.SILENT, missing=missing)
    listener = Listener(transcript, rulebook, limits)
    spans = windows(rule, transcript, context, offset, limits.slack)
    outcomes = [_in_window(rule, listener, span, limits) for span in spans]
    worst = min(outcomes, key=lambda outcome: _ORDER[outcome.value])  # every hold must be announced
    if worst.value is Value.NOT_SAID and rule.kind is Kind.MUST:
        return _look_elsewhere(rule, listener, talk, worst, limits)
    return worst


_ORDER = {Value.NOT_SAID: 0, Value.CANNOT_TELL: 1, Value.SAID: 2, Value.NOT_APPLICABLE: 3}


def _in_window(rule: Rule, listener: Listener, window: Span, limits: Thresholds) -> _Outcome:
    found: list[Hit] = []
    strong = weak = 0
    missing: list[str] = []
    for part in rule.all_parts:
        hits = listener.hits(rule, part, window)
        found += hits if rule.kind is Kind.MUST_NOT else hits[:1]
        if hits and hits[0].strong:
            strong += 1
            continue
        weak += bool(hits)
        missing.append(part.name)
    evidence = tuple(sorted(found, key=lambda hit: (not hit.strong, -hit.score)))
    lost = tuple(missing) if rule.kind is Kind.MUST else ()
    if strong >= rule.needed:
        return _Outcome(Value.SAID, reasons.HEARD, evidence, lost)
    if strong + weak >= rule.needed:
        similar = reasons.SIMILAR if rule.kind is Kind.MUST else reasons.SIMILAR_FORBIDDEN
        return _Outcome(Value.CANNOT_TELL, similar, evidence, lost)
    doubt = _doubt(listener.transcript, window, limits)
    if doubt is not None:
        return _Outcome(Value.CANNOT_TELL, doubt, evidence, lost)
    return _Outcome(Value.NOT_SAID, reasons.NOT_HEARD, evidence, lost)


def _doubt(transcript: PartyTranscript, window: Span, limits: Thresholds) -> Text | None:
    """Why the absence of a phrase proves nothing here, or None."""
    if transcript.snr_db is not None and transcript.snr_db < limits.snr_floor_db:
        return reasons.noisy(transcript.snr_db)
    spoken = speech_within(transcript, window)
    if spoken >= limits.shortest_speech and len(within(transcript.words, window)) < limits.fewest_words * spoken:
        return reasons.NOT_UNDERSTOOD
    return None


def _look_elsewhere(rule: Rule, listener: Listener, talk: Span, outcome: _Outcome, limits: Thresholds) -> _Outcome:
    """Say so when it was said, but at the wrong time."""
    anywhere = _in_window(rule, listener, talk, limits)
    if anywhere.value is not Value.SAID:
        return outcome
    at = min(hit.span[0] for hit in anywhere.hits if hit.strong)
    return _Outcome(Value.NOT_SAID, reasons.elsewhere(at), outcome.hits, outcome.missing)
