"""Record a message; the recording itself is the dialplan's."""

from __future__ import annotations

from dialplan.model import Voicemail
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Handover, HungUp, Outcome


async def run(step: Voicemail, call: CallContext) -> Outcome:
    """Say how it works and hand over; the tone comes from the dialplan."""
    heard = await call.say(step.prompts)
    if heard.hung_up:
        return HungUp()
    call.tell("record", seconds=step.max_seconds)
    return Handover("voicemail", {"IVR_SECONDS": str(step.max_seconds), "IVR_SILENCE": str(step.silence)})


async def resume(step: Voicemail, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the message."""
    call.trace.outcome("voicemail")
    call.tell("leave")
    return GoTo(step.next)
