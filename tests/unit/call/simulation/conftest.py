"""Simulated calls to sites made of a few steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialplan.loading import load_site
from dialplan.model import Flow, Site
from dialplan.sites import demo_site
from ivr.call.fake import TIMEOUT, ScriptedCaller
from ivr.call.simulation import Plan, Simulator, Story

AT = datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Steps = Mapping[str, Mapping[str, Any]]
SimulateSteps = Callable[..., Story]


@pytest.fixture(scope="session")
def demo() -> Site:
    return load_site(demo_site())


def site_of(demo: Site, steps: Steps, /, **changes: Any) -> Site:
    """The demo site with ``steps`` as the flow of number 1000."""
    flow = Flow.model_validate({"start": next(iter(steps)), "steps": steps})
    return demo.model_copy(update={"flows": {**demo.flows, "main": flow}, **changes})


@pytest.fixture
def simulate(demo: Site) -> SimulateSteps:
    """Simulate a call through ``steps``."""

    def run(steps: Steps | None = None, *actions: str, **given: Any) -> Story:
        changes: dict[str, Any] = {"queues": given.pop("queues")} if "queues" in given else {}
        site = site_of(demo, steps, **changes) if steps is not None else demo.model_copy(update=changes)
        called: dict[str, Any] = {"to": "1000", "at": AT, "caller": "13800138000"} | given
        plan = Plan(**called)
        return asyncio.run(Simulator(site).call(plan, ScriptedCaller(actions, TIMEOUT)))

    return run
