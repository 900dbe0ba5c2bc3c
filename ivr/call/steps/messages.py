"""What voicemail and record have in common: the tone, the message, and the caller's review of it."""

from __future__ import annotations

from typing import Literal

from dialplan.steps.recording import Record, Voicemail
from ivr.call.asking import press
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import CallContext
from ivr.call.outcome import Handover, HungUp

KEEP, LISTEN, ANEW = "1", "2", "3"
AGAIN = 3
"""How often a message may be recorded anew."""
CHOICES = 10
"""Keys, right or wrong, after which a message is kept: nobody listens for ever."""
PATIENCE = 5.0
"""Seconds to wait for a key (A9)."""


async def begin(step: Voicemail | Record, call: CallContext) -> Handover | HungUp:
    """Say how it works and hand over; the tone comes from the dialplan."""
    heard = await call.say(step.prompts)
    if heard.hung_up:
        return HungUp()
    call.recorded.clear()
    return take(step, call)


def take(step: Voicemail | Record, call: CallContext) -> Handover:
    """The tone, and a message in a file of its own."""
    call.tell("record", seconds=step.max_seconds)
    verb: Literal["voicemail", "record"] = "voicemail" if isinstance(step, Voicemail) else "record"
    return Handover(verb, {"IVR_SECONDS": str(step.max_seconds), "IVR_SILENCE": str(step.silence)})


async def review(step: Voicemail | Record, call: CallContext) -> Handover | HungUp | None:
    """Let the caller keep his message (1), listen to it (2) or speak anew (3); None when it is kept.

    Silence keeps it, and so does hanging up. What is recorded anew is kept beside the new one, marked as replaced.
    """
    call.tell("leave")
    if not step.review or not call.recorded:
        return None
    pressed = Heard()  # while he listened
    for _ in range(CHOICES):
        may_anew = len(call.recorded) <= AGAIN
        question = "record-review" if may_anew else "record-review-last"
        keys = {KEEP, LISTEN, ANEW} if may_anew else {KEEP, LISTEN}
        heard, pressed = pressed if pressed.key else await press(call, [question], PATIENCE, keys), Heard()
        if heard.key:
            call.tell("key" if heard.key in keys else "invalid", key=heard.key)
        elif not heard.hung_up:
            call.tell("timeout")
        if heard.key == LISTEN:
            heard = pressed = await call.channel.play_recording(
                call.recorded[-1], keys=ALL_KEYS, seconds=step.max_seconds
            )
        elif heard.key == ANEW and may_anew:
            call.tell("replaced", file=call.recorded[-1])
            return take(step, call)
        elif heard.key in {"", KEEP} and not heard.hung_up:
            break
        elif heard.key:
            heard = await call.say(["invalid-choice"])
        if heard.hung_up:
            return HungUp()
    return HungUp() if (await call.say(["record-kept"])).hung_up else None


__all__ = ["AGAIN", "begin", "review", "take"]
