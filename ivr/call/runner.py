"""Run a flow's steps until the call is handed over, ends, or the caller hangs up."""

from __future__ import annotations

from ivr.call.context import CallContext
from ivr.call.outcome import End, GoTo, Handover, HungUp, Outcome
from ivr.call.steps import REGISTRY
from ivr.core.errors import IvrError

# A flow that is still going after this many steps without the caller having been handed over runs in
# a ring; the checks refuse such flows, this bound catches what they could not see.
MAX_STEPS = 500


class FlowLoopError(IvrError):
    """The flow runs in a ring."""


async def run_flow(call: CallContext, start: str | None) -> Handover | End | HungUp:
    """Run from step ``start``.

    Raises:
        FlowLoopError: after ``MAX_STEPS`` steps.
    """
    flow = call.site.flows[call.flow]
    name = start
    for _ in range(MAX_STEPS):
        if name is None:
            return End()
        step = flow.steps[name]
        call.step, call.kind = name, step.step
        call.tell("enter")
        outcome: Outcome = await REGISTRY[step.step].run(step, call)
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
    outcome: Outcome = await REGISTRY[step.step].resume(step, call, status, key)
    return await run_flow(call, outcome.step) if isinstance(outcome, GoTo) else outcome
