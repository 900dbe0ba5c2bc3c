"""Hand the caller on to an agent, a queue, or somebody outside; the talking itself is the dialplan's.

What the dialplan is told are names that the site has: an agent's extension, a number of its list ``outside``.
"""

from __future__ import annotations

from dialplan.model import Enqueue, Transfer
from dialplan.templates import TemplateError, fill
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Handover, HungUp, Outcome
from ivr.call.steps import queue as queueing
from ivr.call.variables import variables_of

BUSY = "BUSY"
# DIALSTATUS of a talk that the other one ended; CONTINUE where he handed the caller on and that one did.
TALKED = frozenset({"ANSWER", "CONTINUE"})


async def run(step: Transfer, call: CallContext) -> Outcome:
    """Find out who is meant, say so, and hand over; nobody outside the site's own lists can be meant."""
    if step.queue is not None:
        heard = await call.say(step.prompts if "prompts" in step.model_fields_set else [])
        return HungUp() if heard.hung_up else await _or_said(step, call, await queueing.run(_queueing(step), call))
    target = _target(step, call)
    if target is None:
        call.tell("nobody")
        return await _failed(step, call)
    if (await call.say(step.prompts)).hung_up:
        return HungUp()
    call.tell("dial", to=target.partition("-")[2], ring=step.ring)
    return Handover("transfer", {"IVR_TARGET": target, "IVR_RING": str(step.ring)})


async def resume(step: Transfer, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the talk, or after there was none.

    Args:
        status: DIALSTATUS, or QUEUESTATUS of a queue that the caller was handed on to.
        key: with which he left a queue.
    """
    if step.queue is not None:
        return await _or_said(step, call, await queueing.resume(_queueing(step), call, status, key))
    if status == "KEY":  # of a queue that an agent handed him on to: he goes back to it
        return Handover("queue", {})
    call.tell("leave", status=status)
    if status in TALKED:
        return GoTo(step.after)
    return await _failed(step, call, busy=status == BUSY)


def _target(step: Transfer, call: CallContext) -> str | None:
    """``agent-6001`` or ``outside-10086``; None for whom the site does not have."""
    if step.outside is not None:
        return f"outside-{step.outside}" if step.outside in call.site.outside else None
    if step.agent is not None:
        agent = call.site.agents.get(step.agent)
        return f"agent-{agent.extension}" if agent is not None else None
    try:
        extension = fill(step.extension or "", variables_of(call)).strip()
    except TemplateError:
        return None
    known = any(agent.extension == extension for agent in call.site.agents.values())
    return f"agent-{extension}" if known else None


async def _failed(step: Transfer, call: CallContext, *, busy: bool = False) -> Outcome:
    """He wanted a human and got none; what he does then may still count for more."""
    call.trace.outcome("unserved")
    own_words = step.queue is not None and "failed" not in step.model_fields_set
    if not own_words and (await call.say(step.failed)).hung_up:
        return HungUp()
    return GoTo((step.busy if busy else None) or step.failure)


async def _or_said(step: Transfer, call: CallContext, outcome: Outcome) -> Outcome:
    """A queue in which nobody was found has failed, too."""
    if not isinstance(outcome, GoTo):
        return outcome
    return GoTo(step.after) if outcome.step == _AFTER else await _failed(step, call)


# No step of a flow is named like this.
_AFTER = ">after"


def _queueing(step: Transfer) -> Enqueue:
    """The queue step that does the same, with the ways after the talk and after a vain wait kept apart."""
    return Enqueue.model_construct(
        step="queue",
        queue=step.queue or "",
        priority=0,
        wait=None,
        keys={},
        after=_AFTER,
        timeout=None,
        full=None,
        empty=None,
    )


__all__ = ["resume", "run"]
