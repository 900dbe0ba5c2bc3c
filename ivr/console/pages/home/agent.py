"""An agent's part of my work: his scores and his calls."""

from __future__ import annotations

from ivr.console.parts.frame import element
from ivr.console.parts.plot import figure, plot
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, table
from ivr.console.parts.work import heading, language_name, percent, when
from ivr.console.services.home.agent import OwnCallView, own
from ivr.console.view import View
from ivr.core.language import Text

FINAL = Text(
    "mean of the scores that count (machine, review, dispute) of the calls begun in the last 30 days",
    "近 30 天通话最终得分（机器、人工、申诉）的均值",
)
FINALS = Text("mean final score, per cent", "平均最终得分（%）")


async def build(view: View) -> None:
    """Figures, trend, newest calls."""
    found = await own(view.console, view.who)
    if found is None:
        return
    with still("section", "card").props('data-part="own"'):
        heading(view, Text("My scores, last 30 days", "我的得分，近 30 天"))
        with element("div", "figures"):
            figure(view, Text("mean score", "平均得分"), percent(found.mean), formula=FINAL)
            figure(view, Text("scored calls", "已评通话"), str(found.n))
            figure(view, Text("fail-all", "一票否决"), str(found.failed_all))
    if found.days:
        plot(
            view,
            Text("My scores by day", "每日得分"),
            {
                "xAxis": {"type": "category", "data": [f"{one.day:%m-%d}" for one in found.days]},
                "yAxis": {"type": "value", "min": 0, "max": 100},
                "series": [
                    {
                        "type": "line",
                        "name": view.say(FINALS),
                        "data": [None if one.mean is None else round(one.mean, 1) for one in found.days],
                    }
                ],
            },
            (Text("day", "日期"), FINALS, Text("calls", "通话数")),
            [(one.day.isoformat(), one.mean, one.n) for one in found.days],
            n=found.n,
            height=180,
        )
    heading(view, Text("My newest calls", "我的最近通话"))
    table(
        view,
        [
            Column[OwnCallView](Text("Call", "通话"), lambda one: str(one.call), number=True),
            Column[OwnCallView](
                Text("Began", "开始时间"), lambda one: view.at(one.started_at, "%m-%d %H:%M"), classes=when
            ),
            Column[OwnCallView](Text("Queue", "队列"), lambda one: one.queue),
            Column[OwnCallView](Text("Language", "语言"), lambda one: language_name(view, one.language), classes=when),
            Column[OwnCallView](Text("Talk", "通话时长"), lambda one: _clock(one.talk_s), number=True),
            Column[OwnCallView](Text("Machine", "机器分"), lambda one: percent(one.machine), number=True),
            Column[OwnCallView](Text("Counts", "最终分"), lambda one: percent(one.final), number=True),
            Column[OwnCallView](
                Text("Failed items", "不合格项"), lambda one: view.say(Text(", ", "、")).join(one.failed)
            ),
            Column[OwnCallView](Text("Dispute", "申诉"), lambda one: one.dispute, classes=when),
        ],
        found.calls,
        label=Text("My newest calls", "我的最近通话"),
        href=lambda one: f"/calls/{one.call}",
        nothing=Text("No calls yet.", "暂无通话。"),
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


__all__ = ["build"]
