"""``ivr dialplan simulate`` and ``ivr dialplan test``: try a call without a telephone."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, errors, failed, guarded, note, run, site_folder, state
from ivr.core.errors import UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialplan.model import Site
    from ivr.call.simulation import Item, LookupReply, Plan, Simulator, Story, Visit
    from ivr.call.simulation.suite import Report


def register(app: typer.Typer) -> None:
    """Add the commands to ``ivr dialplan``."""
    app.command()(simulate)
    app.command(name="test")(test)


def simulate(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one in force by default.")] = None,
    to: Annotated[str, typer.Option("--to", help="Service number called; the site's first by default.")] = "",
    caller: Annotated[str, typer.Option("--from", help='The caller\'s own number; "" = withheld.')] = "13800000000",
    at: Annotated[
        str, typer.Option("--at", help="When, e.g. 2026-10-01T09:30, in the site's zone; now by default. / 来电时间")
    ] = "",
    keys: Annotated[
        str | None,
        typer.Option(
            "--keys",
            help="What he does each time he is asked: 1,2,123456#,timeout,hangup; !1 = during the prompt; silence "
            "after the last. Asked for in a terminal when not given. / 每次等待时的操作",
        ),
    ] = None,
    reply: Annotated[
        list[str] | None,
        typer.Option(
            "--reply",
            help="What becomes of him where he is handed over: queue=timeout, STEP=busy; again for the next time. "
            "/ 转接的结果",
        ),
    ] = None,
    stub: Annotated[
        Path | None, typer.Option("--stub", help="YAML or JSON file that stands in for services. / 查询的替代应答")
    ] = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            "--switch", help="Business hours switched by hand: NAME=open or NAME=closed. / 人工切换的营业时间"
        ),
    ] = None,
    accessible: Annotated[
        bool, typer.Option("--accessible", help="He is served by the accessible profile. / 无障碍模式")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Walk a call through the flow: what the caller hears, presses, and why it goes where it goes. / 模拟一次来电"""
    place = folder or site_folder(state(context).settings)
    asked = keys is None and not as_json and sys.stdin.isatty() and sys.stdout.isatty()

    def work() -> Story:
        from ivr.call.simulation import Simulator

        simulator = Simulator.of_site(place)
        site = simulator.site
        plan = _plan(site, to or next(iter(site.numbers)), caller, at, reply or [], stub, switch or [], accessible)
        return _walk(simulator, plan, keys or "", asked=asked, quiet=as_json)

    story = guarded(work, as_json=as_json)
    if as_json:
        emit({"site": str(place)} | story.as_dict())
    raise typer.Exit(1 if story.ended == "emergency" else 0)


def _walk(simulator: Simulator, plan: Plan, keys: str, *, asked: bool, quiet: bool) -> Story:
    from ivr.call.fake import TIMEOUT, ScriptedCaller
    from ivr.call.simulation.scenario import usable_keys
    from ivr.call.simulation.words import end_of
    from ivr.cli.dialplan_try import TypedCaller

    typed = TypedCaller() if asked else None
    caller = typed or ScriptedCaller(usable_keys(keys), TIMEOUT)
    if not quiet:
        when = plan.at.strftime("%Y-%m-%d %H:%M")
        note(
            f"{plan.caller or 'withheld'} calls {plan.to} at {when} ({simulator.site.zone})",
            f"{plan.caller or '匿名'} 于 {when}（{simulator.site.zone}）拨打 {plan.to}",
        )
    story = run(simulator.call(plan, caller, None if quiet else _show, typed.choose if typed else None))
    if not quiet:
        colour = "red" if story.ended == "emergency" else "green"
        console.print(f"[{colour}]{escape(str(end_of(story)))}[/{colour}]", soft_wrap=True)
        for name, value in story.variables.items():
            console.print(f"  [dim]{escape(name)} = {escape(value)}[/dim]", soft_wrap=True)
    return story


def _show(visit: Visit, item: Item | None) -> None:
    """One line as it happens."""
    from ivr.call.simulation.words import words

    if item is None:
        minutes, seconds = divmod(int(visit.at), 60)
        console.print(
            f"[dim]{minutes}:{seconds:02}[/dim] [bold]{escape(visit.name)}[/bold] [dim]{escape(visit.kind)}[/dim]",
            soft_wrap=True,
        )
        return
    colour = {"sound": "cyan", "recording": "cyan", "wait": "yellow", "handover": "magenta", "lookup": "magenta"}
    style = colour.get(item.what, "dim")
    console.print(f"       [{style}]{escape(str(words(item)))}[/{style}]", soft_wrap=True)


