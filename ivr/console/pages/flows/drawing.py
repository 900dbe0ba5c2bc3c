"""The page of a flow: its drawing, the step that was chosen, and the simulator beside it."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from nicegui import ui

from ivr.console.pages.flows.common import tabs
from ivr.console.pages.flows.simulator import Simulator
from ivr.console.pages.flows.step import show_step
from ivr.console.parts.drawing import FlowDrawing
from ivr.console.parts.form import choice
from ivr.console.parts.frame import button, element
from ivr.console.services import flows
from ivr.console.services.flows.models import Overview, VersionsTold
from ivr.console.view import View
from ivr.core.language import Text

PERIODS = {
    "1": Text("last hour", "最近 1 小时"),
    "24": Text("last day", "最近 1 天"),
    "168": Text("last week", "最近 7 天"),
}


class FlowPage:
    """One opening of the page.

    Args:
        view: who looks.
        site: what is drawn: in force, the folder, a version.
    """

    def __init__(self, view: View, site: Overview) -> None:
        self.view = view
        self.site = site
        names = [one.name for one in site.flows]
        wanted = view.query.get("flow", "")
        self.flow = wanted if wanted in names else names[0]
        self.hours = view.query.get("hours", "24") if view.query.get("hours") in PERIODS else "24"
        self.chosen = view.query.get("step", "")

    async def build(self, kept: VersionsTold) -> None:
        """All of it."""
        self._choices(kept)
        with element("div", "flow-split").props("data-ready"):
            with element("div"):
                self.drawing = FlowDrawing(self.view, self.choose)
                self._legend = element("p", "faint")
            with element("div", "flow-side"):
                with element("div", "row-of"):
                    self._turns = [
                        button(self.view.say(text), self.view.does(partial(self.turn, which)))
                        for which, text in (
                            ("try", Text("Try a call", "模拟来电")),
                            ("step", Text("Step", "步骤")),
                        )
                    ]
                self._try = element("div")
                self._step = element("div")
                with self._try:
                    self.simulator = Simulator(self.view, self.site, self.went)
                    self.simulator.build()
        await self.draw()
        self.turn("step" if self.chosen else "try")
        if self.chosen:
            await self.choose(self.chosen)

    def _choices(self, kept: VersionsTold) -> None:
        view = self.view
        sources = {"in-force": view.say(Text("in force", "生效版本")) + f" {kept.in_force or ''}"}
        sources["folder"] = view.say(Text("site's folder", "站点目录"))
        if kept.folder_differs:
            sources["folder"] += view.say(Text(" (changed)", "（有更改）"))
        for one in kept.versions[:20]:
            if not one.in_force:
                sources[one.version] = (
                    f"{one.version} {view.at(one.times[0].at if one.times else one.stored, '%m-%d %H:%M')}"
                )
        names = {
            one.name: one.name + (f" ({', '.join(one.numbers)})" if one.numbers else "") for one in self.site.flows
        }
        periods = {hours: view.say(text) for hours, text in PERIODS.items()}
        with element("div", "row-of"):
            choice(view, Text("Flow", "流程"), names, self.flow, name="flow", changed=lambda name: self.go(flow=name))
            choice(view, Text("Site", "站点"), sources, self.site.source, name="source",
                   changed=lambda name: self.go(source=name))  # fmt: skip
            choice(view, Text("Calls of", "通话时段"), periods, self.hours, name="hours",
                   changed=lambda name: self.go(hours=name))  # fmt: skip

    def go(self, **changed: str) -> None:
        """To the same page with something else chosen."""
        query = {"flow": self.flow, "source": self.site.source, "hours": self.hours} | changed
        ui.navigate.to(f"/flows?{urlencode(query)}")

    async def draw(self) -> None:
        """The flow that is shown, and the figures of its steps."""
        view = self.view
        self.drawing.show(svg=await flows.drawing(view.console, view.who, self.flow, self.site.source))
        found = await flows.traffic(view.console, view.who, self.flow, int(self.hours))
        marks = {
            one.step: {"calls": f"{one.calls:,}", "lost": f"−{one.gave_up:,}" if one.gave_up else ""}
            for one in found.steps
        }
        self.drawing.show(marks=marks)
        self._legend.clear()
        calls = f"{found.calls:,}"
        some = Text("", "") if found.whole else Text("the newest ", "最新 ")
        words = Text(
            f"Over each step: {some.en}{calls} calls that came there; − callers who hung up there unserved.",
            f"步骤上方：{some.zh}{calls} 通中到达该步骤的通数；− 为未获服务即挂机的来电。",
        )
        with self._legend:
            element("span", text=view.say(words))

    def turn(self, which: str) -> None:
        """Show the simulator or the step beside the drawing."""
        for name, part, one in zip(("try", "step"), (self._try, self._step), self._turns, strict=True):
            part.set_visibility(name == which)
            one.props(f'aria-pressed="{str(name == which).lower()}"')
            one.classes(add="main" if name == which else "", remove="" if name == which else "main")

    async def choose(self, name: str) -> None:
        """Show a step."""
        view = self.view
        found = await flows.step(view.console, view.who, self.flow, name, self.site.source)
        self.drawing.show(chosen=name)
        self._step.clear()
        with self._step:
            show_step(view, found, self.choose)
        self.turn("step")

    async def went(self, path: list[tuple[str, str]]) -> None:
        """A simulated call went so far: by flow and step."""
        if path and path[-1][0] != self.flow:
            self.flow = path[-1][0]
            await self.draw()
        self.drawing.show(path=[step for flow, step in path if flow == self.flow], chosen="")


async def build(view: View) -> None:
    """The page."""
    tabs(view, "/flows")
    site = await flows.overview(view.console, view.who, view.query.get("source", ""))
    await FlowPage(view, site).build(await flows.versions(view.console, view.who))


__all__ = ["build"]
