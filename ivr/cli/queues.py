"""``ivr queues``: what a queue needs, what it would do if, and rules for a monitoring system."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli import queues_alerts, queues_watch
from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, running_site, state
from ivr.cli.report import Since, Until, bounds, known
from ivr.cli.skipped import not_understood, out_of_order
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.journal.sources import Skipped
    from ivr.reports.traffic.simulated import Compared

app = typer.Typer(help="Queues. / 队列", no_args_is_help=True)
queues_watch.register(app)
queues_alerts.register(app)

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INTERVALS = (15, 30, 60)


@app.command()
def simulate(
    context: typer.Context,
    log: Annotated[
        Path | None, typer.Argument(help="A queue_log, ours by default; its rotated files are read, too. / 队列日志")
    ] = None,
    agents: Annotated[list[str], typer.Option(help="Head count: service=+2, =-1 or =5. / 坐席人数")] = [],  # noqa: B006
    penalty: Annotated[list[str], typer.Option(help="agent-kim:service=3. / 坐席优先级")] = [],  # noqa: B006
    weight: Annotated[list[str], typer.Option(help="Weight of a queue: vip=5. / 队列权重")] = [],  # noqa: B006
    wrapup: Annotated[list[str], typer.Option(help="After-call seconds: service=10. / 话后处理秒数")] = [],  # noqa: B006
    strategy: Annotated[list[str], typer.Option(help="service=fewestcalls. / 振铃策略")] = [],  # noqa: B006
    since: Annotated[str, typer.Option("--from", help="Only from this day on, site's zone. / 起")] = "",
    until: Annotated[str, typer.Option("--to", help="Only to this day. / 止")] = "",
    starved_after: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds after which an overtaken caller is starved. / 饥饿阈值秒数")
    ] = 120.0,
    seed: Annotated[int, typer.Option(help="Of what is drawn by lot. / 随机种子")] = 0,
    foreign: Annotated[
        bool, typer.Option("--foreign", help="Not our site: take no queue from it. / 非本站点日志")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Replay a queue_log with other head counts, penalties or weights. / 按改动重放队列日志"""
    from ivr.queues.simulation.changes import parse

    settings = state(context).settings

    def work() -> tuple[Compared, Skipped]:
        changes = parse(agents, penalty, weight, wrapup, strategy)
        path = log or settings.asterisk_dir / "log" / "queue_log"
        return _simulated(settings, path, changes, since, until, starved_after, seed, foreign)

    found, skipped = guarded(work, as_json=as_json)
    from ivr.reports.traffic.planned import waits_plain, waits_view

    if as_json:
        columns = {"measured": found.measured, "replayed": found.replayed}
        if found.changed is not None:
            columns["changed"] = found.changed
        notes = [{"en": one.en, "zh": one.zh} for one in found.notes]
        emit({**waits_plain(columns), "deviation_s": found.deviation_s, "notes": notes, "read": skipped.as_dict()})
        return
    shown = {Text("measured", "实测"): found.measured, Text("replayed", "重放"): found.replayed}
    if found.changed is not None:
        shown[Text("changed", "改动后")] = found.changed
    console.print(waits_view(shown, found.levels))
    for one in found.notes:
        note(one.en, one.zh)
    if lost := not_understood(skipped):
        note(f"not understood in the log: {lost.en}", f"日志中无法识别的内容：{lost.zh}")
    if late := out_of_order(skipped):
        note(f"in the log {late.en}", f"日志中 {late.zh}")


