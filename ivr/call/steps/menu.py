"""Offer choices: match, invalid, timeout, failure."""

from __future__ import annotations

from dialplan.model import Menu
from ivr.call.asking import ask_key, close
from ivr.call.context import CallContext
from ivr.call.outcome import End, GoTo, HungUp, Outcome


async def run(step: Menu, call: CallContext) -> Outcome:
    """Offer the choices up to ``tries`` times.

    Silence follows norm A9: the choices are offered again after each ``timeout``; after the last one
    the closing formula, one more wait, and the end. A key in that last wait still counts.
    """
    key = await ask_key(call, step, step.prompts, step.choices, step.again)
    if key is None and step.failure is not None:
        return GoTo(step.failure)
    if key is None:
        key = await close(call, step, step.choices)
    if isinstance(key, HungUp):
        return key
    if key is None:
        return End()
    call.tell("key", key=key)
    return GoTo(step.choices[key])
