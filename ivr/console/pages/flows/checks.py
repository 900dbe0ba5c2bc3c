"""What the check says of a site, and how its scenarios go."""

from __future__ import annotations

from ivr.console.pages.flows.common import problem_table, tabs
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.services import flows
from ivr.console.services.flows.models import ScenariosTold, ScenarioTold
from ivr.console.view import View
from ivr.core.language import Text


async def build(view: View) -> None:
    """The page."""
    tabs(view, "/flows/checks")
    found = await flows.checks(view.console, view.who)
    count = Text(
        f"The site's folder: {found.errors} errors, {found.warnings} warnings",
        f"站点目录：{found.errors} 个错误，{found.warnings} 个警告",
    )
    with element("section"):
        element("h2", text=view.say(count))
        nothing = Text("Nothing is wrong in the site's folder.", "站点目录没有问题。")
        problem_table(view, found.problems, nothing=nothing)
    with element("section", "card").style("margin-top: 12px"):
        element("h2", text=view.say(Text("Scenarios", "场景测试")))
        what = Text(
            "Calls written down in tests/*.yaml of the site's folder, and what is expected of them.",
            "站点目录 tests/*.yaml 中写明的来电及其预期结果。",
        )
        element("p", "faint", text=view.say(what))

        async def run() -> None:
            report = await flows.scenarios(view.console, view.who)
            room.clear()
            with room:
                _report(view, report)

        button(view.say(Text("Run them", "运行")), view.does(run), main=True).props('data-do="scenarios"')
        room = element("div").style("margin-top: 8px")


def _report(view: View, report: ScenariosTold) -> None:
    total = report.passed + report.failed
    reached = report.steps - len(report.missed)
    words = Text(
        f"{report.passed} of {total} pass; {reached} of {report.steps} steps reached",
        f"共 {total} 个，通过 {report.passed} 个；到达步骤 {reached}/{report.steps}",
    )
    element("p", "bad" if report.failed else "good", text=view.say(words)).props("data-report")
    columns: list[Column[ScenarioTold]] = [
        Column(
            Text("Result", "结果"),
            lambda one: view.say(Text("passes", "通过") if one.ok else Text("fails", "失败")),
            classes=lambda one: "good" if one.ok else "bad",
        ),
        Column(Text("Scenario", "场景"), lambda one: one.name),
        Column(Text("Where", "位置"), lambda one: one.where),
        Column(Text("Outcome", "通话结果"), lambda one: one.outcome),
        Column(Text("Different from expected", "与预期不符"), lambda one: "; ".join(one.differences)),
    ]
    table(view, columns, report.scenarios, label=Text("Scenarios", "场景测试"))
    if report.missed:
        missed = ", ".join(report.missed)
        element("p", "warn", text=view.say(Text(f"No scenario reaches: {missed}", f"没有场景到达：{missed}")))


__all__ = ["build"]
