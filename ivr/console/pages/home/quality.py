"""A reviewer's part of my work: drawn calls, calls of which the machine cannot tell, calls by risk."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nicegui import ui

from ivr.console.parts.frame import button, element
from ivr.console.parts.plot import figure
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, table
from ivr.console.parts.work import heading, language_name, link, percent, when
from ivr.console.services import reviews, samples
from ivr.console.services.cards import ReviewHead
from ivr.console.services.samples import DrawnCall, RankedCall
from ivr.console.view import View, notice
from ivr.core.language import Text
from recording.review.states import REVIEW

SHOWN = 15
UNSURE = Text("verdicts the machine cannot tell", "机器无法判断的判定数")
UNSURE_SHARE = Text(
    "share of verdicts the machine cannot tell; possible forbidden phrases come first",
    "机器无法判断的判定比例；疑似禁用语优先",
)
RISK = Text("sum of what the reasons bring, docs: quality work", "各原因权重之和，见质检工作文档")


async def build(view: View) -> None:
    """The lists, those that need a person most first."""
    await _drafts(view)
    await _drawn(view)
    await _ranked(view)


async def _drafts(view: View) -> None:
    found = await reviews.list_reviews(view.console, view.who, state="draft", limit=SHOWN)
    if not found:
        return
    heading(view, Text("Begun, not submitted", "未提交的评分"), len(found))
    table(
        view,
        [
            Column[ReviewHead](Text("Call", "通话"), lambda one: str(one.call), number=True),
            Column[ReviewHead](Text("Agent", "坐席"), lambda one: one.agent, classes=when),
            Column[ReviewHead](Text("Why", "来源"), lambda one: view.say(_SOURCES.get(one.source, Text("", "")))),
            Column[ReviewHead](Text("Opened", "开始"), lambda one: view.at(one.opened_at, "%m-%d %H:%M"), classes=when),
        ],
        found,
        label=Text("Begun, not submitted", "未提交的评分"),
        href=lambda one: f"/calls/{one.call}?agent={quote(one.agent)}",
    )


async def _drawn(view: View) -> None:
    found = await samples.month(view.console, view.who)
    before = await samples.month(view.console, view.who, samples.month_before(view.console))

    async def draw() -> None:
        new = 0
        for one in (before, found):
            new += (await samples.draw(view.console, view.who, one.month)).drawn - one.drawn
        notice(Text(f"{new} calls drawn", f"新抽取 {new} 通"), good=True)
        ui.navigate.reload()

    with still("section", "card").props('data-part="sample"'):
        heading(view, Text(f"Sample of {found.month}", f"{found.month} 抽检"))
        with element("div", "figures"):
            figure(view, Text("drawn by lot", "已抽取"), str(found.drawn))
            figure(view, Text("reviewed", "已复核"), str(found.reviewed))
            left = before.drawn - before.reviewed
            if left:
                figure(view, Text(f"left of {before.month}", f"{before.month} 未复核"), str(left))
        with element("div", "acts"):
            button(view.say(Text("Draw what is due", "抽取到期样本")), view.does(draw)).props('data-do="draw"')
    open_ = [one for one in (*before.calls, *found.calls) if one.state != "submitted"]
    open_.sort(key=lambda one: (-one.unsure, one.started_at))
    drawn = before.drawn + found.drawn
    nothing = Text("Everything drawn is reviewed.", "已抽取的通话均已复核。")
    table(
        view,
        [
            *_which_call(view),
            Column[DrawnCall](Text("Language", "语言"), lambda one: language_name(view, one.language), classes=when),
            Column[DrawnCall](Text("Cannot tell", "无法判断"), lambda one: str(one.unsure), number=True, hint=UNSURE),
            Column[DrawnCall](Text("Machine", "机器分"), lambda one: percent(one.percent), number=True),
            Column[DrawnCall](Text("Out of", "候选"), lambda one: str(one.candidates), number=True),
            Column[DrawnCall](Text("Review", "评分"), lambda one: _of(view, one)),
        ],
        open_[:SHOWN],
        label=Text("My sample", "我的样本"),
        href=lambda one: f"/calls/{one.call}?agent={quote(one.agent)}&sample=1",
        nothing=nothing if drawn else Text("Nothing is drawn yet.", "尚未抽样。"),
    )
    if len(open_) > SHOWN:
        more = len(open_) - SHOWN
        element("p", "faint", text=view.say(Text(f"and {more} more", f"另有 {more} 通")))


async def _ranked(view: View) -> None:
    found = await samples.ranked(view.console, view.who, most=SHOWN)
    heading(view, Text("Where the machine cannot tell", "机器无法判断"))
    table(
        view,
        [
            *_which_call(view),
            Column[RankedCall](Text("Language", "语言"), lambda one: language_name(view, one.language), classes=when),
            Column[RankedCall](
                Text("Cannot tell", "无法判断"), lambda one: f"{one.unsure:.0f} %", number=True, hint=UNSURE_SHARE
            ),
            Column[RankedCall](Text("Forbidden?", "疑似禁用语"), lambda one: str(one.forbidden or ""), number=True),
            Column[RankedCall](Text("Machine", "机器分"), lambda one: percent(one.percent), number=True),
        ],
        found.cannot_tell,
        label=Text("Where the machine cannot tell", "机器无法判断"),
        href=lambda one: f"/calls/{one.call}?agent={quote(one.agent)}",
        nothing=Text("The machine could tell everything.", "机器均可判断。"),
    )
    heading(view, Text("By risk", "按风险"))
    among = found.among
    element(
        "p",
        "faint",
        text=view.say(
            Text(
                f"among the newest calls nobody has reviewed ({among}); not drawn by lot",
                f"最近未复核的 {among} 份评分中；非抽签所得",
            )
        ),
    )
    table(
        view,
        [
            *_which_call(view),
            Column[RankedCall](Text("Risk", "风险"), lambda one: f"{one.risk:.0f}", number=True, hint=RISK),
            Column[RankedCall](Text("Why", "原因"), lambda one: view.say(Text(", ", "、")).join(one.reasons)),
            Column[RankedCall](Text("Machine", "机器分"), lambda one: percent(one.percent), number=True),
        ],
        found.risky,
        label=Text("By risk", "按风险"),
        href=lambda one: f"/calls/{one.call}?agent={quote(one.agent)}",
        nothing=Text("Nothing seems wrong.", "未发现风险。"),
    )
    with element("p"):
        link(view.say(Text("Calibration sessions", "校准会")), "/calibration")


_SOURCES = {
    "spot": Text("drawn by lot", "抽检"),
    "chosen": Text("chosen", "自选"),
    "dispute": Text("second, for a dispute", "申诉二次评分"),
    "calibration": Text("calibration", "校准"),
}


def _which_call(view: View) -> list[Column[Any]]:
    """The columns every list of calls begins with."""
    return [
        Column[DrawnCall | RankedCall](Text("Call", "通话"), lambda one: str(one.call), number=True),
        Column[DrawnCall | RankedCall](Text("Agent", "坐席"), lambda one: one.agent, classes=when),
        Column[DrawnCall | RankedCall](
            Text("Began", "开始时间"), lambda one: view.at(one.started_at, "%m-%d %H:%M"), classes=when
        ),
    ]


def _of(view: View, one: DrawnCall) -> str:
    if not one.state:
        return ""
    return f"{one.reviewer}: {view.say(REVIEW.states[one.state])}"


__all__ = ["build"]
