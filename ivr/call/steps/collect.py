"""Collect digits into a variable."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from dialplan.model import Collect
from ivr.call.context import CallContext
from ivr.call.digits import enter_digits
from ivr.call.outcome import End, GoTo, HungUp, Outcome


async def run(step: Collect, call: CallContext) -> Outcome:
    """Ask for digits up to ``tries`` times; # ends them early, * starts over.

    The digits of a secret input stay in memory: they are neither told nor saved, and nothing is recorded while they
    are entered.

    Raises:
        PauseError: if a secret input would be recorded; it is not asked for then.
    """
    async with _silence(step, call):
        outcome = await _collect(step, call)
    if outcome is not None:
        return outcome
    call.tell("failure")
    if step.failure is not None:
        return GoTo(step.failure)
    heard = await call.say(["no-input-last"])
    return HungUp() if heard.hung_up else End()


async def _collect(step: Collect, call: CallContext) -> Outcome | None:
    prompts = list(step.prompts)
    for _ in range(step.tries):
        digits = await enter_digits(call, prompts, most=step.max, wait=step.timeout)
        if digits is None:
            return HungUp()
        if step.min <= len(digits) <= step.max:
            if step.secret:
                call.secrets[step.variable] = digits
                call.tell("digits", count=len(digits))
            else:
                call.variables[step.variable] = digits
                call.tell("digits", digits=digits)
            return GoTo(step.next)
        call.tell("invalid" if digits else "timeout", count=len(digits))
        prompts = ["collect-again", *step.prompts]
    return None


def _silence(step: Collect, call: CallContext) -> AbstractAsyncContextManager[None]:
    return call.recorder.paused(call.linkedid, "input", by=call.step) if step.secret else nullcontext()
