"""Go one way in business hours, another outside them (A1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialplan.model import HoursGate
from dialplan.schedule import is_open
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome


async def run(step: HoursGate, call: CallContext) -> Outcome:
    """Ask the schedule, in the site's own zone."""
    is_now_open = is_open(call.site.hours[step.hours], call.clock.now(), ZoneInfo(call.site.zone))
    call.tell("open" if is_now_open else "closed", hours=step.hours)
    if not is_now_open:
        call.trace.outcome("closed")
    return GoTo(step.open if is_now_open else step.closed)
