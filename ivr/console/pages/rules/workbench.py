"""How sure the machine is: figures on labelled clips, the curve of strictness on reviewed calls, the thresholds."""

from __future__ import annotations

from ivr.console.pages.rules.books import tabs
from ivr.console.pages.trends.shown import NOTHING, categories, legend, per_cent, rounded
from ivr.console.parts.form import choice
from ivr.console.parts.frame import element, empty
from ivr.console.parts.plot import plot
from ivr.console.parts.table import Column, table
from ivr.console.services.rules import workbench
from ivr.console.services.rules.workbench import CurveTold, LevelTold, ShareTold, WorkbenchTold
from ivr.console.view import View
from ivr.core.language import Text

PRECISION = Text("of those called said, the share that was", "判为已说的当中确实说了的比例")
RECALL = Text(
    "of those that were said, the share called said; cannot tell is not detected",
    "确实说了的当中判为已说的比例；无法判断不算检出",
)
WRONG = Text("definite verdicts that are not true", "确定判定中错误的比例")


async def build(view: View) -> None:
    """Figures, curve, thresholds."""
    tabs(view, "/rules/workbench")
    found = await workbench.workbench(view.console, view.who)
    _figures(view, found)
    await _curve(view)
    _thresholds(view, found)


def _figures(view: View, found: WorkbenchTold) -> None:
    element("h2", text=view.say(Text("On labelled clips", "标注片段上的表现")))
    about = Text(
        "Clips whose truth is known, not those the thresholds were chosen on; intervals of 95 %: quote the lower one.",
        "在已知真值、且未用于选择阈值的片段上测得；95% 区间，引用时请取下限。",
    )
    element("p", "faint", text=view.say(about))
    columns: list[Column[LevelTold]] = [
        Column(Text("Noise", "信噪比"), lambda one: _level(view, one.level)),
        Column(Text("Clips", "片段"), lambda one: f"{one.clips:,}", number=True),
        Column(Text("Precision", "精确率"), lambda one: _share(one.precision), number=True, hint=PRECISION),
        Column(Text("Recall", "召回率"), lambda one: _share(one.recall), number=True, hint=RECALL),
        Column(Text("F1", "F1"), lambda one: _share(one.f1), number=True),
        Column(
            Text("Cannot tell", "无法判断"),
            lambda one: NOTHING if one.cannot_tell is None else f"{100 * one.cannot_tell:.1f} %",
            number=True,
        ),
        Column(Text("Wrong of definite", "确定判定中错误"), lambda one: _share(one.wrong), number=True, hint=WRONG),
        Column(
            Text("False alarms an hour", "误报/小时"),
            lambda one: NOTHING if one.alarms_per_hour is None else f"{one.alarms_per_hour:.1f}",
            number=True,
        ),
    ]
    nothing = Text(
        "The file of thresholds holds no figures: ivr qa tune writes them.",
        "阈值文件不含评测结果（由 ivr qa tune 写入）。",
    )
    table(view, columns, found.levels, label=Text("Workbench", "测试台"), nothing=nothing)


async def _curve(view: View) -> None:
    first = await workbench.strictness(view.console, view.who)
    names = {"": view.say(Text("All phrases", "全部话术"))} | first.items
    element("h2", "below", text=view.say(Text("Strictness, on reviewed calls", "严格程度曲线（已复核通话）")))
    about = Text(
        "Calls of the last half year, drawn by lot and reviewed: what precision and recall would be if a phrase "
        "counted as said from each score on.",
        "近半年抽签并复核的通话：若以各分数为判定界限，精确率与召回率分别是多少。",
    )
    element("p", "faint", text=view.say(about))
    around = element("div").props('data-part="curve"')

    async def draw(item: str) -> None:
        told = await workbench.strictness(view.console, view.who, item if item in names else "")
        around.clear()
        with around:
            _drawn(view, told)

    with element("div", "chosen"):
        choice(view, Text("Item", "项目"), names, "", name="item", changed=draw)
    around.move()
    with around:
        _drawn(view, first)


def _drawn(view: View, told: CurveTold) -> None:
    if not told.points:
        empty(view, Text("No reviewed calls drawn by lot yet.", "尚无抽签复核的通话。"))
        return
    at = [f"{one.at:g}" for one in told.points]
    options = {
        "legend": legend(),
        "xAxis": categories(at, name=view.say(Text("score", "分数")), nameLocation="middle", nameGap=22),
        "yAxis": per_cent(),
        "grid": {"left": 48, "right": 16, "top": 30, "bottom": 38},
        "series": [
            {"type": "line", "name": view.say(Text("precision", "精确率")), "symbolSize": 5,
             "data": [_hundred(one.precision) for one in told.points]},
            {"type": "line", "name": view.say(Text("recall", "召回率")), "symbolSize": 5,
             "data": [_hundred(one.recall) for one in told.points]},
        ],
    }  # fmt: skip
    head = [
        Text("Score", "分数"),
        Text("Precision", "精确率"),
        Text("n", "n"),
        Text("Recall", "召回率"),
        Text("n", "n"),
    ]
    body: list[list[str | int | float | None]] = [
        [
            name,
            _share(one.precision),
            one.precision.of if one.precision else 0,
            _share(one.recall),
            one.recall.of if one.recall else 0,
        ]
        for name, one in zip(at, told.points, strict=True)
    ]
    plot(view, Text("Precision and recall", "精确率与召回率"), options, head, body, n=told.verdicts)


def _thresholds(view: View, found: WorkbenchTold) -> None:
    with element("section", "card"):
        whose = Text("the site's", "站点") if found.own else Text("built in", "内置")
        title = Text(f"Thresholds {found.version}, {whose.en}", f"阈值 {found.version}（{whose.zh}）")
        element("h2", text=view.say(title))
        with element("details"):
            element("summary", text=view.say(Text("Values and where they come from", "数值与来源")))
            with element("dl", "pairs-of"):
                for name, value in {
                    **{name: f"{value:g}" for name, value in found.values.items()},
                    **found.made,
                }.items():
                    element("dt", text=name)
                    element("dd", text=value)


def _level(view: View, level: str) -> str:
    known = {"all": Text("all", "合计"), "clean": Text("clean", "无噪声")}
    return view.say(known[level]) if level in known else f"{level} dB"


def _share(one: ShareTold | None) -> str:
    return NOTHING if one is None else f"{100 * one.value:.1f} % ({100 * one.low:.1f}–{100 * one.high:.1f})"


def _hundred(one: ShareTold | None) -> float | None:
    return None if one is None else rounded(100 * one.value)


__all__ = ["build"]
