"""Say goodbye and end the call."""

from __future__ import annotations

from dialplan.model import Hangup
from ivr.call.context import CallContext
from ivr.call.outcome import End, HungUp, Outcome


async def run(step: Hangup, call: CallContext) -> Outcome:
    """Say goodbye; the dialplan hangs up."""
    heard = await call.say(step.prompts)
    return HungUp() if heard.hung_up else End()
