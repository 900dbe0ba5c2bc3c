"""Collect digits into a variable."""

from __future__ import annotations

from dialplan.model import Collect
from ivr.call.channel import ALL_KEYS
from ivr.call.context import CallContext
from ivr.call.outcome import End, GoTo, HungUp, Outcome


async def run(step: Collect, call: CallContext) -> Outcome:
    """Ask for digits up to ``tries`` times; # ends them early, * starts over.

    The digits of a secret input stay in memory: they are neither told nor saved.
    """
    prompts = list(step.prompts)
    for _ in range(step.tries):
        digits = await _digits(step, call, prompts)
        if digits is None:
            return HungUp()
        if step.min <= len(digits) <= step.max:
            if step.secret:
                call.secrets[step.variable] = digits
                call.tell("digits", count=len(digits))
            else:
                call.variables[step.variable] = digits
                call.tell("digits", digits=digits)
            return GoTo(step.next)
        call.tell("invalid" if digits else "timeout", count=len(digits))
        prompts = ["collect-again", *step.prompts]
    call.tell("failure")
    if step.failure is not None:
        return GoTo(step.failure)
    heard = await call.say(["no-input-last"])
    return HungUp() if heard.hung_up else End()


async def _digits(step: Collect, call: CallContext, prompts: list[str]) -> str | None:
    """One entry; ``None`` when the caller hung up."""
    heard = await call.say(prompts, keys=ALL_KEYS)
    digits = ""
    while not heard.hung_up:
        if not heard.key:
            heard = await call.channel.wait_key(step.timeout)
            if heard.hung_up or not heard.key:
                break
        key, heard = heard.key, type(heard)()
        if key == "#":
            break
        digits = "" if key == "*" else digits + key
        if len(digits) == step.max:
            break
    return None if heard.hung_up else digits
