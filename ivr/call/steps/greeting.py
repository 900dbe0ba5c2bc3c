"""Greet by time of day and holiday (A4), then say that the call is recorded."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialplan.model import Greeting
from dialplan.schedule import greeting_key
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: Greeting, call: CallContext) -> Outcome:
    """Greet; nobody may skip the recording notice."""
    prompts = [greeting_key(call.clock.now(), ZoneInfo(call.site.zone), call.site.country)]
    if step.notice:
        prompts.append("recording-notice")
    heard = await call.say(prompts)
    return HungUp() if heard.hung_up else GoTo(step.next)
