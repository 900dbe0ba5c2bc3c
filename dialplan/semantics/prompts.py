"""Which prompts a site plays, and which of them a language lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from dialplan.codes import problem
from dialplan.model import (
    Callback,
    Collect,
    Enqueue,
    FlowStep,
    Greeting,
    Input,
    Ladder,
    LanguageChoice,
    Queue,
    Record,
    Say,
    Site,
    Survey,
    Transfer,
    Voicemail,
)
from dialplan.places import Places
from dialplan.schedule import GREETINGS
from dialplan.tree import Loc
from ivr.core.problems import Problem

CALLBACK_PROMPTS = (
    "callback-number",
    "callback-confirm",
    "callback-confirm-only",
    "callback-enter",
    "callback-refused",
    "callback-accepted",
    "callback-full",
    "callback-hello",
    "recording-notice",
    "callback-take",
    "callback-cancelled",
    "goodbye",
)
CONFIRM_PROMPTS = ("collect-entered", "collect-confirm", "invalid-choice", "no-input")
"""What ``collect`` says where it reads an entry back."""
REVIEW_PROMPTS = ("record-review", "record-review-last", "record-kept")
"""What the caller is told of his message, where he may review it."""


def step_prompts(step: FlowStep) -> Iterator[tuple[str, Loc]]:
    """The prompts a step may play in the caller's language, each with the path inside the step that asks for it."""
    for index, prompt in enumerate(getattr(step, "prompts", ())):
        yield prompt, ("prompts", index)
    if isinstance(step, Input):
        yield from _input(step)
    match step:
        case Greeting():
            yield from _greeting(step)
        case Say():
            for index, one in enumerate(step.say):
                if one.prompt is not None:
                    yield one.prompt, ("say", index, "prompt")
        case Survey():
            yield from _survey(step)
        case Transfer():
            for index, prompt in enumerate(step.failed):
                yield prompt, ("failed", index) if "failed" in step.model_fields_set else ("step",)
        case _:
            yield from _fixed(step)


def _greeting(step: Greeting) -> Iterator[tuple[str, Loc]]:
    for prompt in GREETINGS:
        yield prompt, ("step",)
    if step.notice:
        yield "recording-notice", ("notice",)
    if step.refuse_key is not None:
        yield f"recording-refusal-{step.refuse_key}", ("refuse_key",)
        yield "recording-refused", ("refuse_key",)


def _fixed(step: FlowStep) -> Iterator[tuple[str, Loc]]:
    """The prompts that a kind of step always plays, or plays where a setting asks for it."""
    match step:
        case Collect() if step.confirm and not step.secret:
            yield from _all(CONFIRM_PROMPTS, "confirm")
        case Enqueue():
            yield from _all(("queue-join",))
        case Callback():
            yield from _all(CALLBACK_PROMPTS)
        case Voicemail() | Record():
            yield from _all(REVIEW_PROMPTS if step.review else (), "review")
            yield from _all(("record-failed",) if isinstance(step, Record) else ())


def _all(prompts: tuple[str, ...], setting: str = "step") -> Iterator[tuple[str, Loc]]:
    return ((prompt, (setting,)) for prompt in prompts)


def _input(step: Input) -> Iterator[tuple[str, Loc]]:
    for index, prompt in enumerate(getattr(step, "again", ())):
        yield prompt, ("again", index)
    for setting in ("invalid", "silent"):
        for prompt in getattr(step, setting) if step.tries > 1 else ():
            yield prompt, _written(step, setting)
    if isinstance(step, Ladder) and step.failure is None:
        yield step.closing, _written(step, "closing")


def _written(step: Input, setting: str) -> Loc:
    return (setting,) if setting in step.model_fields_set else ("step",)


def _survey(step: Survey) -> Iterator[tuple[str, Loc]]:
    for index, question in enumerate(step.questions):
        for position, prompt in enumerate(question.prompts):
            yield prompt, ("questions", index, "prompts", position)
    for index, prompt in enumerate(step.thanks):
        yield prompt, ("thanks", index)


def queue_prompts(queue: Queue) -> Iterator[tuple[str, Loc]]:
    """The prompts a queue's own settings ask for, each with the path inside the queue."""
    if not queue.join_empty:
        yield "queue-nobody", ("join_empty",)
    if queue.title_prompt is not None:
        yield queue.title_prompt, ("title_prompt",)
    for index, prompt in enumerate(queue.comfort):
        yield prompt, ("comfort", index)


def language_offers(step: LanguageChoice) -> Iterator[tuple[str, str, Loc]]:
    """The prompts a language choice plays, each with the one language it is played in and its path."""
    for key, language in step.choices.items():
        yield f"language-offer-{key}", language, ("choices", key)


def prompts_used(site: Site) -> dict[str, dict[str, Loc]]:
    """Every prompt the flows play: the languages it is played in, each with the first path that asks for it."""
    used: dict[str, dict[str, Loc]] = {}
    for flow_name, flow in site.flows.items():
        for step_name, step in flow.steps.items():
            start: Loc = ("flows", flow_name, "steps", step_name)
            for prompt, at in step_prompts(step):
                for language in site.languages:
                    used.setdefault(prompt, {}).setdefault(language, (*start, *at))
            if isinstance(step, LanguageChoice):  # each language offers itself
                for prompt, own, at in language_offers(step):
                    used.setdefault(prompt, {}).setdefault(own, (*start, *at))
    for name, queue in site.queues.items():
        for prompt, at in queue_prompts(queue):
            for language in site.languages:
                used.setdefault(prompt, {}).setdefault(language, ("queues", name, *at))
    return used


def missing_prompts(site: Site, places: Places, known_prompts: Mapping[str, AbstractSet[str]]) -> Iterator[Problem]:
    """A problem for each prompt that one of the languages it is played in lacks."""
    for prompt, languages in prompts_used(site).items():
        lacking = [language for language in languages if prompt not in known_prompts.get(language, ())]
        if lacking:
            yield problem("DP231", places.of(*languages[lacking[0]]), what=prompt, languages=", ".join(lacking))


__all__ = ["language_offers", "missing_prompts", "prompts_used", "queue_prompts", "step_prompts"]
