"""Calls at random through flows: ``scripts/drill flows [CALLS]``.

So many calls to each site that travels with the code, and as many to sites that are made up: any keys, any silence, any
moment of hanging up, any answer of a queue, a phone or a service, any date. What no call may come to is in
tests/flow_walks.py; the tests run the same with fewer calls.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.call.simulation import Simulator
from tests.flow_maker import sites
from tests.flow_walks import ACTIONS, SITES, faults, plans, rude_end, simulator_of, walk


def _long(calls: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(max_examples=calls, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def site(folder: Path, calls: int) -> dict[str, float]:
    """Calls to one site."""
    simulator = simulator_of(folder)
    steps: set[str] = set()

    @_long(calls)
    @given(plan=plans(simulator.site), actions=ACTIONS)
    def call(plan, actions) -> None:  # type: ignore[no-untyped-def]
        story = walk(simulator, plan, actions)
        steps.update(visit.name for visit in story.visits)
        assert [*faults(simulator.site, story), *rude_end(simulator.site, story)] == []

    begun = time.perf_counter()
    call()
    of = sum(len(flow.steps) for flow in simulator.site.flows.values())
    return {"calls": calls, "steps": of, "steps_passed": len(steps), "seconds": round(time.perf_counter() - begun, 1)}


def made_up(calls: int) -> dict[str, float]:
    """Calls to sites that are made up, one each."""
    kinds: set[str] = set()

    @_long(calls)
    @given(data=st.data())
    def call(data: st.DataObject) -> None:
        made = data.draw(sites())
        story = walk(Simulator(made), data.draw(plans(made)), data.draw(ACTIONS))
        kinds.update(visit.kind for visit in story.visits)
        assert list(faults(made, story)) == []

    begun = time.perf_counter()
    call()
    return {"calls": calls, "kinds_of_steps": len(kinds), "seconds": round(time.perf_counter() - begun, 1)}


def main() -> None:
    """Run all of them; the first fault ends it with the smallest call that shows it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="?", type=int, default=5000)
    calls = parser.parse_args().calls
    figures: dict[str, dict[str, float]] = {}
    for folder in [*SITES, None]:
        name = folder.name if folder else "made up"
        figures[name] = site(folder, calls) if folder else made_up(calls)
        print(name, json.dumps(figures[name]), file=sys.stderr, flush=True)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
