"""Calls at random through a site's flows, and what must be true of every one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dialplan.model import Collect, FlowStep, LanguageChoice, Lookup, Menu, Site, Survey
from dialplan.sites import demo_site
from ivr.call.fake import HANGUP, TIMEOUT, ScriptedCaller
from ivr.call.simulation import Item, LookupReply, Plan, Simulator, Story, Visit
from ivr.call.simulation.plan import WORDS
from ivr.journal.facts import CallOpened, StepFact

KEYS = "0123456789*#"
VALUES = ["", "12.50", "-1", "2026-03-04", "09:30", "ready", "waiting", "in-repair", "blocked", "yes", "0", "x" * 400]
LONGEST_CALL = 4 * 3600.0
MOST_STEPS = 400


SITES = sorted(path for path in demo_site().parent.iterdir() if (path / "site.yaml").is_file())
"""The folders of the sites that travel with the code."""

simulator_of = lru_cache(Simulator.of_site)


_KEY = st.sampled_from(KEYS)
_ENTRY = st.text("0123456789", min_size=2, max_size=12).flatmap(lambda digits: st.sampled_from([digits, digits + "#"]))
_ACTION = st.one_of(
    _KEY, _KEY, _KEY, _ENTRY, _KEY.map("!{}".format), st.just(TIMEOUT), st.just(TIMEOUT), st.just(HANGUP)
)
_SENSIBLE = st.integers(0, 9).map("pick {}".format)
ACTIONS = st.lists(_SENSIBLE, min_size=4, max_size=25) | st.lists(_SENSIBLE | _SENSIBLE | _ACTION, max_size=25)
"""What a caller does; ``pick 3`` is what fits the step he is in: its fourth choice, as many digits as it wants."""
_MOMENT = st.integers(0, 6 * 365 * 24 * 4).map(
    lambda quarters: datetime(2024, 1, 1, tzinfo=UTC) + quarters * timedelta(minutes=15)
)


def _words(verb: str) -> st.SearchStrategy[list[str]]:
    known = [word for word in WORDS[verb] if word != "key"] + [f"key {key}" for key in "12" if verb == "queue"]  # type: ignore[index]
    return st.lists(st.sampled_from(known), min_size=1, max_size=4)


_FITTING = {
    "date": "2026-03-04", "as_of": "2026-03-04", "ready_on": "2026-03-04", "time": "09:30", "balance": "12.50",
    "cost": "80", "amount": "12.50", "id": "4711",
}  # fmt: skip


def _value(path: str) -> st.SearchStrategy[str]:
    """What a service would say there, most of the time."""
    fitting = _FITTING.get(path.rpartition(".")[2])
    states = st.sampled_from(["ready", "waiting", "in-repair", "blocked", "active"])
    sensible = st.just(fitting) if fitting else states
    return sensible | sensible | sensible | st.sampled_from(VALUES)


def _answers(lookup: Lookup) -> st.SearchStrategy[list[LookupReply]]:
    def made(values: tuple[str, ...]) -> Any:
        answer: dict[str, Any] = {}
        for path, value in zip(lookup.save.values(), values, strict=True):
            inner = answer
            *parts, last = path.split(".")
            for part in parts:
                inner = inner.setdefault(part, {})
            inner[last] = value
        return answer

    answers = st.tuples(*(_value(path) for path in lookup.save.values())).map(made)
    one = st.builds(
        LookupReply,
        status=st.sampled_from([200, 200, 200, 200, 200, 200, 0, 404, 500, 302]),
        json=answers | answers | answers | st.sampled_from([None, [], "text", 7, {"card": None}]),
        after=st.sampled_from([0.0, 0.5, 2.0, 9.0, 60.0]),
    )
    return st.lists(one, min_size=1, max_size=3)


def plans(site: Site) -> st.SearchStrategy[Plan]:
    """Any call to ``site``, in any world."""
    lookups = {
        f"{flow}/{name}": _answers(step)
        for flow, one in site.flows.items()
        for name, step in one.steps.items()
        if isinstance(step, Lookup)
    }
    callers = ["", "13800138000", "02588880000", *(number for one in site.callers.values() for number in one.numbers)]
    return st.builds(
        Plan,
        to=st.sampled_from(sorted(site.numbers)),
        at=_MOMENT,
        caller=st.sampled_from(callers),
        replies=st.fixed_dictionaries({}, optional={verb: _words(verb) for verb in WORDS}),
        lookups=st.fixed_dictionaries({}, optional=lookups),
        switches=st.dictionaries(st.sampled_from(sorted(site.hours)), st.sampled_from(["open", "closed"]))
        if site.hours
        else st.just({}),
        accessible=st.booleans(),
    )


class Walker(ScriptedCaller):
    """Knows where in the flow he is, and so what fits; silent after the last of his actions."""

    def __init__(self, site: Site, actions: list[str]) -> None:
        super().__init__(actions, TIMEOUT)
        self._site = site
        self._step: FlowStep | None = None
        self._entered = False  # digits, in the step he is in

    def follow(self, visit: Visit, item: Item | None) -> None:
        """Told where he is."""
        self._step = self._site.flows[visit.flow].steps[visit.step]
        self._entered = self._entered and item is not None

    def at_wait(self, seconds: float) -> str:
        """What he does when he is asked."""
        if self.script and self.script[0].startswith("pick "):
            self.script[0] = self._fitting(int(self.script[0].removeprefix("pick ")))
        return super().at_wait(seconds)

    def _fitting(self, number: int) -> str:
        keys: list[str]
        match self._step:
            case Menu() | LanguageChoice():
                keys = [*self._step.choices]
            case Collect() if self._entered and self._step.confirm:
                keys, self._entered = ["1", "1", "2"], False
            case Collect():
                self._entered = True
                keys = ["1234567890"[: self._step.min].ljust(self._step.min, "7") + self._step.terminator]
            case Survey():
                keys = [key for question in self._step.questions for key in question.keys]
            case _:
                keys = ["1", "2", "3"]
        return keys[number % len(keys)]


def walk(simulator: Simulator, plan: Plan, actions: list[str]) -> Story:
    """One call."""
    walker = Walker(simulator.site, actions)
    return asyncio.run(simulator.call(plan, walker, walker.follow))


def faults(site: Site, story: Story) -> Iterator[str]:
    """What no call may come to: each of them is a fault of the flow or of a step."""
    if story.error is not None:
        yield f"the engine failed: {story.error!r}"
    if story.longest_silence > site.patience + 0.1:
        yield f"{story.longest_silence} s without a sound, {site.patience} are allowed"
    if len(story.visits) > MOST_STEPS or story.seconds > LONGEST_CALL:
        yield f"no end: {len(story.visits)} steps, {story.seconds} s"
    missing = sorted({item.detail["prompt"] for item in story.sounds if item.detail.get("missing")})
    if missing:
        yield f"prompts that are not there: {missing}"
    if story.ended == "line" and not story.sounds:
        yield "the line hangs up without a word"
    yield from _untold(story)


def rude_end(site: Site, story: Story) -> Iterator[str]:
    """Whether the line hangs up without a goodbye: a hangup step or a closing formula (A9)."""
    if story.ended != "line":
        return
    closings = {
        step.closing for flow in site.flows.values() for step in flow.steps.values() if hasattr(step, "closing")
    }
    last = story.visits[-1]
    said = story.sounds[-1].detail["prompt"] if story.sounds else ""
    if last.kind != "hangup" and said not in closings:
        yield f"the line hangs up in {last.name} without a goodbye"


def _untold(story: Story) -> Iterator[str]:
    """The journal knows of the call, of each of its steps, and of its end."""
    if not story.facts or not isinstance(story.facts[0], CallOpened):
        yield "the journal does not know of the call"
        return
    told = [fact for fact in story.facts if isinstance(fact, StepFact)]
    entered = [(fact.step, fact.kind) for fact in told if fact.event == "enter"]
    if entered != [(visit.step, visit.kind) for visit in story.visits]:
        yield f"the journal knows of the steps {entered}"
    handed = any(item.what == "handover" for item in story.visits[-1].items[-1:]) if story.visits else False
    if story.ended == "caller" and not handed and (not told or told[-1].event != "hangup"):
        yield "the journal does not know that the caller hung up"
