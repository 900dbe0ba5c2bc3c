"""Queue the caller to an agent; the queueing itself is the dialplan's."""

from __future__ import annotations

from datetime import datetime

from dialplan.model import Enqueue
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Handover, HungUp, Outcome
from ivr.call.variables import QUEUE_STATUS
from ivr.call.waiting import priority_of_caller
from ivr.queues.places import asterisk_priority

# What a call remembers of its waiting.
PLACE, PRIORITY = "place", "priority"
# QUEUESTATUS of a queue that takes nobody more, and of one without agents.
FULL = "FULL"
EMPTY = frozenset({"WITHDRAW", "JOINEMPTY", "LEAVEEMPTY", "JOINUNAVAIL", "LEAVEUNAVAIL"})


async def run(step: Enqueue, call: CallContext) -> Outcome:
    """Say what happens next (A10) and hand over; who may not join an empty queue is told so, a full one sends on.

    Asterisk itself turns nobody away: it would those, too, who have a place already or come by an agent's hand.
    """
    queue = call.site.queues[step.queue]
    if not queue.join_empty and call.floor.empty(step.queue):
        _turn_away(call, step.queue, "JOINEMPTY", "empty")
        heard = await call.say(["queue-nobody"])
        return HungUp() if heard.hung_up else GoTo(step.empty or step.timeout)
    if queue.max_length and call.floor.length(step.queue) >= queue.max_length:
        _turn_away(call, step.queue, FULL, "full")
        return GoTo(step.full or step.timeout)
    priority = priority_of_caller(call.site, caller=call.caller, number=call.number, step=step.priority)
    call.floor.expect(call.uniqueid, priority, language=call.language, queue=step.queue)
    if (await call.say(["queue-join"])).hung_up:
        return HungUp()
    call.waited.setdefault(PLACE, call.clock.now().isoformat())
    call.waited[PRIORITY] = str(priority)
    call.tell("join", queue=step.queue, priority=priority)
    wait = step.wait or queue.max_wait
    return Handover(
        "queue",
        {
            "IVR_QUEUE": step.queue,
            "IVR_QUEUE_WAIT": str(wait),
            "IVR_QUEUE_PRIO": str(asterisk_priority(priority)),
        },
    )


def _turn_away(call: CallContext, queue: str, status: str, event: str) -> None:
    """He asked for an agent, so he counts, though no queue of Asterisk's has seen him."""
    call.tell(event, queue=queue)
    call.waited[QUEUE_STATUS] = event
    call.trace.turned_away(queue, status)
    call.floor.turned_away(queue)


async def resume(step: Enqueue, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the queue.

    Args:
        status: QUEUESTATUS; CONTINUE after a talk that the agent ended, KEY after a key that leaves, else why nobody
            answered (TIMEOUT, FULL, JOINEMPTY, LEAVEEMPTY, JOINUNAVAIL, LEAVEUNAVAIL, WITHDRAW).
        key: the key.
    """
    keep_status(call, status)
    if status == "KEY":
        call.tell("key", key=key)
        if key in step.keys:
            return GoTo(step.keys[key])
        # He was handed on to another queue, which this key leaves: he goes back to it.
        return Handover("queue", {})
    call.tell("leave", status=status)
    if status == "CONTINUE":
        call.waited.pop(PLACE, None)  # whoever waits again waits anew
        return GoTo(step.after)
    if status == FULL:
        return GoTo(step.full or step.timeout)
    if status in EMPTY:
        return GoTo(step.empty or step.timeout)
    return GoTo(step.timeout)


def keep_status(call: CallContext, status: str) -> None:
    """Remember how the queue ended, for the variable ``queue_status``."""
    call.waited[QUEUE_STATUS] = "empty" if status in EMPTY else status.lower()


def place(call: CallContext) -> datetime:
    """Since when the caller has waited in this call; now, if he has not."""
    return datetime.fromisoformat(call.waited[PLACE]) if PLACE in call.waited else call.clock.now()


__all__ = ["EMPTY", "FULL", "PLACE", "PRIORITY", "keep_status", "place", "resume", "run"]
