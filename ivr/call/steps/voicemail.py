"""Record a message; the recording itself is the dialplan's."""

from __future__ import annotations

from dialplan.model import Voicemail
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome
from ivr.call.steps import messages


async def run(step: Voicemail, call: CallContext) -> Outcome:
    """Say how it works and hand over."""
    return await messages.begin(step, call)


async def resume(step: Voicemail, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the message; one that could not be written does not come here."""
    call.trace.outcome("voicemail")
    return await messages.review(step, call) or GoTo(step.next)
