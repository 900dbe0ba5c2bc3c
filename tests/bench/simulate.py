"""Simulated calls: ``scripts/bench simulate [CALLS]``.

Calls with keys at random to the largest site that travels with the code, against the same number of calls to a flow of
one hangup step: what is left is the cost of the steps. Both in one process, one after another, on one core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta

from dialplan.model import Flow, Lookup, Site
from ivr.call.fake import HANGUP, TIMEOUT, ScriptedCaller
from ivr.call.simulation import LookupReply, Plan, Simulator
from ivr.call.simulation.plan import WORDS
from tests.flow_walks import SITES

WITHIN = 10.0  # seconds for 1,000 calls
_KEYS = [*"0123456789*#", "1234#", "123456#", "12345678#", TIMEOUT, HANGUP]
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def largest() -> tuple[str, Simulator]:
    """The site with the most steps."""
    found = {folder.name: Simulator.of_site(folder) for folder in SITES}
    return max(found.items(), key=lambda one: steps_of(one[1].site))


def steps_of(site: Site) -> int:
    """How many steps its flows have."""
    return sum(len(flow.steps) for flow in site.flows.values())


def plan_of(site: Site, dice: random.Random) -> Plan:
    """A call at some time of the year, in a world that answers somehow."""
    replies: dict[str, list[str]] = {
        verb: [dice.choice([word for word in words if word != "key"])] for verb, words in WORDS.items()
    }
    looked = [f"{flow}/{name}" for flow, one in site.flows.items() for name, step in one.steps.items()
              if isinstance(step, Lookup)]  # fmt: skip
    answers = {name: [LookupReply(status=dice.choice([200, 404, 500, 0]), json={})] for name in looked}
    at = _BEGIN + timedelta(minutes=dice.randrange(365 * 24 * 60))
    return Plan(dice.choice(sorted(site.numbers)), at, "13800138000", replies, answers)


async def calls(simulator: Simulator, count: int, seed: int) -> tuple[float, int]:
    """Seconds for ``count`` calls, and the steps they went through."""
    dice = random.Random(seed)
    plans = [plan_of(simulator.site, dice) for _ in range(count)]
    scripts = [[dice.choice(_KEYS) for _ in range(dice.randrange(12))] for _ in range(count)]
    begun = time.perf_counter()
    steps = 0
    for plan, script in zip(plans, scripts, strict=True):
        story = await simulator.call(plan, ScriptedCaller(script, TIMEOUT))
        if story.error is not None:
            raise story.error
        steps += len(story.visits)
    return time.perf_counter() - begun, steps


def main() -> None:
    """Measure and say so in JSON; 1 when it takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="?", type=int, default=1000)
    count = parser.parse_args().calls
    name, simulator = largest()
    site = simulator.site
    empty = Flow.model_validate({"start": "end", "steps": {"end": {"step": "hangup"}}})
    bare = Simulator(site.model_copy(update={"flows": dict.fromkeys(site.flows, empty)}))
    asyncio.run(calls(simulator, 50, 0))  # sounds are measured, holidays reckoned
    seconds, steps = asyncio.run(calls(simulator, count, 1))
    least, _ = asyncio.run(calls(bare, count, 1))
    print(
        json.dumps(
            {
                "site": name,
                "steps_of_the_site": steps_of(site),
                "calls": count,
                "seconds": round(seconds, 2),
                "steps_passed": steps,
                "ms_a_call": round(1000 * seconds / count, 2),
                "ms_a_call_of_an_empty_flow": round(1000 * least / count, 2),
                "ratio": round(seconds / least, 1),
            },
            indent=2,
        )
    )
    raise SystemExit(seconds > WITHIN * count / 1000)


if __name__ == "__main__":
    main()
