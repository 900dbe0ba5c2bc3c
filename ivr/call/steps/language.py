"""Ask for the language once and keep it to the end of the call (A3)."""

from __future__ import annotations

from collections.abc import Sequence

from dialplan.model import LanguageChoice
from ivr.call.asking import Missed, answered, ladder
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import CallContext, HumanWanted
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: LanguageChoice, call: CallContext) -> Outcome:
    """Each language offers itself in its own words; silence takes the site's first. Nobody is asked twice."""
    if call.chosen:
        return GoTo(step.next)

    async def attempt(lead: Sequence[str], _question: Sequence[str]) -> str | Missed | HungUp:
        async def speak(first: bool) -> Heard:
            return await _offer(step, call, lead if first else [])

        heard = await answered(call, speak, step.timeout, step.choices)
        if heard.hung_up:
            return HungUp()
        return heard.key if heard.key in step.choices else Missed(bool(heard.key), heard.key)

    try:
        key = await ladder(call, step, attempt, [])
    except HumanWanted:
        await call.choose_language(call.site.languages[0])
        raise
    if isinstance(key, HungUp):
        return key
    if key is not None:
        call.tell("key", key=key, language=step.choices[key])
    await call.choose_language(call.site.languages[0] if key is None else step.choices[key])
    return GoTo(step.next)


async def _offer(step: LanguageChoice, call: CallContext, lead: Sequence[str]) -> Heard:
    if lead:  # nobody knows yet which language he speaks
        await call.channel.set_language(call.language)
        heard = await call.say(lead, keys=ALL_KEYS)
        if heard.key or heard.hung_up:
            return heard
    for key, language in step.choices.items():
        await call.channel.set_language(language)
        prompt = f"language-offer-{key}"
        call.tell("prompt", prompt=prompt, language=language)
        heard = await call.play(prompt, keys=ALL_KEYS, language=language)
        if heard.key or heard.hung_up:
            return heard
    return Heard()
