"""Which prompts a site plays, and which of them a language lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from dialplan.codes import problem
from dialplan.model import FlowStep, Greeting, LanguageChoice, Menu, Site
from dialplan.places import Places
from dialplan.schedule import GREETINGS
from dialplan.tree import Loc
from ivr.core.problems import Problem


def step_prompts(step: FlowStep) -> Iterator[tuple[str, Loc]]:
    """The prompts a step may play, each with the path inside the step that asks for it."""
    for index, prompt in enumerate(getattr(step, "prompts", ())):
        yield prompt, ("prompts", index)
    match step:
        case Greeting():
            for prompt in GREETINGS:
                yield prompt, ("step",)
            if step.notice:
                yield "recording-notice", ("notice",)
        case Menu():
            yield step.invalid, ("invalid",)
            yield step.silent, ("silent",)
            if step.failure is None:
                yield "no-input-last", ("step",)
        case LanguageChoice():
            for key in step.choices:
                yield f"language-offer-{key}", ("choices", key)


def prompts_used(site: Site) -> dict[str, Loc]:
    """Every prompt the flows play, with the path of the first place that asks for it."""
    used: dict[str, Loc] = {}
    for flow_name, flow in site.flows.items():
        for step_name, step in flow.steps.items():
            for prompt, at in step_prompts(step):
                used.setdefault(prompt, ("flows", flow_name, "steps", step_name, *at))
    return used


def missing_prompts(site: Site, places: Places, known_prompts: Mapping[str, AbstractSet[str]]) -> Iterator[Problem]:
    """A problem for each prompt that one of the site's languages lacks."""
    for prompt, at in prompts_used(site).items():
        lacking = [
            language for language in dict.fromkeys(site.languages) if prompt not in known_prompts.get(language, ())
        ]
        if lacking:
            yield problem("DP231", places.of(*at), what=prompt, languages=", ".join(lacking))


__all__ = ["missing_prompts", "prompts_used", "step_prompts"]
