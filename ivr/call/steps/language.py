"""Ask for the language once and keep it to the end of the call (A3)."""

from __future__ import annotations

from dialplan.model import LanguageChoice
from ivr.call.channel import ALL_KEYS, Heard
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: LanguageChoice, call: CallContext) -> Outcome:
    """Each language offers itself in its own words; silence takes the site's first. Nobody is asked twice."""
    if call.chosen:
        return GoTo(step.next)
    for _ in range(step.tries):
        heard = await _offer(step, call)
        if heard.hung_up:
            return HungUp()
        if heard.key in step.choices:
            call.tell("key", key=heard.key, language=step.choices[heard.key])
            await call.choose_language(step.choices[heard.key])
            return GoTo(step.next)
        call.tell("invalid", key=heard.key) if heard.key else call.tell("timeout")
    await call.choose_language(call.site.languages[0])
    return GoTo(step.next)


async def _offer(step: LanguageChoice, call: CallContext) -> Heard:
    for key, language in step.choices.items():
        await call.channel.set_language(language)
        prompt = f"language-offer-{key}"
        call.tell("prompt", prompt=prompt, language=language)
        heard = await call.channel.play(prompt, keys=ALL_KEYS)
        if heard.key or heard.hung_up:
            return heard
    return await call.channel.wait_key(step.timeout)