@app.command()
def staff(
    context: typer.Context,
    target: Annotated[str, typer.Option(help="Y/X: 80/20 is 80 % of calls within 20 s. / 服务水平目标")] = "80/20",
    queue: Annotated[str, typer.Option(help="Only this queue. / 队列")] = "",
    since: Since = "",
    until: Until = "",
    days: Annotated[str, typer.Option(help="Only these weekdays: mon,tue. / 星期")] = "",
    interval: Annotated[int, typer.Option(help="Minutes: 15, 30 or 60. / 时段分钟数")] = 30,
    calls: Annotated[
        float | None, typer.Option(min=0, help="Calls an interval, in place of measured. / 来电数")
    ] = None,
    aht: Annotated[float | None, typer.Option(min=1, max=36000, help="Handling time, seconds. / 处理时长秒数")] = None,
    patience: Annotated[
        float | None, typer.Option(min=1, max=36000, help="Mean patience, seconds (Erlang A). / 平均耐心秒数")
    ] = None,
    at_least: Annotated[
        int, typer.Option(min=0, max=500, help="Agents on duty whatever the load (B6). / 最少人数")
    ] = 0,
    shrinkage: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of paid time away from the phone. / 损耗比例")
    ] = 0.0,
    as_json: JsonFlag = False,
) -> None:
    """Agents needed, by the half-hour, from the measured load or one given (Erlang C and A). / 所需坐席人数"""
    settings = state(context).settings

    def work() -> tuple[Any, list[Text]]:
        if interval not in _INTERVALS:
            raise UsageError(
                Text(f"--interval {interval}", f"--interval {interval}"),
                cure=Text("15, 30 or 60", "应为 15、30 或 60"),
            )
        return _staffed(
            settings, target, queue, since, until, days, interval, calls, aht, patience, at_least, shrinkage
        )

    needs, notes = guarded(work, as_json=as_json)
    from ivr.reports.traffic.planned import plan_rows, plan_view

    if as_json:
        emit(
            {
                "target": target,
                "interval_minutes": interval,
                "needs": plan_rows(needs),
                "notes": [{"en": one.en, "zh": one.zh} for one in notes],
            }
        )
        return
    if needs:
        console.print(plan_view(needs, console.width))
    for one in notes:
        note(one.en, one.zh)


