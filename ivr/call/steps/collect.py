"""Collect digits into a variable."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from dialplan.model import Collect, Input
from ivr.call.asking import Missed, ask_key, ladder
from ivr.call.context import CallContext
from ivr.call.digits import enter_digits
from ivr.call.outcome import End, GoTo, HungUp, Outcome
from ivr.call.variables import keep
from prompts.saying import say

YES, OVER = "1", "2"


async def run(step: Collect, call: CallContext) -> Outcome:
    """Ask for digits up to ``tries`` times, and have them confirmed where the step says so.

    After the last try the closing formula, and one more entry counts (A9). The digits of a secret input stay in
    memory: they are neither told, nor saved, nor read back, and nothing is recorded while they are entered.

    Raises:
        PauseError: if a secret input would be recorded; it is not asked for then.
    """

    async def attempt(lead: Sequence[str], prompts: Sequence[str]) -> str | Missed | HungUp | None:
        return await _attempt(step, call, lead, prompts)

    async with _silence(step, call):
        digits = await ladder(call, step, attempt, step.prompts, step.again)
        if digits is None and step.failure is None:
            last = await attempt([], [step.closing])
            digits = None if isinstance(last, Missed) else last
    if isinstance(digits, HungUp):
        return digits
    if digits is None:
        return End() if step.failure is None else GoTo(step.failure)
    if step.secret:
        call.secrets[step.variable] = digits
        call.tell("digits", count=len(digits))
    else:
        keep(call, step.variable, digits)
        call.tell("digits", digits=digits)
    return GoTo(step.next)


async def _attempt(
    step: Collect, call: CallContext, lead: Sequence[str], prompts: Sequence[str]
) -> str | Missed | HungUp | None:
    digits = await enter_digits(call, prompts, most=step.max, wait=step.timeout, terminator=step.terminator, lead=lead)
    if digits is None:
        return HungUp()
    if not step.min <= len(digits) <= step.max:
        return Missed(bool(digits), count=len(digits))
    return await _confirmed(step, call, digits) if step.confirm and not step.secret else digits


async def _confirmed(step: Collect, call: CallContext, digits: str) -> str | Missed | HungUp | None:
    """Read the digits back; None when the caller says neither yes nor no, as often as he is asked."""
    question = ["collect-entered", *say(call.language, "digits", digits), "collect-confirm"]
    asked = Input(timeout=step.timeout, tries=step.tries)
    answer = await ask_key(call, asked, question, YES + OVER)
    if answer == YES:
        return digits
    return Missed(over=True, count=len(digits)) if answer == OVER else answer


def _silence(step: Collect, call: CallContext) -> AbstractAsyncContextManager[None]:
    return call.recorder.paused(call.linkedid, "input", by=call.step) if step.secret else nullcontext()
