"""Offer choices: match, invalid, timeout, failure."""

from __future__ import annotations

from dialplan.model import Menu
from dialplan.steps.base import worded
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import CallContext
from ivr.call.outcome import End, GoTo, HungUp, Outcome


async def run(step: Menu, call: CallContext) -> Outcome:
    """Offer the choices up to ``tries`` times.

    Silence follows norm A9: the choices are offered again after each ``timeout``; after the last one
    the closing formula, one more wait, and the end. A key in that last wait still counts.
    """
    lead: list[str] = []
    wrong = silent = 0
    prompts = step.prompts
    for _ in range(step.tries):
        heard = await ask(call, [*lead, *prompts], step.timeout)
        if heard.hung_up:
            return HungUp()
        if heard.key in step.choices:
            return choose(step, call, heard.key)
        if heard.key:
            call.tell("invalid", key=heard.key)
            lead, wrong = [worded(step.invalid, wrong)], wrong + 1
        else:
            call.tell("timeout")
            lead, silent = [worded(step.silent, silent)], silent + 1
        prompts = step.again or step.prompts
    call.tell("failure")
    if step.failure is not None:
        return GoTo(step.failure)
    heard = await ask(call, [step.closing], step.timeout)
    if heard.hung_up:
        return HungUp()
    return choose(step, call, heard.key) if heard.key in step.choices else End()


async def ask(call: CallContext, prompts: list[str], patience: float) -> Heard:
    """Say ``prompts`` and wait ``patience`` seconds for a key; any key stops the prompts."""
    heard = await call.say(prompts, keys=ALL_KEYS)
    if heard.key or heard.hung_up:
        return heard
    return await call.channel.wait_key(patience)


def choose(step: Menu, call: CallContext, key: str) -> GoTo:
    """Tell the key and go where it leads."""
    call.tell("key", key=key)
    return GoTo(step.choices[key])
