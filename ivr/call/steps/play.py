"""Play prompts."""

from __future__ import annotations

from dialplan.model import Play
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: Play, call: CallContext) -> Outcome:
    """Play the prompts; a key skips what is left of them where that is allowed."""
    heard = await call.say(step.prompts, keys=call.skip_keys if step.barge_in else "")
    return HungUp() if heard.hung_up else GoTo(step.next)
