"""Note a callback, and talk to whoever is called back."""

from __future__ import annotations

from collections.abc import Sequence

from dialplan.model import Callback, Input
from dialplan.waiting import CallbackSettings
from ivr.call.asking import Missed, ask_key, ladder, press
from ivr.call.context import HUMAN, CallContext
from ivr.call.digits import enter_digits
from ivr.call.outcome import End, GoTo, Handover, HungUp, Outcome
from ivr.call.steps.queue import EMPTY, FULL, PRIORITY, keep_status, place
from ivr.call.waiting import priority_of_caller
from ivr.core.ids import mask_number
from ivr.queues.callbacks.book import Noted, Wish
from ivr.queues.callbacks.numbers import callable_number
from ivr.queues.places import asterisk_priority
from prompts.saying import say

MOST_DIGITS = 20
ENTRY = Input(invalid=["callback-refused"], silent=["collect-silent"])
CONFIRMATION = Input()
YES, OTHER, STOP = "1", "2", "*"


async def run(step: Callback, call: CallContext) -> Outcome:
    """Read the number back, let the caller confirm it by key or give another, and keep his place."""
    settings = call.site.callback
    if settings is None:
        return GoTo(step.failure)
    number = callable_number(call.caller, settings)
    if number is None and not settings.other_numbers:
        call.tell("refused")
        heard = await call.say(["callback-refused"])
        return HungUp() if heard.hung_up else GoTo(step.failure)
    agreed = await _agree(call, number, settings)
    if isinstance(agreed, HungUp):
        return agreed
    return GoTo(step.failure) if agreed is None else await _note(step, call, agreed)


async def _agree(call: CallContext, number: str | None, settings: CallbackSettings) -> str | HungUp | None:
    """The number to call; None when none is wanted, or none of the tries gave one."""

    refused = False

    async def attempt(lead: Sequence[str], prompts: Sequence[str]) -> str | Missed | HungUp | None:
        nonlocal number, refused
        if number is None:
            entered = await enter_digits(call, prompts, most=MOST_DIGITS, wait=ENTRY.timeout, lead=lead)
            if entered is None:
                return HungUp()
            number = callable_number(entered, settings)
            refused = bool(entered) and number is None
            if number is None:
                return Missed(bool(entered), count=len(entered))
        answer = await _confirm(call, number, settings)
        if answer == OTHER:
            number = None
            return Missed(over=True)
        return number if answer == YES else answer

    agreed = await ladder(call, ENTRY, attempt, ["callback-enter"])
    if agreed == STOP:
        call.tell("declined")
        return None
    if agreed is None and refused and (await call.say(["callback-refused"])).hung_up:
        return HungUp()
    return agreed


async def _confirm(call: CallContext, number: str, settings: CallbackSettings) -> str | HungUp | None:
    """The key he presses; the story does not tell the number."""
    question = "callback-confirm" if settings.other_numbers else "callback-confirm-only"
    said = ["callback-number", *say(call.language, "digits", number), question]
    return await ask_key(call, CONFIRMATION, said, YES + STOP + (OTHER if settings.other_numbers else ""))


async def _note(step: Callback, call: CallContext, number: str) -> Outcome:
    known = call.waited.get(PRIORITY)
    priority = priority_of_caller(call.site, caller=call.caller, number=call.number, step=int(known) if known else 0)
    noted = await call.callbacks.note(
        Wish(
            queue=step.queue,
            number=number,
            language=call.language,
            priority=priority,
            place=place(call),
            linkedid=call.linkedid,
            service_number=call.number,
            flow=call.flow,
            step=call.step,
            site_version=call.version,
            variables=call.variables,
        )
    )
    call.tell("noted", noted=noted.value, number=mask_number(number), queue=step.queue)
    if noted is Noted.FULL:
        heard = await call.say(["callback-full"])
        return HungUp() if heard.hung_up else GoTo(step.failure)
    call.trace.outcome("callback")
    heard = await call.say(["callback-accepted"])
    return HungUp() if heard.hung_up else GoTo(step.next)


async def called_back(step: Callback, call: CallContext, priority: int) -> Handover | End | HungUp:
    """The caller has answered: who is calling, the recording notice again (F1), and a key to be connected.

    No key is no answer: an answering machine presses none, and he is called again later.
    """
    for _ in range(2):
        heard = await call.say(["callback-hello", "recording-notice"], stay=True)
        call.noticed = True
        if not heard.hung_up:
            heard = await press(call, ["callback-take"], CONFIRMATION.timeout, YES + OTHER + HUMAN)
        if heard.hung_up:
            return HungUp()
        if heard.key == YES and await call.callbacks.confirmed(call.linkedid):
            call.tell("confirmed", key=heard.key)
            queue = call.site.queues[step.queue]
            return Handover(
                "queue",
                {
                    "IVR_QUEUE": step.queue,
                    "IVR_QUEUE_WAIT": str(queue.max_wait),
                    "IVR_QUEUE_PRIO": str(asterisk_priority(priority, called_back=True)),
                },
            )
        if heard.key == OTHER:
            call.tell("declined", key=heard.key)
            await call.callbacks.declined(call.linkedid)
            return HungUp() if (await call.say(["callback-cancelled", "goodbye"], stay=True)).hung_up else End()
        call.tell("invalid", key=heard.key) if heard.key else call.tell("timeout")
    await call.callbacks.came_to_nothing(call.linkedid, "not confirmed")
    return HungUp() if (await call.say(["goodbye"], stay=True)).hung_up else End()


async def resume(step: Callback, call: CallContext, status: str, key: str = "") -> Outcome:
    """Go on after the queue of the call back; who waited in vain is called again.

    A try counts if he has waited as long as anybody may: nobody is made to do so for ever.
    """
    call.tell("leave", status=status)
    keep_status(call, status)
    if status == "CONTINUE":
        return GoTo(step.after)
    if status == "KEY":  # the keys of the queue are for those who have not been called back
        return Handover("queue", {})
    if status == FULL or status in EMPTY:
        await call.callbacks.without_agent(call.linkedid)
    else:
        await call.callbacks.came_to_nothing(call.linkedid, "no agent")
    return GoTo(step.failure)


__all__ = ["called_back", "resume", "run"]
