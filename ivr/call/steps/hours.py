"""Go one way in business hours, another outside them, in a break or on a holiday (A1)."""

from __future__ import annotations

from dialplan.model import HoursGate
from dialplan.schedule import standing
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome


async def run(step: HoursGate, call: CallContext) -> Outcome:
    """Ask the schedule, in the site's own zone, and whoever has switched it by hand."""
    position = call.switches.position(step.hours)
    found = standing(call.site.hours[step.hours], call.clock.now(), call.site.zone, position)
    names = {"holiday": found.holiday, "holiday_zh": found.holiday_zh}
    call.tell(found.state, hours=step.hours, why=found.why, **{key: name for key, name in names.items() if name})
    if found.open:
        return GoTo(step.open)
    call.trace.outcome("closed")
    ways = {"break": step.at_break, "holiday": step.holiday}
    return GoTo(ways.get(found.state) or step.closed)
