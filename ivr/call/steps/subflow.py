"""Run another flow and come back."""

from __future__ import annotations

from dialplan.model import Subflow
from ivr.call.context import CallContext
from ivr.call.outcome import Enter, Outcome


async def run(step: Subflow, call: CallContext) -> Outcome:
    """Go into the flow; its end leads to the step's ``next``."""
    call.tell("subflow", into=step.flow)
    return Enter(step.flow)
