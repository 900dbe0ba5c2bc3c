"""Queue the caller to an agent; the queueing itself is the dialplan's."""

from __future__ import annotations

from dialplan.model import Enqueue
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Handover, HungUp, Outcome


async def run(step: Enqueue, call: CallContext) -> Outcome:
    """Say what happens next (A10) and hand over."""
    heard = await call.say(["queue-join"])
    if heard.hung_up:
        return HungUp()
    queue = call.site.queues[step.queue]
    call.tell("join", queue=step.queue)
    return Handover("queue", {"IVR_QUEUE": step.queue, "IVR_QUEUE_WAIT": str(queue.max_wait)})


def resume(step: Enqueue, call: CallContext, status: str) -> Outcome:
    """Go on after the queue.

    Args:
        status: QUEUESTATUS; CONTINUE after a talk that the agent ended, else why nobody answered
            (TIMEOUT, FULL, JOINEMPTY, LEAVEEMPTY, JOINUNAVAIL, LEAVEUNAVAIL, WITHDRAW).
    """
    call.tell("leave", status=status)
    return GoTo(step.after if status == "CONTINUE" else step.timeout)
