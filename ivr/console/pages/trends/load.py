"""When callers call: by weekday and hour, and by hour of the day (B6)."""

from __future__ import annotations

from collections import Counter

from ivr.console.pages.trends.choosing import Asked, told
from ivr.console.pages.trends.shown import INK, categories, numbers
from ivr.console.parts.frame import empty
from ivr.console.parts.plot import plot
from ivr.console.services.trends import traffic
from ivr.console.view import View
from ivr.core.language import Text

WEEKDAYS = (
    Text("Mon", "周一"),
    Text("Tue", "周二"),
    Text("Wed", "周三"),
    Text("Thu", "周四"),
    Text("Fri", "周五"),
    Text("Sat", "周六"),
    Text("Sun", "周日"),
)


async def show(view: View, asked: Asked) -> None:
    """A heat map of mean calls a day, and the hours of the day."""
    found = await traffic.heat(view.console, view.who, asked.wanted)
    told(view, found.period)
    if not found.calls:
        empty(view, Text("No call asked for an agent in this time.", "该时段没有来电请求人工。"))
        return
    hours = sorted({one.hour for one in found.cells})
    hours = list(range(hours[0], hours[-1] + 1))
    days = [view.say(one) for one in WEEKDAYS]
    means = {(one.weekday, one.hour): round(one.mean, 1) for one in found.cells}
    options = {
        "tooltip": {"position": "top", "renderMode": "richText"},
        "grid": {"left": 44, "right": 16, "top": 8, "bottom": 62},
        "xAxis": categories([f"{hour:02d}" for hour in hours]),
        "yAxis": categories(days, inverse=True),
        "visualMap": {
            "min": 0,
            "max": max(means.values()),
            "calculable": False,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemHeight": 120,
            "precision": 1,
            "textStyle": {"color": INK},
            "inRange": {"color": ["#eaf2fb", "#7fb2e5", "#1f5fbf", "#0b2f66"]},
        },
        "series": [
            {
                "type": "heatmap",
                "name": view.say(Text("calls a day", "日均来电")),
                "data": [[hours.index(hour), day, mean] for (day, hour), mean in means.items()],
                "itemStyle": {"borderWidth": 1, "borderColor": "rgba(128,128,128,.25)"},
            }
        ],
    }
    head = [Text("Hour", "小时"), *WEEKDAYS]
    body: list[list[str | int | float | None]] = [
        [f"{hour:02d}:00", *(means.get((day, hour), 0.0) for day in range(7))] for hour in hours
    ]
    plot(view, Text("Mean calls by weekday and hour", "按星期与小时的日均来电"), options, head, body,
         n=found.calls, height=320)  # fmt: skip
    _by_hour(view, found)


def _by_hour(view: View, found: traffic.HeatTold) -> None:
    hours: Counter[int] = Counter()
    for one in found.cells:
        hours[one.hour] += one.calls
    names = [f"{hour:02d}:00" for hour in sorted(hours)]
    counts = [hours[hour] for hour in sorted(hours)]
    options = {
        "xAxis": categories(names),
        "yAxis": numbers(minInterval=1),
        "series": [{"type": "bar", "name": view.say(Text("calls", "来电")), "data": counts, "barMaxWidth": 28}],
    }
    body: list[list[str | int | float | None]] = [
        [name, count, 100 * count / found.calls] for name, count in zip(names, counts, strict=True)
    ]
    head = [Text("Hour", "小时"), Text("Calls", "来电"), Text("Share %", "占比 %")]
    plot(view, Text("By hour of the day", "按小时"), options, head, body, n=found.calls)


__all__ = ["WEEKDAYS", "show"]
