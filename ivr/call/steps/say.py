"""Say prompts, numbers, digits, amounts, dates and times in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from dialplan.model import Say, Spoken
from dialplan.templates import TemplateError, fill
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome
from ivr.call.variables import variables_of
from prompts.saying import Kind, say

KINDS: tuple[Kind, ...] = ("digits", "number", "money", "date", "time")


async def run(step: Say, call: CallContext) -> Outcome:
    """Say everything in order, or nothing where a value is none of its kind: half a sentence helps nobody.

    Told is what kind of value was said, not the value: a service may have answered it.
    """
    variables = variables_of(call)
    said: list[tuple[str, list[str]]] = []
    for spoken in step.say:
        kind = kind_of(spoken)
        try:
            said.append((kind, _sounds(spoken, kind, variables, call.language)))
        except (ValueError, TemplateError):
            call.tell("unsayable", kind=kind)
            return GoTo(step.failure or step.next)
    keys = call.skip_keys if step.barge_in else ""
    for kind, sounds in said:
        if kind != "prompt":
            call.tell("said", kind=kind, language=call.language)
        heard = await call.say(sounds, keys=keys)
        if heard.hung_up:
            return HungUp()
        if heard.key:
            break
    return GoTo(step.next)


def kind_of(spoken: Spoken) -> str:
    """Which of its settings is given: ``prompt``, or a kind of value."""
    return "prompt" if spoken.prompt is not None else next(one for one in KINDS if getattr(spoken, one) is not None)


def _sounds(spoken: Spoken, kind: str, variables: Mapping[str, str], language: str) -> list[str]:
    if spoken.prompt is not None:
        return [spoken.prompt]
    value = fill(cast(str, getattr(spoken, kind)), variables)
    return say(language, kind, value, currency=spoken.currency, weekday=spoken.weekday)


__all__ = ["KINDS", "kind_of", "run"]
