"""Record a statement of the caller; the recording itself is the dialplan's."""

from __future__ import annotations

from dialplan.model import Record
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome
from ivr.call.steps import messages
from ivr.call.variables import keep

FAILED = "ERROR"
"""RECORD_STATUS of what could not be written."""


async def run(step: Record, call: CallContext) -> Outcome:
    """Say what it is for and hand over."""
    return await messages.begin(step, call)


async def resume(step: Record, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the statement, whose file the variable names from now on."""
    if status == FAILED or not call.recorded:
        call.tell("not_written")
        if (await call.say(["record-failed"])).hung_up:
            return HungUp()
        return GoTo(step.failure or step.next)
    if step.variable is not None:
        keep(call, step.variable, call.recorded[-1])
    return await messages.review(step, call) or GoTo(step.next)
