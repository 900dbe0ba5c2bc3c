"""Plans of staffing and results of simulations, for the terminal and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.queues.simulation.measures import Waits
from ivr.reports.clean import clean
from ivr.reports.figures import seconds
from ivr.reports.terminal_parts import plain_table, title
from ivr.reports.traffic.bars import BARS_FROM, bar, named, sparkline
from ivr.reports.traffic.staffing import Need

STEADY = Text(
    "Erlang C takes it that nobody gives up, Erlang A that callers do as measured; both that calls come at random at "
    "an even rate, and that every agent serves every call.",
    "Erlang C 假定无人放弃，Erlang A 按实测耐心计算放弃；两者均假定来电随机且均匀、任一坐席可接任一来电。",
)


def plan_view(needs: Sequence[Need], width: int = 120) -> RenderableType:
    """A day's need, interval by interval, in ``width`` columns."""
    table = plain_table()
    bars = width >= BARS_FROM
    if not bars:
        table.padding = (0, 0, 0, 0)
    for name in (
        Text("from", "时段"),
        Text("calls", "来电"),
        Text("AHT", "处理\n时长"),
        Text("Erlang", "爱尔兰"),
        Text("agents\nC", "坐席\nC"),
        Text("agents\nA", "坐席\nA"),
        Text("level\n%", "服务\n水平%"),
        Text("gave\nup %", "放弃\n%"),
        Text("busy\n%", "占用\n%"),
        Text("roster", "排班"),
    ):
        table.add_column(str(name), justify="right", overflow="fold")
    if bars:
        table.add_column("", no_wrap=True, style="cyan")
    most = max((one.roster for one in needs), default=0)
    shown = [one for one in needs if one.calls]
    for one in shown:
        staffed = one.advised
        table.add_row(
            one.name or "—",
            f"{one.calls:.1f}",
            seconds(one.handling_s),
            f"{staffed.load:.2f}",
            str(one.patient.agents),
            "—" if one.impatient is None else str(one.impatient.agents),
            f"{100 * staffed.level:.1f}",
            "—" if one.impatient is None else f"{100 * staffed.abandoned:.1f}",
            f"{100 * staffed.occupancy:.0f}",
            str(one.roster),
            *([bar(one.roster, most, 14)] if bars else []),
        )
    parts: list[RenderableType] = [table]
    if len(needs) > 2:
        calls = sparkline([one.calls for one in needs], low=0)
        agents = sparkline([float(one.roster) for one in needs], low=0)
        parts += [named(Text("calls ", "来电"), calls), named(Text("roster", "排班"), agents)]
    idle = max((one.roster for one in needs if not one.calls), default=0)
    if idle:
        parts.append(Line(str(Text(f"without calls: {idle} on duty", f"无来电时段：在岗 {idle} 人"))))
    parts.append(Line(str(STEADY), style="dim"))
    return Group(*parts)


def plan_rows(needs: Sequence[Need]) -> list[dict[str, Any]]:
    """A plan as plain data."""
    return [
        {
            "from": one.name or None,
            "calls": one.calls,
            "handling_s": one.handling_s,
            "erlang_c": _plain(asdict(one.patient)),
            "erlang_a": None if one.impatient is None else _plain(asdict(one.impatient)),
            "roster": one.roster,
        }
        for one in needs
    ]


def waits_view(columns: Mapping[Text, Mapping[str, Waits]], levels: Mapping[str, float]) -> RenderableType:
    """Waits by queue, one column a way of getting them: measured, replayed, changed."""
    parts: list[RenderableType] = []
    queues = sorted({queue for found in columns.values() for queue in found})
    for queue in queues:
        table = plain_table()
        table.add_column("")
        for name in columns:
            table.add_column(str(name), justify="right", no_wrap=True)
        found = [column.get(queue) for column in columns.values()]
        for text, of in _measures(f"{levels.get(queue, 20.0):g}"):
            table.add_row(str(text), *("—" if one is None else of(one) for one in found))
        parts += [title(Text(f"Queue {clean(queue, 60)}", f"队列 {clean(queue, 60)}")), table]
    return Group(*parts)


def _measures(within: str) -> list[tuple[Text, Callable[[Waits], str]]]:
    return [
        (Text("offered", "进入队列"), lambda one: str(one.offered)),
        (Text("answered", "已接"), lambda one: str(one.answered)),
        (Text("abandoned", "放弃"), lambda one: str(one.abandoned)),
        (Text("waited longest allowed", "等满时限"), lambda one: str(one.timeout)),
        (Text("never served", "始终未接"), lambda one: str(one.unserved)),
        (
            Text(f"service level within {within} s [B2]", f"{within} 秒内服务水平 [B2]"),
            lambda one: "—" if one.level is None else f"{100 * one.level:.1f} %",
        ),
        (Text("average speed of answer [B4]", "平均应答时间 [B4]"), lambda one: _time(one.speed)),
        (Text("95 % answered within", "95% 接听于"), lambda one: _time(one.p95)),
        (Text("longest wait", "最长等待"), lambda one: _time(one.longest)),
        (Text("starved callers", "饥饿来电"), lambda one: str(one.starved)),
    ]


def waits_plain(columns: Mapping[str, Mapping[str, Waits]]) -> dict[str, Any]:
    """The same as plain data."""
    return {name: {queue: asdict(waits) for queue, waits in found.items()} for name, found in columns.items()}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if value == float("inf") else value for name, value in row.items()}


def _time(value: float | None) -> str:
    return "—" if value is None else seconds(value)
