"""Play prompts."""

from __future__ import annotations

from dialplan.model import Play
from ivr.call.channel import ALL_KEYS
from ivr.call.context import HUMAN, CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: Play, call: CallContext) -> Outcome:
    """Play the prompts; a key skips what is left of them where that is allowed."""
    keys = ALL_KEYS.replace(HUMAN, "") if call.human_at_hand else ALL_KEYS
    heard = await call.say(step.prompts, keys=keys if step.barge_in else "")
    return HungUp() if heard.hung_up else GoTo(step.next)
