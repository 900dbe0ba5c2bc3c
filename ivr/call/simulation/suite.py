"""Run a site's scenarios and say how they went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ivr.call.fake import TIMEOUT, ScriptedCaller
from ivr.call.simulation.coverage import Coverage, coverage
from ivr.call.simulation.expectations import Difference, differences
from ivr.call.simulation.files import Written, load_scenarios, refusal
from ivr.call.simulation.run import Simulator
from ivr.call.simulation.scenario import plan_of
from ivr.call.simulation.story import Story
from ivr.call.simulation.strangers import strangers


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went."""

    name: str
    where: str
    story: Story
    differences: list[Difference]

    @property
    def ok(self) -> bool:
        """Whether all was as expected."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """As plain data for ``--json``."""
        return {
            "name": self.name,
            "where": self.where,
            "ok": self.ok,
            "differences": [one.as_dict() for one in self.differences],
            "path": self.story.path,
            "ended": self.story.ended,
            "outcome": self.story.outcome,
            "unanswered_lookups": self.story.unanswered,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """How all of them went, and which steps they passed."""

    results: list[Result]
    coverage: Coverage

    @property
    def ok(self) -> bool:
        """Whether there are any, and all went as expected."""
        return bool(self.results) and all(result.ok for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """As plain data for ``--json``."""
        passed = sum(result.ok for result in self.results)
        return {
            "ok": self.ok,
            "passed": passed,
            "failed": len(self.results) - passed,
            "scenarios": [result.as_dict() for result in self.results],
            "coverage": self.coverage.as_dict(),
        }


async def run_suite(simulator: Simulator, folder: Path, only: str = "") -> Report:
    """Run the scenarios of the site in ``folder``, or those whose name or file holds ``only``.

    Raises:
        SiteError: if a file of scenarios cannot be used, or names what the site has not.
    """
    results = []
    scenarios = load_scenarios(folder)
    if problems := [one for written in scenarios for one in strangers(written, simulator.site)]:
        raise refusal(problems)
    for written in scenarios:
        where = written.where()
        if only in written.scenario.name or only in where:
            results.append(await run_scenario(simulator, written))
    return Report(results, coverage(simulator.site, [result.story for result in results]))


async def run_scenario(simulator: Simulator, written: Written) -> Result:
    """Run one scenario; the caller is silent after the last thing he does."""
    scenario, site = written.scenario, simulator.site
    plan = plan_of(scenario, written.file, ZoneInfo(site.zone), next(iter(site.numbers)))
    story = await simulator.call(plan, ScriptedCaller(scenario.keys, TIMEOUT))
    return Result(scenario.name, written.where(), story, differences(written, story))


__all__ = ["Report", "Result", "run_scenario", "run_suite"]
