"""Whether a site is right: what the check says of it, and how its scenarios go."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from ivr.call.simulation.suite import Report, run_suite
from ivr.call.site_check import unheard
from ivr.call.versions.start import check_folder
from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.flows.models import ChecksTold, ProblemTold, ScenariosTold, ScenarioTold
from ivr.console.services.flows.shelf import FOLDER, computed, folder_of, opened
from ivr.core.problems import Problem, Severity


async def checks(console: Console, who: Person, source: str = FOLDER) -> ChecksTold:
    """What the check finds, the worst first: in the folder by default, which is what a reload would take.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such version.
        SiteError: if there is no such folder.
    """
    who.must(Permission.FLOWS)
    if source == FOLDER:
        today = console.clock.now().astimezone().date()
        problems = await asyncio.to_thread(lambda: _all_problems(folder_of(console.settings), today))
    else:
        problems = list((await opened(console, source)).problems)
    problems.sort(key=lambda one: one.severity is not Severity.ERROR)
    errors = sum(one.severity is Severity.ERROR for one in problems)
    return ChecksTold(
        source=source,
        errors=errors,
        warnings=len(problems) - errors,
        problems=[ProblemTold.of(one) for one in problems],
    )


async def scenarios(console: Console, who: Person) -> ScenariosTold:
    """Run the scenarios in the folder of the site against what the folder holds.

    Raises:
        Forbidden: if he may not see flows.
        SiteError: if the site or a file of scenarios cannot be used.
    """
    who.must(Permission.FLOWS)
    one = await opened(console, FOLDER)
    report: Report = await computed(console, lambda: run_suite(one.simulator, one.folder))
    passed = sum(result.ok for result in report.results)
    return ScenariosTold(
        passed=passed,
        failed=len(report.results) - passed,
        steps=len(report.coverage.steps),
        missed=report.coverage.missed,
        scenarios=[
            ScenarioTold(
                name=result.name,
                where=result.where,
                ok=result.ok,
                differences=[f"{found.where} {found.text}" for found in result.differences],
                path=result.story.path,
                outcome=result.story.outcome,
            )
            for result in report.results
        ],
    )


def _all_problems(folder: Path, today: date) -> list[Problem]:
    checked = check_folder(folder, today=today)
    more = unheard(folder, checked.edition.site) if checked.edition is not None else []
    return [*checked.problems, *more]


__all__ = ["checks", "scenarios"]
