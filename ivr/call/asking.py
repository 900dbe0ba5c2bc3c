"""Ask, wait, count the tries: how every step that waits for keys deals with silence and wrong keys (norm A9).

Callers of the accessible profile have more time; ``*`` says the question again, ``0`` is a human, unless the step
itself has a use for that key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass

from dialplan.steps.base import Input, Ladder, worded
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import CallContext
from ivr.call.outcome import HungUp

REPEAT = "*"
REPEATS = 5
"""How often one question is said again at the caller's wish; after that, the key is a wrong one."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A try that came to nothing.

    Args:
        wrong: whether the caller pressed something that is no answer; silence else.
        key: the wrong key, where it may be told.
        count: how many digits there were, where that is told instead.
        over: whether the caller himself wants to start over, which needs no wording.
    """

    wrong: bool = False
    key: str = ""
    count: int | None = None
    over: bool = False


Attempt = Callable[[Sequence[str], Sequence[str]], Awaitable[str | Missed | HungUp | None]]
"""One try, given what leads over to it (nothing the first time) and the prompts of the question; None gives up."""

Speak = Callable[[bool], Awaitable[Heard]]
"""Says a question; is told whether for the first time in this try."""


async def ladder(
    call: CallContext, step: Input, attempt: Attempt, prompts: Sequence[str], again: Sequence[str] = ()
) -> str | HungUp | None:
    """Try ``step.tries`` times, each time with the wording for it; None when none of them gave an answer.

    Args:
        prompts: the question.
        again: the question from the second time on, where it has another wording.
    """
    lead: list[str] = []
    wrong = silent = 0
    for _ in range(step.tries):
        result = await attempt(lead, prompts)
        if not isinstance(result, Missed):
            return result
        told = {} if result.count is None else {"count": result.count}
        if result.over:
            call.tell("over", **told)
            lead = []
        elif result.wrong:
            call.tell("invalid", **({"key": result.key} if result.key else {}), **told)
            lead, wrong = [worded(step.invalid, wrong)], wrong + 1
        else:
            call.tell("timeout", **told)
            lead, silent = [worded(step.silent, silent)], silent + 1
        prompts = again or prompts
    call.tell("failure")
    return None


async def ask_key(
    call: CallContext, step: Input, prompts: Sequence[str], keys: Container[str], again: Sequence[str] = ()
) -> str | HungUp | None:
    """Ask for one key out of ``keys``, as often as the step says; None when none was pressed."""

    async def attempt(lead: Sequence[str], question: Sequence[str]) -> str | Missed | HungUp:
        heard = await press(call, question, step.timeout, keys, lead=lead)
        if heard.hung_up:
            return HungUp()
        return heard.key if heard.key in keys and heard.key else Missed(bool(heard.key), heard.key)

    return await ladder(call, step, attempt, prompts, again)


async def close(call: CallContext, step: Ladder, keys: Container[str] = "") -> str | HungUp | None:
    """The closing formula and one more wait, in which a key out of ``keys`` still counts (A9)."""
    heard = await press(call, [step.closing], step.timeout, keys)
    if heard.hung_up:
        return HungUp()
    return heard.key if heard.key and heard.key in keys else None


async def press(
    call: CallContext, prompts: Sequence[str], seconds: float, keys: Container[str], *, lead: Sequence[str] = ()
) -> Heard:
    """Say ``prompts`` and wait for a key, any key; what is said is stopped by it.

    Args:
        seconds: to wait after the last prompt; longer for callers of the accessible profile.
        keys: those that mean something here.
        lead: said before the prompts, and not again when the caller wants to hear them again.

    Raises:
        HumanWanted: if a caller of the accessible profile presses 0, and it means nothing here.
    """

    async def speak(first: bool) -> Heard:
        return await call.say([*lead, *prompts] if first else prompts, keys=ALL_KEYS)

    return await answered(call, speak, seconds, keys)


async def answered(call: CallContext, speak: Speak, seconds: float, keys: Container[str]) -> Heard:
    """Ask by ``speak`` and wait for a key as :func:`press` does."""
    for time in range(REPEATS + 1):
        heard = await speak(time == 0)
        if not heard.key and not heard.hung_up:
            heard = await call.channel.wait_key(call.patience(seconds))
        if heard.key in keys:
            return heard
        call.human_if_wanted(heard.key)
        if not call.accessible or heard.key != REPEAT or time == REPEATS:
            break
        call.tell("repeat", key=heard.key)
    return heard


__all__ = ["REPEAT", "REPEATS", "Attempt", "Missed", "Speak", "answered", "ask_key", "close", "ladder", "press"]
