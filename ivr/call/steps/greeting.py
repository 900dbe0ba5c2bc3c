"""Greet by time of day and holiday (A4), then say that the call is recorded, and let the caller refuse that."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialplan.model import Greeting
from dialplan.schedule import greeting_key
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome

RECORDING_NOTICE = "recording-notice"


async def run(step: Greeting, call: CallContext) -> Outcome:
    """Greet; nobody may skip the recording notice."""
    prompts = [greeting_key(call.clock.now(), ZoneInfo(call.site.zone), call.site.country)]
    if step.notice:
        prompts.append(RECORDING_NOTICE)
    heard = await call.say(prompts, stay=True)
    if heard.hung_up:
        return HungUp()
    call.noticed |= step.notice
    return await _may_refuse(step, call, step.refuse_key) if step.refuse_key is not None else GoTo(step.next)


async def _may_refuse(step: Greeting, call: CallContext, key: str) -> Outcome:
    """Any other key, or none, is consent (F1)."""
    heard = await call.say([f"recording-refusal-{key}"], keys=key)
    if not heard.key and not heard.hung_up:
        heard = await call.channel.wait_key(call.patience(step.refuse_wait))
    if heard.hung_up:
        return HungUp()
    if heard.key != key:
        call.human_if_wanted(heard.key)
        return GoTo(step.next)
    call.tell("recording_refused", key=key)
    call.trace.refused()
    await call.channel.stop_recording()
    heard = await call.say(["recording-refused"])
    return HungUp() if heard.hung_up else GoTo(step.next)
