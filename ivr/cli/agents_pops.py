"""``ivr agents pops``: who rings an agent's phone, as a screen-pop would show it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, guarded, note, running_site, state
from ivr.cli.queues_watch import lines
from ivr.core.errors import UsageError
from ivr.core.language import Text, console_language
from ivr.core.settings import Settings

LANGUAGES: Mapping[str, Text] = {
    "zh-CN": Text("Mandarin", "普通话"),
    "en-US": Text("English", "英语"),
    "ko-KR": Text("Korean", "韩语"),
}


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr agents``."""
    app.command()(pops)


def pops(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="Id of an agent; all when not given. / 坐席 id")] = "",
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Show callers' numbers in plain; it is kept in the audit. / 显示完整号码")
    ] = False,
    by: Annotated[str, typer.Option("--as", envvar="IVR_USER", help="Who you are, with --numbers. / 操作人")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Who rings agents' phones, as it happens; --json prints each change as a line. / 实时查看坐席来电弹屏"""
    settings = state(context).settings
    guarded(lambda: _follow(settings, agent, numbers, by, as_json), as_json=as_json)


def _follow(settings: Settings, agent: str, numbers: bool, by: str, as_json: bool) -> None:
    if numbers and not by:
        raise UsageError(Text("--numbers: who asks", "--numbers：须说明操作人"), cure="--as NAME")
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(running_site(settings).zone)
    path = f"/pops/{quote(agent, safe='')}" if agent else "/pops"
    if not as_json:
        note("waiting for calls; Ctrl-C ends it", "等待来电，按 Ctrl-C 结束")
    for line in lines(settings, path, {"numbers": numbers, "by": by}):
        if not line:
            continue
        if as_json:
            typer.echo(json.dumps(line, ensure_ascii=False))
            continue
        shown = line.get("pop", {}) if line["type"] == "snapshot" else {line.get("name", ""): line.get("state")}
        for name, pop in sorted(shown.items()):
            if text := told(name, pop, datetime.fromisoformat(line["at"]), zone):
                console.print(escape(text), soft_wrap=True, highlight=False)


def told(name: str, pop: Mapping[str, Any] | None, at: datetime, zone: tzinfo) -> str:
    """A pop as one line; empty while nothing is known of the caller yet."""
    from ivr.reports.wording import outcome_of_call

    time = f"{at.astimezone(zone):%H:%M:%S}"
    if pop is None:
        return f"{time}  {name}  {Text('over', '结束')}" if name else ""
    if not pop["known"]:
        return ""
    doing = Text("rings", "振铃") if pop["state"] == "ringing" else Text("talks", "通话")
    queue = pop["title"] or pop["queue"]
    parts = [str(LANGUAGES.get(pop["language"], Text(pop["language"], pop["language"])))]
    parts.append(str(Text(f"waited {pop['waited_s']:.0f} s", f"等候 {pop['waited_s']:.0f} 秒")))
    if pop["number"]:
        parts.append(pop["number"])
    if pop["region"]:
        parts.append(pop["region"][console_language()])
    if pop["calls"]:
        parts.append(
            str(Text(f"call {pop['calls']} in {pop['days']} days", f"{pop['days']} 天内第 {pop['calls']} 次来电"))
        )
    for one in pop["contacts"][:2]:
        when = datetime.fromisoformat(one["at"]).astimezone(zone)
        words = (f"{when:%m-%d %H:%M}", one["queue"], str(outcome_of_call(one["outcome"])), one["agent"])
        parts.append(" ".join(word for word in words if word))
    return f"{time}  {name}  {doing}  {queue}  {' · '.join(parts)}"


__all__ = ["pops", "register", "told"]
