"""Go another way for callers of some languages."""

from __future__ import annotations

from dialplan.model import Branch
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome


async def run(step: Branch, call: CallContext) -> Outcome:
    """Ask which language the call is in."""
    call.tell("branch", language=call.language)
    return GoTo(step.languages.get(call.language, step.next))