def _plan(
    site: Site,
    to: str,
    caller: str,
    at: str,
    replies: Sequence[str],
    stub: Path | None,
    switches: Sequence[str],
    accessible: bool,
) -> Plan:
    from ivr.call.simulation import Plan
    from ivr.call.simulation.files import load_stubs
    from ivr.call.simulation.plan import WORDS, known_word, verbs_of, words_of

    if re.fullmatch(r"[0-9+]{0,20}", caller) is None:
        raise UsageError(
            Text(f"--from: {caller!r:.40} is no number", f"--from：{caller!r:.40} 不是号码"),
            cure=Text("digits, at most 20, or nothing", "请写数字（至多 20 位）或留空"),
        )
    given: dict[str, list[str]] = {}
    for name, word in (_pair(one) for one in replies):
        verbs = verbs_of(site, name)
        if not any(known_word(verb, word) for verb in verbs):
            words, there = ", ".join(words_of(verbs or WORDS)), name if verbs else ", ".join(WORDS)
            raise UsageError(
                Text(f"--reply: {name} cannot end with {word!r:.40}", f"--reply：{name} 的结果不能是 {word!r:.40}"),
                cure=Text(f"{there}: {words}", f"{there}：{words}"),
            )
        given.setdefault(name, []).append(word)
    positions: dict[str, str] = dict(_pair(one) for one in switches)
    for name, position in positions.items():
        if name not in site.hours or position not in {"open", "closed"}:
            raise UsageError(
                Text(f"--switch: {name}={position} cannot be", f"--switch：{name}={position} 无效"),
                cure=Text(f"NAME=open or NAME=closed; hours: {', '.join(site.hours)}",
                          f"请写 名称=open 或 名称=closed；营业时间：{'、'.join(site.hours)}"),
            )  # fmt: skip
    lookups: dict[str, list[LookupReply]] = load_stubs(stub) if stub else {}
    return Plan(to, _moment(at, site.zone), caller, given, lookups, positions, accessible)  # type: ignore[arg-type]


def _pair(given: str) -> tuple[str, str]:
    name, found, value = given.partition("=")
    if not found or not name or not value:
        raise UsageError(Text(f"{given!r:.60}: NAME=VALUE is wanted", f"{given!r:.60}：应写成 名称=值"))
    return name.strip(), value.strip()


def _moment(at: str, zone: str) -> datetime:
    if not at:
        return datetime.now(UTC).astimezone(ZoneInfo(zone))
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(
            Text(f"--at: {at!r:.40} is no time", f"--at：{at!r:.40} 不是时间"),
            cure=Text("write it as 2026-10-01T09:30", "请写成 2026-10-01T09:30"),
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def test(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one in force by default.")] = None,
    only: Annotated[
        str, typer.Option("--only", help="Only scenarios whose name or file holds this. / 只运行名称包含")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Run the site's scenarios, tests/*.yaml: calls, and what is expected of them. / 运行站点的场景测试"""
    place = folder or site_folder(state(context).settings)

    def work() -> Report:
        from ivr.call.simulation import Simulator
        from ivr.call.simulation.suite import run_suite

        return run(run_suite(Simulator.of_site(place), place, only))

    report = guarded(work, as_json=as_json)
    if as_json:
        emit({"site": str(place)} | report.as_dict())
    else:
        _show_report(report, place.name, missed=not only)
    raise typer.Exit(0 if report.ok else 1)


def _show_report(report: Report, site: str, *, missed: bool) -> None:
    for result in report.results:
        if result.ok:
            console.print(f"[green]✓[/green] {escape(result.name)} [dim]{escape(result.where)}[/dim]", soft_wrap=True)
            continue
        console.print(f"[red]✗ {escape(result.name)}[/red] [dim]{escape(result.where)}[/dim]", soft_wrap=True)
        for one in result.differences:
            console.print(f"    [bold]{escape(one.where)}[/bold] {escape(str(one.text))}", soft_wrap=True)
            if one.what == "path":
                wanted, was = Text("expected", "应为"), Text("was", "实为")
                console.print(f"      [green]{wanted}: {escape(one.expected)}[/green]", soft_wrap=True)
                console.print(f"      [red]{was}: {escape(one.actual)}[/red]", soft_wrap=True)
        for lookup in result.story.unanswered:
            text = Text(f"nothing stood in for lookup {lookup}", f"查询 {lookup} 没有替代应答")
            console.print(f"    [yellow]{escape(str(text))}[/yellow]", soft_wrap=True)
    covered = report.coverage
    if covered.missed and missed:
        text = Text(f"steps no scenario reached: {', '.join(covered.missed)}",
                    f"没有场景到达的步骤：{'、'.join(covered.missed)}")  # fmt: skip
        console.print(f"[yellow]{escape(str(text))}[/yellow]", soft_wrap=True)
    passed, of = sum(result.ok for result in report.results), len(report.results)
    reached = f"{covered.reached}/{len(covered.steps)}"
    en, zh = (
        f"{passed} of {of} scenarios pass, {reached} steps reached",
        f"共 {of} 个场景，通过 {passed} 个，到达步骤 {reached}",
    )
    if report.ok:
        done(f"{site}: {en}", f"{site}：{zh}")
    elif not of:
        errors.print(escape(str(Text(f"{site}: no scenarios", f"{site}：没有场景"))))
    else:
        failed(str(Text(f"{site}: {en}", f"{site}：{zh}")))


__all__ = ["register"]
