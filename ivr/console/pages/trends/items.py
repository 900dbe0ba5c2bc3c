"""Which items are broken how often, with intervals; and one of them day by day."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from ivr.console.errors import NotFound
from ivr.console.pages.trends.choosing import Asked, linked, told
from ivr.console.pages.trends.shown import bars_with_ends, categories, few, numbers, rounded, share
from ivr.console.parts.frame import element, empty
from ivr.console.parts.plot import plot
from ivr.console.parts.table import Column, table
from ivr.console.services.trends import quality
from ivr.console.services.trends.quality import ItemTold, ShareTold
from ivr.console.view import View
from ivr.core.language import Text

FAILED = Text(
    "cards on which the item failed in the end / cards on which it counts, interval of 95 % (Wilson)",
    "最终不合格的评分表 ÷ 该项计入的评分表，95% 区间（Wilson）",
)
REPORTED = Text(
    "violations the machine reported / its definite verdicts, interval of 95 % (Wilson)",
    "机器判定违规 ÷ 机器的确定判定，95% 区间（Wilson）",
)
CORRECTED = Text(
    "the machine's rate corrected by its errors on calls drawn by lot that people reviewed (Rogan and Gladen)",
    "依据抽签复核所测得的机器误差校正后的比例（Rogan-Gladen）",
)
SHOWN = 15  # in the plot


async def show(view: View, asked: Asked) -> None:
    """All items, or one day by day."""
    found = await quality.items(view.console, view.who, asked.wanted)
    told(view, found.period)
    if not found.rows:
        empty(view, Text("No scorecards in this time.", "该时段没有评分表。"))
        return
    if asked.item:
        await _one(view, asked)
    else:
        _plot(view, found.rows, found.cards)
    columns: list[Column[ItemTold]] = [
        Column(Text("Item", "项目"), lambda row: row.title),
        Column(Text("Norm", "规范"), lambda row: row.norm),
        Column(
            Text("Failed", "不合格率"),
            lambda row: share(row.failed),
            number=True,
            hint=FAILED,
            classes=lambda row: few(row.failed.of if row.failed else 0),
        ),
        Column(Text("n", "n"), lambda row: f"{row.failed.of:,}" if row.failed else "0", number=True),
        Column(Text("Machine", "机器判定"), lambda row: share(row.reported), number=True, hint=REPORTED),
        Column(
            Text("Corrected", "校正后"),
            lambda row: share(row.corrected) if row.corrected else view.say(Text("not corrected", "未校正")),
            number=True,
            hint=CORRECTED,
            classes=lambda row: "" if row.corrected else "faint",
        ),
        Column(Text("Cannot tell", "无法判断"), lambda row: f"{row.unsure:,}", number=True),
        Column(Text("Reviewed", "已复核"), lambda row: f"{row.reviewed:,}", number=True),
    ]
    table(
        view,
        columns,
        found.rows,
        label=Text("Items of the scorecard", "评分项目"),
        href=lambda row: asked.address(item=row.item),
    )


def calls_of(item: str, verdict: str, since: str, until: str) -> str:
    """The list of calls an item came to something in."""
    return "/calls?" + urlencode({"rule": item, "verdict": verdict, "since": since, "until": until})


def _plot(view: View, rows: Sequence[ItemTold], cards: int) -> None:
    shown = [row for row in rows if row.failed is not None and row.failed.of >= 5][:SHOWN]
    if not shown:
        return
    options = {
        "grid": {"left": 40, "right": 16, "top": 12, "bottom": 88},
        "xAxis": categories([_short(row.title) for row in shown], axisLabel={"rotate": 30, "interval": 0}),
        "yAxis": numbers(min=0, axisLabel={"formatter": "{value} %"}),
        "series": [
            {"type": "bar", "name": view.say(Text("failed, %", "不合格率 %")), "barMaxWidth": 32,
             "data": [_hundred(row.failed, "value") for row in shown]},
            *bars_with_ends([_hundred(row.failed, "low") for row in shown],
                            [_hundred(row.failed, "high") for row in shown]),
        ],
    }  # fmt: skip
    head = [
        Text("Item", "项目"),
        Text("n", "n"),
        Text("Failed %", "不合格率 %"),
        Text("Low", "下限"),
        Text("High", "上限"),
    ]
    body = [
        [
            row.title,
            row.failed.of if row.failed else 0,
            *(_hundred(row.failed, one) for one in ("value", "low", "high")),
        ]
        for row in shown
    ]
    plot(view, Text("Most often broken", "不合格最多的项目"), options, head, body, n=cards, height=300)


async def _one(view: View, asked: Asked) -> None:
    try:
        found = await quality.one_item(view.console, view.who, asked.wanted, asked.item)
    except NotFound as error:
        empty(view, Text(error.message, error.message))
        return
    days = found.days
    options = {
        "xAxis": categories([one.day[5:] for one in days]),
        "yAxis": numbers(min=0, axisLabel={"formatter": "{value} %"}),
        "series": [
            {"type": "line", "name": view.say(Text("failed, %", "不合格率 %")), "symbolSize": 5,
             "data": [_hundred(one.failed, "value") for one in days]},
            *bars_with_ends([_hundred(one.failed, "low") for one in days],
                            [_hundred(one.failed, "high") for one in days]),
        ],
    }  # fmt: skip
    head = [Text("Day", "日期"), Text("n", "n"), Text("Failed %", "不合格率 %"), Text("Cannot tell", "无法判断")]
    body = [[one.day, one.failed.of if one.failed else 0, _hundred(one.failed, "value"), one.unsure] for one in days]
    n = found.whole.failed.of if found.whole.failed else 0
    plot(view, Text(found.whole.title, found.whole.title), options, head, body, n=n, height=220)
    since, until = found.period.first.isoformat(), found.period.last.isoformat()
    with element("p", "row-of"):
        linked(
            view.say(Text("Calls that missed it", "不合格的通话")),
            calls_of(asked.item, "missed", since, until),
            "button",
        )
        linked(
            view.say(Text("Calls where it cannot be told", "无法判断的通话")),
            calls_of(asked.item, "unsure", since, until),
            "button",
        )
        if found.whole.norm:
            linked(
                view.say(Text("What to say instead", "查看标准话术")), f"/knowledge?norm={found.whole.norm}", "button"
            )
        linked(view.say(Text("All items", "全部项目")), asked.address(item=""), "button")


def _hundred(found: ShareTold | None, name: str) -> float | None:
    return None if found is None else rounded(100 * float(getattr(found, name)))


def _short(title: str) -> str:
    return title if len(title) <= 16 else f"{title[:15]}…"


__all__ = ["calls_of", "show"]
