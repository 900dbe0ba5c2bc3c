"""Answer the call."""

from __future__ import annotations

from dialplan.model import Answer
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: Answer, call: CallContext) -> Outcome:
    """Answer, then go on."""
    heard = await call.channel.answer()
    return HungUp() if heard.hung_up else GoTo(step.next)
