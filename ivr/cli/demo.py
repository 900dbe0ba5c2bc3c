"""``ivr demo``: real calls through the whole house."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, done, emit, errors, guarded, note, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.core.settings import Settings
    from ivr.demo.house import House
    from ivr.demo.run import Result


def add(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def demo(
        context: typer.Context,
        keep: Annotated[
            bool, typer.Option("--keep", help="Leave everything running afterwards. / 结束后保持运行")
        ] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Make real calls through the whole house; exit 0 if all went as described. / 演示：真实呼叫全流程"""
        settings = state(context).settings
        wrong = guarded(lambda: _demo(settings, keep=keep, as_json=as_json), as_json=as_json)
        raise typer.Exit(1 if wrong else 0)


def _demo(settings: Settings, *, keep: bool, as_json: bool) -> int:
    from ivr.core.log import configure_logging
    from ivr.demo.home import demo_home

    settings = _own_home(settings)
    with demo_home(settings):
        configure_logging(settings.home / "demo.log", level=settings.log_level)
        return asyncio.run(_interruptible(_perform(settings, keep=keep, as_json=as_json)))


def _own_home(settings: Settings) -> Settings:
    """The demo never uses the home of a real installation."""
    if "home" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"home": settings.home.with_name(settings.home.name + "-demo")})


async def _interruptible(work: Any) -> int:
    """Ctrl-C and SIGTERM end the work: everything that was started is stopped, a second Ctrl-C or not."""
    task = asyncio.ensure_future(work)

    def stop() -> None:
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return int(await task)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _perform(settings: Settings, *, keep: bool, as_json: bool) -> int:
    from ivr.demo.run import run_demo

    async with contextlib.AsyncExitStack() as stack:
        with DemoShow(quiet=as_json) as show:
            result, house = await run_demo(settings, show)
            stack.push_async_exit(house.__aexit__)
            result = await _console(result, show, stack)
        report = await asyncio.to_thread(_report, result)
        _print(result, report, keep=keep, as_json=as_json)
        if keep:
            await _stay(result, house)
    return len(result.deviations)


async def _console(result: Result, show: DemoShow, stack: contextlib.AsyncExitStack) -> Result:
    """Start the console for as long as ``stack`` stands, and see whether it shows the calls."""
    from ivr.cli.demo_console import deviations
    from ivr.demo.console import ConsoleProcess
    from ivr.demo.run import STAGES

    if result.settings.console == "off":
        return result
    show.stage(len(STAGES), STAGES[-1])
    process = await stack.enter_async_context(ConsoleProcess(result.settings))
    return replace(result, deviations=[*result.deviations, *await deviations(result, process)])


def _report(result: Result) -> Path:
    from ivr.reports.html import write_html

    path = result.settings.reports / "demo.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_html(path, result.stories, result.figures, title=Text("Demo", "演示"), zone=result.zone)
    return path


def _print(result: Result, report: Path, *, keep: bool, as_json: bool) -> None:
    from ivr.cli.demo_console import tell_how_to_open
    from ivr.demo.parts import PARTS
    from ivr.reports.terminal import print_indicators, print_story

    if as_json:
        emit(
            {
                "ok": not result.deviations,
                "report": str(report),
                "console": result.settings.console == "on",
                "deviations": [{"caller": one.part, "text": one.text.en} for one in result.deviations],
                "calls": [
                    {"linkedid": story.linkedid, "outcome": story.outcome, "hung_up_by": story.hung_up_by}
                    for story in result.stories
                ],
            }
        )
        return
    for part, story in zip(PARTS, result.stories, strict=True):
        console.rule(escape(f"{part.id} · {part.title}"), align="left")
        print_story(console, story)
    print_indicators(console, result.figures)
    note(f"HTML report: {report}", f"HTML 报告：{report}")
    if result.settings.console == "on" and not keep:
        tell_how_to_open(result.settings)
    for one in result.deviations:
        errors.print(
            f"[red]{escape(str(Text(f'caller {one.part}', f'来电 {one.part}')))}: {escape(str(one.text))}[/red]"
        )
    calls = len(PARTS)
    if result.deviations:
        text = Text(
            f"DEMO FAILED: {len(result.deviations)} things were not as described",
            f"演示失败：{len(result.deviations)} 处与描述不符",
        )
        errors.print(f"[red]{text}[/red]")
    else:
        done(
            f"DEMO PASSED: {calls} calls made, recorded, transcribed and judged as described",
            f"演示通过：{calls} 通电话均按描述完成呼叫、录音、转写与评判",
        )


