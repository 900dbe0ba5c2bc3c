"""``ivr qa rejudge``: our own calls judged once more by the rulebook in force; the old verdicts stay."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ivr.cli.common import JsonFlag, done, emit, failed, guarded, note, run, running_site, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import IvrError, SetupError, StorageError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.database import Database
    from recording.judging import CallJudge

MOST_CALLS = 10_000


def rejudge(
    context: typer.Context,
    calls: Annotated[list[str] | None, typer.Argument(help="Ids or linkedids of calls.")] = None,
    since: Annotated[str, typer.Option(help="Calls begun on this day or later, YYYY-MM-DD in the site's zone.")] = "",
    until: Annotated[str, typer.Option(help="Calls begun on this day or earlier.")] = "",
    stored: Annotated[
        bool, typer.Option("--stored", help="Never transcribe: use the newest transcripts, whatever made them.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Judge calls again; stored transcripts are used where model, pipeline and phrases are the same. / 重新评判

    Old verdicts stay; reports show the newest. Exit code 1 if a call could not be judged.
    """
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        results = guarded(
            lambda: run(_rejudge(settings, calls or [], since, until, tell, stored=stored)), as_json=as_json
        )
    bad = [one for one in results if "problem" in one]
    changed = sum(len(one.get("changed", ())) for one in results)
    if as_json:
        emit({"judged": len(results) - len(bad), "failed": len(bad), "changed": changed, "calls": results})
    else:
        for problem in dict.fromkeys(one["problem"] for one in bad):
            failed(problem)
        for one in results:
            for change in one.get("changed", ()):
                name = f"#{one['call']} {change['agent']} {change['rule']}"
                note(f"{name}: {change['was']} -> {change['now']}", f"{name}：{change['was']} -> {change['now']}")
        good = len(results) - len(bad)
        done(f"{good} calls judged again, {changed} verdicts differ, {len(bad)} failed",
             f"已重新评判 {good} 通，{changed} 项判定有变化，失败 {len(bad)} 通")  # fmt: skip
    raise typer.Exit(1 if bad else 0)


async def _rejudge(
    settings: Settings, names: list[str], since: str, until: str, tell: Tell, *, stored: bool
) -> list[dict[str, Any]]:
    from ivr.core.clock import SystemClock
    from ivr.quality import Transcription, call_judge
    from ivr.storage.migrations import upgrade
    from recording.vault.database import open_database
    from recording.vault.sound import reader_for

    if not names and not since:
        raise UsageError(
            Text("neither a call nor a day was named", "未指定通话或日期"),
            cure=Text("name calls, or --since YYYY-MM-DD", "请指定通话，或加 --since YYYY-MM-DD"),
        )
    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    await asyncio.to_thread(upgrade, settings.database)
    works = Transcription(settings, settings.qa_executor, reader_for(settings))
    results: list[dict[str, Any]] = []
    try:
        async with open_database(settings) as database:
            judge = call_judge(settings, site, database, SystemClock(), works)
            wanted = await _wanted(database, names, _day(since, zone), _day(until, zone))
            for number, call_id in enumerate(wanted):
                tell(str(Text("judging again", "重新评判")), number / len(wanted))
                results.append(await _one(database, judge, call_id, stored=stored))
    finally:
        await asyncio.to_thread(works.close)
    return results


async def _one(database: Database, judge: CallJudge, call_id: int, *, stored: bool) -> dict[str, Any]:
    """Judge one call; what concerns it alone is told beside it, what would end all others alike is raised."""
    before = await _values(database, call_id)
    try:
        judged = await judge.judge(call_id, again=True, decode=not stored)
    except SetupError:
        raise
    except StorageError as error:
        if error.retryable:
            raise
        return {"call": call_id, "problem": str(error)}
    except IvrError as error:
        return {"call": call_id, "problem": str(error)}
    now = await _values(database, call_id)
    changed = [
        {"agent": agent, "rule": rule, "was": before.get((agent, rule), "-"), "now": value}
        for (agent, rule), value in now.items()
        if before.get((agent, rule)) != value
    ]
    return {"call": call_id, "linkedid": judged.linkedid, "verdicts": judged.verdicts, "changed": changed}


async def _values(database: Database, call_id: int) -> dict[tuple[str, str], str]:
    from ivr.storage import quality

    async with database.read() as session:
        return {(one.agent, one.rule): one.value for one in await quality.list_verdicts(session, call_id)}


async def _wanted(database: Database, names: list[str], since: datetime | None, until: datetime | None) -> list[int]:
    """Ids of the calls that were named, and of those begun in the days that were; calls under way are left out."""
    from ivr.storage import calls

    async with database.read() as session:
        found: list[int] = []
        for name in names:
            number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else None
            call = await (calls.get(session, number) if number is not None else calls.find(session, name))
            if call is None or call.ended_at is None:
                raise UsageError(
                    Text(f"no call {name[:80]!r} that has ended", f"没有已结束的通话 {name[:80]!r}"),
                    cure=Text("ivr calls list shows the calls there are", "用 ivr calls list 查看已有通话"),
                )
            found.append(call.id)
        if since is not None:
            end = None if until is None else until + timedelta(days=1)
            listed = await calls.list_calls(session, since=since, until=end, limit=MOST_CALLS)
            found += [call.id for call in reversed(listed) if call.ended_at is not None]
    return list(dict.fromkeys(found))


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError as error:
        raise UsageError(
            Text(f"no day: {text[:40]!r}", f"不是日期：{text[:40]!r}"),
            cure=Text("write it as 2026-03-01", "请写成 2026-03-01"),
        ) from error
