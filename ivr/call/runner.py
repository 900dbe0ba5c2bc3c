"""Run a flow's steps until the call is handed over, ends, or the caller hangs up."""

from __future__ import annotations

from collections.abc import Awaitable

from dialplan.model import Greeting
from ivr.call.context import HUMAN, CallContext, HumanWanted
from ivr.call.outcome import End, Enter, GoTo, Handover, HungUp, Outcome, ToHuman
from ivr.call.steps import REGISTRY
from ivr.call.steps.greeting import RECORDING_NOTICE
from ivr.core.errors import IvrError

# A flow that is still going after this many steps without the caller having been handed over runs in
# a ring; the checks refuse such flows, this bound catches what they could not see.
MAX_STEPS = 500
# Flows inside flows: the checks refuse one that is inside itself.
MAX_DEPTH = 10


class FlowLoopError(IvrError):
    """The flow runs in a ring."""


async def run_flow(call: CallContext, start: str | None) -> Handover | End | HungUp:
    """Run from step ``start`` of the call's flow.

    Raises:
        FlowLoopError: after ``MAX_STEPS`` steps, or in the ``MAX_DEPTH``-th flow inside a flow.
    """
    name = start
    for _ in range(MAX_STEPS):
        name = _returned(call, name)
        if name is None:
            return End()
        step = call.site.flows[call.flow].steps[name]
        call.step, call.kind = name, step.step
        call.tell("enter")
        outcome = await _outcome(call, REGISTRY[step.step].run(step, call))
        if not isinstance(outcome, GoTo):
            return outcome
        name = outcome.step
    raise FlowLoopError(
        f"flow {call.flow}: {MAX_STEPS} steps without an end, last at {name}", cure="ivr dialplan check"
    )


async def resume_flow(call: CallContext, waiting: str, status: str, key: str = "") -> Handover | End | HungUp:
    """Go on after the dialplan has run what step ``waiting`` asked for, which ended with ``status``, or by ``key``."""
    step = call.site.flows[call.flow].steps[waiting]
    call.step, call.kind = waiting, step.step
    outcome = await _outcome(call, REGISTRY[step.step].resume(step, call, status, key))
    return await run_flow(call, outcome.step) if isinstance(outcome, GoTo) else outcome


def _returned(call: CallContext, name: str | None) -> str | None:
    """The step that follows: where a flow is over, that of the flow around it."""
    while name is None and call.stack:
        call.flow, calling = call.stack.pop()
        name = getattr(call.site.flows[call.flow].steps[calling], "next", None)
    return name


async def _outcome(call: CallContext, step: Awaitable[Outcome]) -> GoTo | Handover | End | HungUp:
    """What a step comes to; the caller may leave it for a human, but not without the recording notice (F1)."""
    try:
        outcome = await step
    except HumanWanted:
        call.tell("human", key=HUMAN)
        outcome = ToHuman()
    if isinstance(outcome, ToHuman) and not call.noticed and _gives_notice(call):
        if (await call.say([RECORDING_NOTICE], stay=True)).hung_up:
            return HungUp()
        call.noticed = True
    return _followed(call, outcome)


def _gives_notice(call: CallContext) -> bool:
    """Whether the flow, or one around it, would tell the caller that the call is recorded."""
    flows = (call.flow, *(name for name, _ in call.stack))
    steps = (step for name in flows for step in call.site.flows[name].steps.values())
    return any(isinstance(step, Greeting) and step.notice for step in steps)


def _followed(call: CallContext, outcome: Outcome) -> GoTo | Handover | End | HungUp:
    """The outcome with a way into another flow, or out of it to a human, gone."""
    if isinstance(outcome, Enter):
        if len(call.stack) >= MAX_DEPTH:
            raise FlowLoopError(f"flow {outcome.flow}: more than {MAX_DEPTH} flows deep", cure="ivr dialplan check")
        call.stack.append((call.flow, call.step))
        call.flow = outcome.flow
        return GoTo(call.site.flows[outcome.flow].start)
    if isinstance(outcome, ToHuman):
        while (human := call.site.flows[call.flow].human) is None and call.stack:
            call.flow, _ = call.stack.pop()
        return GoTo(human)
    return outcome