@app.command("alerts-file")
def alerts_file(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option(help="Write it here; to the terminal by default. / 输出文件")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Alert rules for Prometheus over the engine's metrics. / Prometheus 告警规则"""
    from importlib.resources import files

    text = files("ivr.queues").joinpath("alert-rules.yaml").read_text("utf-8")

    def written() -> None:
        from ivr.reports.page import write_whole

        if output is not None:
            write_whole(output, text.encode("utf-8"))

    guarded(written, as_json=as_json)
    if as_json:
        import yaml

        emit({"file": None if output is None else str(output), "rules": yaml.safe_load(text)})
    elif output is None:
        typer.echo(text, nl=False)
    else:
        done(f"written: {output}", f"已写入：{output}")


def _simulated(
    settings: Settings, path: Path, changes: Any, since: str, until: str, starved_after: float, seed: int, foreign: bool
) -> tuple[Compared, Skipped]:
    from zoneinfo import ZoneInfo

    from ivr.journal.sources import Skipped, read_queue_log
    from ivr.journal.sources.files import Extent, read_lines
    from ivr.journal.sources.queue_log import parse_row
    from ivr.reports.traffic.simulated import compare, lines_of

    if not path.is_file():
        raise SetupError(
            Text(f"no queue_log at {path}", f"{path} 处没有 queue_log"),
            cure=Text("name the file; Asterisk's own is /var/log/asterisk/queue_log", "请给出文件路径"),
        )
    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    begin = bounds(since, "", zone, datetime.now(UTC))[0] if since else None
    end = bounds(until, until, zone, datetime.now(UTC))[1] if until else None
    skipped = Skipped()

    def at(line: str) -> datetime | None:
        row = parse_row(line, zone)
        return None if row is None else row.at

    lines = read_lines(path, at, skipped, Extent(since=begin))
    rows = (row for row in read_queue_log(lines, skipped, zone=zone, since=begin) if end is None or row.at < end)
    found = compare(rows, {} if foreign else lines_of(site), changes, starved_after=starved_after, seed=seed)
    if found is None:
        raise UsageError(
            Text(f"nobody joined a queue in {path}", f"{path} 中没有来电进入队列"),
            cure=Text("name another file or other days", "请指定其他文件或日期"),
        )
    return found, skipped


def _staffed(
    settings: Settings,
    target: str,
    queue: str,
    since: str,
    until: str,
    days: str,
    interval: int,
    calls: float | None,
    aht: float | None,
    patience: float | None,
    at_least: int,
    shrinkage: float,
) -> tuple[Any, list[Text]]:
    from ivr.reports.traffic.staffing import need, parse_target, plan

    wanted = parse_target(target)
    if calls is not None:
        if aht is None:
            raise UsageError(
                Text("--calls goes with --aht", "--calls 须与 --aht 同用"),
                cure=Text("--calls 120 --aht 240", "--calls 120 --aht 240"),
            )
        more = {"at_least": at_least, "shrinkage": shrinkage}
        found = need(calls, aht, interval, wanted, patience_s=patience, **more)  # type: ignore[arg-type]
        return (found,), []
    weekdays = _weekdays(days)
    load, notes = run(_load(settings, queue, since, until, weekdays, interval))
    from dataclasses import replace

    if aht is not None:
        intervals = tuple(replace(one, handled=0, handling_s=0.0) for one in load.intervals)
        load = replace(load, handling_s=aht, intervals=intervals)
    if patience is not None:
        load = replace(load, patience_s=patience)
    needs = plan(load, wanted, at_least=at_least, shrinkage=shrinkage)
    if not any(one.calls for one in needs):
        notes.insert(0, Text("no load measured in this time: give --from and --to, or --calls and --aht",
                             "该时段没有实测话务量：请给出 --from 与 --to，或 --calls 与 --aht"))  # fmt: skip
        needs = ()
    return needs, notes


async def _load(
    settings: Settings, queue: str, since: str, until: str, weekdays: list[int], interval: int
) -> tuple[Any, list[Text]]:
    from zoneinfo import ZoneInfo

    from ivr.reports.indicators import rules_of
    from ivr.reports.indicators.load import load_facts
    from ivr.reports.traffic.load import LEAST_ABANDONED, measured
    from recording.vault.database import open_database

    site = running_site(settings)
    zone = ZoneInfo(site.zone)
    now = datetime.now(UTC)
    four_weeks = f"{(now - timedelta(days=28)).astimezone(zone):%Y-%m-%d}"
    begin, end = bounds(since or four_weeks, until or ("" if since else f"{now.astimezone(zone):%Y-%m-%d}"), zone, now)
    async with open_database(settings) as database, database.read() as session:
        facts = await load_facts(session, begin, end, now=now)
    known("queue", "队列", queue, {*site.queues, *facts.queues})
    wrapups = {name: float(one.wrapup) for name, one in site.queues.items()}
    load = measured(facts, rules_of(site), zone, wrapups=wrapups, queue=queue, minutes=interval, weekdays=weekdays)
    period = f"{begin.astimezone(zone):%Y-%m-%d %H:%M} – {end.astimezone(zone):%Y-%m-%d %H:%M} {zone}"
    asked = sum(one.calls for one in load.intervals)
    notes = [
        Text(f"measured {period}: {asked} calls asked for an agent", f"实测 {period}：{asked} 通来电请求人工"),
    ]
    if load.patience_s is None:
        notes.append(
            Text(
                f"patience is not known ({load.abandoned} gave up, {LEAST_ABANDONED} are needed): Erlang C alone",
                f"耐心未知（放弃 {load.abandoned} 通，至少需 {LEAST_ABANDONED} 通）：仅用 Erlang C",
            )
        )
    else:
        notes.append(
            Text(
                f"mean patience {load.patience_s:.0f} s: all seconds waited / {load.abandoned} callers who gave up",
                f"平均耐心 {load.patience_s:.0f} 秒：等待总秒数 ÷ 放弃的 {load.abandoned} 通来电",
            )
        )
    if load.supposed_wrapup:
        notes.append(
            Text(
                "after-call work is the queue's setting: no states of agents are on record",
                "话后处理按队列设置计算：没有坐席状态记录",
            )
        )
    return load, notes


def _weekdays(text: str) -> list[int]:
    names = [one.strip().lower() for one in text.split(",") if one.strip()]
    wrong = [one for one in names if one not in _WEEKDAYS]
    if wrong:
        raise UsageError(
            Text(f"not a weekday: {wrong[0]!r:.20}", f"不是星期：{wrong[0]!r:.20}"),
            cure=Text(",".join(_WEEKDAYS), ",".join(_WEEKDAYS)),
        )
    return [_WEEKDAYS.index(one) for one in names]
