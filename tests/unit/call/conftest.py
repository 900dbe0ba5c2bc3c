"""A call in the demo site, with a caller who follows a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dialplan.loading import load_site
from dialplan.model import Flow, Language, Site
from dialplan.sites import demo_site
from ivr.call.context import CallContext
from ivr.call.fake import FakeChannel
from ivr.core.clock import FixedClock

Told = list[tuple[str, str, Mapping[str, Any]]]


class ListTrace:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: Told = []
        self.languages: list[str] = []
        self.outcomes: list[str] = []
        self.refusals = 0
        self.away: list[tuple[str, str]] = []

    def step(self, step: str, kind: str, event: str, detail: Mapping[str, Any]) -> None:
        self.told.append((step, event, detail))

    def language(self, language: Language) -> None:
        self.languages.append(language)

    def refused(self) -> None:
        self.refusals += 1

    def turned_away(self, queue: str, status: str) -> None:
        self.away.append((queue, status))

    def outcome(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def events(self, step: str) -> list[str]:
        return [event for name, event, _ in self.told if name == step and event not in {"enter", "prompt"}]


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(demo_site())


MakeCall = Callable[..., tuple[CallContext, FakeChannel, ListTrace]]


@pytest.fixture
def make_call(site: Site) -> MakeCall:
    def make(*script: str, steps: Mapping[str, Any] | None = None, flow: str = "main"):  # type: ignore[no-untyped-def]
        chosen = site
        if steps is not None:
            made = Flow.model_validate({"start": next(iter(steps)), "steps": steps})
            chosen = site.model_copy(update={"flows": {**site.flows, "test": made}})
            flow = "test"
        channel, trace = FakeChannel(script), ListTrace()
        clock = FixedClock(datetime(2026, 3, 4, 2, 0, tzinfo=UTC))  # a Wednesday, 10:00 in Shanghai
        call = CallContext("1.0", chosen, flow, channel, trace, clock, chosen.languages[0])  # type: ignore[arg-type]
        return call, channel, trace

    return make