async def _stay(result: Result, house: House) -> None:
    """Leave everything running until Ctrl-C; calls made meanwhile are judged as they end."""
    from ivr.agents import LOG_IN, accounts
    from ivr.cli import demo_console
    from ivr.demo.house import environment_of

    settings, site = result.settings, result.site
    server = f"{settings.host}:{settings.sip_port}"
    number = min(site.numbers)
    note(f"Everything keeps running. Call sip:{number}@{server}", f"系统保持运行。请拨打 sip:{number}@{server}")
    for one in accounts(settings, site):
        note(
            f"  {one.agent}: softphone user {one.user}, password {one.secret}, server {one.server}; {LOG_IN} logs in",
            f"  {one.agent} 的话机账号：用户 {one.user}，密码 {one.secret}，服务器 {one.server}；拨 {LOG_IN} 签入",
        )
    if settings.console == "on":
        demo_console.tell(settings, await demo_console.invite(settings))
    note(
        f"  callers need no account; Ctrl-C ends it all; then: IVR_HOME={settings.home} ivr calls list",
        f"  来电者无需账号；按 Ctrl-C 全部停止，之后可运行：IVR_HOME={settings.home} ivr calls list",
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "ivr.app", "qa", "run", "--watch"),
        stdin=asyncio.subprocess.DEVNULL,
        env=os.environ | environment_of(settings),
        start_new_session=True,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    try:
        await stop.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            worker.terminate()
        try:
            async with asyncio.timeout(10):
                await worker.wait()
        except TimeoutError:
            worker.kill()
            await worker.wait()


class DemoShow:
    """The demo on the terminal: stages, bars, and a table of callers that changes as they go on."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._tell: Tell | None = None
        self._bar: Any = None
        self._live: Live | None = None
        self._now: dict[int, str] = {}

    def __enter__(self) -> DemoShow:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def stage(self, number: int, title: Text) -> None:
        """One of the stages begins."""
        from ivr.demo.run import STAGES

        self._close()
        if not self._quiet:
            console.print(f"[bold]{number}/{len(STAGES)}[/bold] {escape(str(title))}")

    def progress(self, stage: str, share: float) -> None:
        """Part of a long work."""
        if self._tell is None:
            self._bar = progress_bar(quiet=self._quiet)
            self._tell = self._bar.__enter__()
        self._tell(stage, share)

    def call(self, part: int, text: Text) -> None:
        """What a caller does now."""
        if self._quiet:
            return
        self._now[part] = str(text)
        if not console.is_terminal:
            who = Text(f"caller {part}", f"来电 {part}") if part else Text("agents", "坐席")
            console.print(f"  {who}: {text}", markup=False)
            return
        if self._live is None:
            self._live = Live(console=console, refresh_per_second=8)
            self._live.__enter__()
        self._live.update(self._table())

    def _table(self) -> Table:
        from ivr.demo.parts import PARTS

        table = Table(box=None, pad_edge=True, show_header=False)
        table.add_row("", str(Text("agents", "坐席")), escape(self._now.get(0, "")))
        for part in PARTS:
            table.add_row(f"[bold]{part.id}[/bold]", escape(str(part.title)), escape(self._now.get(part.id, "…")))
        return table

    def _close(self) -> None:
        if self._live is not None:
            self._live.__exit__(None, None, None)
            self._live = None
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = self._tell = None


__all__ = ["DemoShow", "add"]
