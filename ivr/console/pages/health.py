"""How the installation is: what runs, what waits, what does not agree, what it stands on; each with its cure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui

from ivr.console.page import Page
from ivr.console.parts.frame import button, element
from ivr.console.parts.plot import figure
from ivr.console.parts.table import Column, table
from ivr.console.security.permissions import Permission
from ivr.console.services import health
from ivr.console.services.health import CheckTold, HealthTold, JobTold, ProcessTold, VersionTold
from ivr.console.view import View, notice
from ivr.core.language import Text
from ivr.reports.health.check import State

EVERY = 60.0  # seconds between two looks
STATES = {
    State.GOOD: Text("good", "正常"),
    State.WARN: Text("look", "注意"),
    State.BAD: Text("bad", "异常"),
    State.UNKNOWN: Text("unknown", "未知"),
}
JOB_STATES = {
    "queued": Text("waiting", "等待"),
    "running": Text("being done", "处理中"),
    "done": Text("done", "完成"),
    "failed": Text("failed", "失败"),
    "quarantined": Text("set aside", "搁置"),
}

Show = Callable[[], Awaitable[None]]


async def build(view: View) -> None:
    """The page; it looks again every minute."""
    room = element("div")

    async def show() -> None:
        found = await health.overview(view.console, view.who)
        room.clear()
        with room:
            _overview(view, found, show)

    await show()
    _machine(view)
    ui.timer(EVERY, view.does(show), immediate=False)


def _overview(view: View, found: HealthTold, again: Show) -> None:
    with element("div", "health"):
        with element("section"):
            element("h2", text=view.say(Text("Processes", "进程")))
            _processes(view, found.processes)
        with element("section"):
            element("h2", text=view.say(Text("Versions", "版本")))
            columns: list[Column[VersionTold]] = [
                Column(Text("What", "项目"), lambda one: one.name),
                Column(Text("Version", "版本"), lambda one: one.version),
            ]
            table(view, columns, found.versions, label=Text("Versions", "版本"))
    with element("section"):
        element("h2", text=view.say(Text("What must agree", "一致性")))
        check_table(view, found.agreement, Text("What must agree", "一致性"))

        async def whole() -> None:
            told = await health.whole_audit(view.console, view.who)
            notice(f"{told.name}: {told.detail}", good=told.state is State.GOOD)

        button(view.say(Text("Check the whole audit chain", "校验整条审计链")), view.does(whole)).props(
            'data-do="audit"'
        ).style("margin-top: 6px")
    _jobs(view, found, again)


def _processes(view: View, processes: Sequence[ProcessTold]) -> None:
    def state(one: ProcessTold) -> None:
        words = Text("runs", "运行中") if one.running else Text("does not run", "未运行")
        element("span", "tag good" if one.running else "tag bad", text=view.say(words))

    columns: list[Column[ProcessTold]] = [
        Column(Text("Process", "进程"), lambda one: one.name),
        Column(Text("State", "状态"), state),
        Column(Text("Since", "启动时间"), lambda one: view.at(one.since)),
        Column(Text("Process id", "进程号"), lambda one: "" if one.pid is None else str(one.pid), number=True),
        Column(Text("Cure", "解决办法"), lambda one: one.cure),
    ]
    table(view, columns, processes, label=Text("Processes", "进程"))


def check_table(view: View, checks: Sequence[CheckTold], label: Text) -> None:
    """Things looked at, what was found, what to do."""

    def state(one: CheckTold) -> None:
        colour = {State.GOOD: "good", State.BAD: "bad", State.WARN: "warn"}.get(one.state, "")
        element("span", f"tag {colour}", text=view.say(STATES[one.state])).props(f'data-state="{one.state}"')

    columns: list[Column[CheckTold]] = [
        Column(Text("What", "项目"), lambda one: one.name),
        Column(Text("State", "状态"), state),
        Column(Text("Found", "结果"), lambda one: one.detail),
        Column(Text("Cure", "解决办法"), lambda one: one.cure),
    ]
    table(view, columns, checks, label=label)


def _jobs(view: View, found: HealthTold, again: Show) -> None:
    jobs = found.jobs
    with element("section"):
        element("h2", text=view.say(Text("Queue of jobs", "任务队列")))
        with element("div", "figures card"):
            for state, text in JOB_STATES.items():
                bad = state in {"failed", "quarantined"} and jobs.counts.get(state)
                figure(view, text, f"{jobs.counts.get(state, 0):,}", classes="bad" if bad else "")
            if jobs.oldest_waiting is not None:
                figure(view, Text("oldest waits since", "最早等待自"), view.at(jobs.oldest_waiting, "%m-%d %H:%M"))

        async def retry(one: JobTold) -> None:
            await health.retry(view.console, view.who, one.id)
            await again()

        def act(one: JobTold) -> None:
            button(view.say(Text("Retry", "重试")), view.does(partial(retry, one))).props(f'data-retry="{one.id}"')

        def call(one: JobTold) -> None:
            element("a", text=str(one.call)).props(f'href="/calls/{one.call}"')

        columns: list[Column[JobTold]] = [
            Column(Text("Call", "通话"), call, number=True),
            Column(Text("State", "状态"), lambda one: view.say(JOB_STATES.get(one.state, one.state))),
            Column(Text("Tries", "次数"), lambda one: str(one.attempts), number=True),
            Column(Text("Why", "原因"), lambda one: one.error[:400]),
            Column(Text("Ended", "结束"), lambda one: view.at(one.finished_at)),
            Column(Text("", ""), act),
        ]
        table(view, columns, jobs.failed, label=Text("Failed jobs", "失败的任务"),
              nothing=Text("No job has failed.", "没有失败的任务。"))  # fmt: skip


def _machine(view: View) -> None:
    """What takes seconds, when it is asked for."""
    with element("section").style("margin-top: 14px"):
        element("h2", text=view.say(Text("What the installation stands on", "运行环境")))
        what = Text(
            "Programs, speech models, site, database, disk, keys, ports, trunks: what ivr doctor looks at.",
            "程序、语音模型、站点、数据库、磁盘、密钥、端口、中继：即 ivr doctor 的检查内容。",
        )
        element("p", "faint", text=view.say(what))

        async def look() -> None:
            found = await health.machine(view.console, view.who)
            room.clear()
            with room:
                check_table(view, found, Text("What the installation stands on", "运行环境"))

        button(view.say(Text("Look", "检查")), view.does(look)).props('data-do="machine"')
        room = element("div").style("margin-top: 8px")


PAGES = [
    Page("/health", Text("Health", "健康"), build, permissions=(Permission.HEALTH,), icon="monitor_heart", key="e"),
]

__all__ = ["PAGES", "build", "check_table"]
