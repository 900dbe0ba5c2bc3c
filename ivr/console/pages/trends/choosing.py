"""What stands over every view of trends: view, period, queue, agent. All of it is in the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, get_args
from urllib.parse import urlencode

from nicegui import ui

from ivr.console.parts.form import choice, text_field
from ivr.console.parts.frame import button, element
from ivr.console.services.trends import traffic
from ivr.console.services.trends.period import Period, PeriodTold, Wanted
from ivr.console.view import View
from ivr.core.language import Text

VIEWS = {
    "service": Text("Service", "服务指标"),
    "load": Text("Load", "话务负荷"),
    "scores": Text("Scores", "质检得分"),
    "items": Text("Items", "质检项目"),
    "surveys": Text("Survey", "满意度"),
    "sheet": Text("Monthly sheet", "月度考核表"),
}
PERIODS: dict[str, Text] = {
    "today": Text("Today", "今天"),
    "7d": Text("7 days", "7 天"),
    "30d": Text("30 days", "30 天"),
    "month": Text("This month", "本月"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for.

    Args:
        shown: which view.
        wanted: period and filters.
        item: of the items, one of them.
    """

    shown: str = "service"
    wanted: Wanted = field(default_factory=Wanted)
    item: str = ""

    @classmethod
    def of(cls, view: View) -> Asked:
        """What the page's address asks for; what is no such thing is left at its default."""
        given = view.query
        shown = given.get("view", "service")
        period = given.get("period", "7d")
        lengths = {"month": 7, "since": 10, "until": 10, "queue": 64, "agent": 64}
        plain: dict[str, Any] = {name: given.get(name, "")[:length] for name, length in lengths.items()}
        if period in get_args(Period):
            plain["period"] = period
        return cls(shown if shown in VIEWS else "service", Wanted.model_validate(plain), given.get("item", "")[:64])

    def address(self, **changes: str) -> str:
        """The address of the same with changes; ``view`` and ``item`` too."""
        wanted = self.wanted.model_dump()
        values = {"view": self.shown, **wanted, "item": self.item} | changes
        if values["period"] not in {"month", "days"}:
            values |= {"month": "", "since": "", "until": ""}
        return "/trends?" + urlencode({name: value for name, value in values.items() if value})


def styles() -> None:
    """What these pages look like beyond what all do."""
    ui.add_head_html('<link rel="stylesheet" href="/static/trends.css">')


async def choose(view: View, asked: Asked) -> None:
    """Links to the views and periods, and fields for filters; each leads to another address."""
    styles()
    with element("nav", "tabs") as made:
        made.props["aria-label"] = view.say(Text("Views", "视图"))
        for name, title in VIEWS.items():
            linked(view.say(title), asked.address(view=name, item=""), here=name == asked.shown)
    with element("div", "chosen"):
        if asked.shown != "sheet":
            for name, title in PERIODS.items():
                here = asked.wanted.period == name and not asked.wanted.month
                linked(view.say(title), asked.address(period=name, month=""), "button", here=here)
        await _filters(view, asked)


async def _filters(view: View, asked: Asked) -> None:
    known = await traffic.names(view.console, view.who, asked.wanted)
    site = view.console.site()
    queues = {name: name for name in sorted({*known.queues, *site.queues, asked.wanted.queue} - {""})}
    agents = {
        name: site.agents[name].name if name in site.agents else name
        for name in sorted({*known.agents, *site.agents, asked.wanted.agent} - {""})
    }

    def go(**changes: str) -> None:
        ui.navigate.to(asked.address(**changes))

    month = text_field(
        view, Text("Month", "月份"), asked.wanted.month, name="month", most=7, width="96px",
        changed=lambda value: go(period="month", month=value),
    )  # fmt: skip
    month.element.props["placeholder"] = "YYYY-MM"
    if asked.shown != "sheet":
        since = text_field(view, Text("From", "起"), asked.wanted.since, kind="date", name="since")
        until = text_field(view, Text("To", "止"), asked.wanted.until, kind="date", name="until")
        button(
            view.say(Text("Show", "查看")),
            view.does(lambda: go(period="days", since=since.value, until=until.value or since.value)),
        ).props('data-do="days"')
        every = view.say(Text("All queues", "全部队列"))
        choice(
            view, Text("Queue (team)", "队列（团队）"), {"": every} | queues, asked.wanted.queue, name="queue",
            changed=lambda value: go(queue=value),
        )  # fmt: skip
    everybody = view.say(Text("All agents", "全部坐席"))
    with element("div").props("data-words"):  # agents are called what they are called
        choice(
            view, Text("Agent", "坐席"), {"": everybody} | agents, asked.wanted.agent, name="agent",
            changed=lambda value: go(agent=value),
        )  # fmt: skip


def linked(text: str, href: str, classes: str = "", *, here: bool = False) -> None:
    """A link; ``here``: to where one is."""
    made = element("a", classes, text=text)
    made.props["href"] = href
    if here:
        made.props('aria-current="page"')


def told(view: View, period: PeriodTold) -> None:
    """Which days the figures are of, and which are missing."""
    first, last = period.first.isoformat(), period.last.isoformat()
    days = first if first == last else f"{first} – {last}"
    text = Text(f"{days}, {period.zone}", f"{days}，{period.zone}")
    if period.live:
        text = Text(f"{text.en}; today so far", f"{text.zh}；含今日至今")
    element("p", "faint told", text=view.say(text)).props("data-ready")
    if period.missing:
        missing = Text(
            f"{period.missing} days are still being added up and not in these figures; look again in a minute.",
            f"有 {period.missing} 天正在汇总，暂未计入；请稍后刷新。",
        )
        element("p", "warn", text=view.say(missing)).props('role="status"')


__all__ = ["PERIODS", "VIEWS", "Asked", "choose", "linked", "styles", "told"]
