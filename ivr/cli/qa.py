"""``ivr qa``: transcription and judging."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, site_folder, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.settings import Settings

STOP_WITHIN = 5.0  # seconds in which the call under way is given back

app = typer.Typer(help="Quality assurance. / 质检", no_args_is_help=True)


@app.command("run")
def run_(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with calls as they end. / 持续处理")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Those that failed, too. / 重试失败的通话")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Transcribe and judge the calls that wait for it. / 转写并评判待处理的通话"""
    settings = state(context).settings
    if watch:
        guarded(lambda: run(_watch(settings)))
        return
    with progress_bar(quiet=as_json) as tell:
        results = guarded(lambda: run(_work(settings, tell, retry=retry)), as_json=as_json)
    failed = [result for result in results if "problem" in result]
    if as_json:
        emit({"judged": len(results) - len(failed), "failed": len(failed), "calls": results})
    else:
        for problem in dict.fromkeys(result["problem"] for result in failed):
            console.print(f"[red]{escape(problem)}[/red]", soft_wrap=True)
        count = len(results) - len(failed)
        if results:
            done(f"{count} calls judged, {len(failed)} failed", f"已评判 {count} 通，失败 {len(failed)} 通")
            if failed:
                note("when that is mended: ivr qa run --retry", "排除故障后请执行：ivr qa run --retry")
        else:
            note("no call waits to be judged", "没有待评判的通话")
    raise typer.Exit(1 if failed else 0)


@app.command()
def report(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="Day, YYYY-MM-DD in the site's zone; today by default.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Write the day's report: indicators, calls, verdicts, timelines. / 生成当日质检报告"""
    from ivr.cli.day import day_report

    guarded(lambda: run(day_report(state(context).settings, day, as_json=as_json)), as_json=as_json)


async def _work(settings: Settings, tell: Tell, *, retry: bool = False) -> list[dict[str, Any]]:
    from dialplan.loading import load_site
    from ivr.core.clock import SystemClock
    from ivr.quality import quality_worker
    from ivr.storage import jobs
    from ivr.storage.database import Database
    from ivr.storage.migrations import upgrade
    from ivr.storage.models import Job
    from recording.judging import Judged
    from recording.ledger import Ledger

    results: list[dict[str, Any]] = []
    clock = SystemClock()
    site = load_site(site_folder(settings))
    await asyncio.to_thread(upgrade, settings.database)
    async with Database(settings.database) as database:
        ledger = Ledger(database, settings.recordings, settings.spool, clock)
        await ledger.take_in()
        await ledger.settle()
        async with database.write() as session:
            for state_ in ("failed", "quarantined") if retry else ():
                for job in await jobs.list_jobs(session, state=state_, limit=10_000):
                    await jobs.requeue(session, job.kind, job.call_id)
            waiting = (await jobs.counts(session, "judge")).get("queued", 0)

        def finished(job: Job, result: Judged | IvrError) -> None:
            if isinstance(result, IvrError):
                results.append({"call": job.call_id, "problem": str(result)})
            else:
                results.append({"call": job.call_id, "linkedid": result.linkedid, "verdicts": result.verdicts})

        def progress(file: str, share: float) -> None:
            tell(str(Text("judging", "评判中")), (len(results) + share) / max(1, waiting))

        with quality_worker(settings, site, database, clock) as worker:
            await worker.run(progress=progress, finished=finished)
    return results


async def _watch(settings: Settings) -> None:
    from dialplan.loading import load_site
    from ivr.core.clock import SystemClock
    from ivr.core.log import configure_logging
    from ivr.quality import quality_worker
    from ivr.storage.database import Database
    from ivr.storage.migrations import upgrade

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    configure_logging(settings.logs / "qa.log", level=settings.log_level)
    clock = SystemClock()
    site = load_site(site_folder(settings))
    await asyncio.to_thread(upgrade, settings.database)
    async with Database(settings.database) as database:
        with quality_worker(settings, site, database, clock) as worker:
            watching = asyncio.create_task(worker.watch())
            await stop.wait()
            await worker.stop()
            await asyncio.wait({watching}, timeout=STOP_WITHIN)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
