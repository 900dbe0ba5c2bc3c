"""``ivr queues watch``: queues and agents as they are now, in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, console, emit, guarded, state
from ivr.cli.engine import ask, connected, no_engine
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

SILENT = 20.0  # seconds without a line after which the engine is taken for gone; it sends one every 5 s


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr queues``."""
    app.command()(watch)


def watch(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Show it once and end. / 只显示一次")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Queues and agents as they are now; --json prints a snapshot and each change as a line. / 实时查看队列与坐席"""
    settings = state(context).settings
    if once:
        answer = guarded(lambda: ask(settings, "/live", {}, method="GET"), as_json=as_json)
        if as_json:
            emit(answer)
        else:
            console.print(view(answer, datetime.now(UTC)))
        return
    guarded(lambda: _follow(settings, as_json), as_json=as_json)


def _follow(settings: Settings, as_json: bool) -> None:
    if as_json:
        for line in lines(settings):
            if line:
                typer.echo(json.dumps(line, ensure_ascii=False))
        return
    from rich.live import Live

    known: dict[str, Any] = {}
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as shown:
        for line in lines(settings):
            apply(known, line)
            shown.update(view(known, datetime.now(UTC)), refresh=True)


def lines(
    settings: Settings, path: str = "/changes", body: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """What the engine tells, an empty one when nothing has changed for 5 s.

    Raises:
        SetupError: if no engine answers, it has gone, or will not tell.
    """
    with connected(settings, limit=SILENT) as client, client.stream("GET", path, json=dict(body or {})) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            found: dict[str, Any] = json.loads(line)
            if found.get("type") == "refused":
                why = Text(**found["why"]) if "why" in found else Text("too many watch already", "同时查看者过多")
                cure = Text(**found["cure"]) if "cure" in found else Text("end one of them", "请先结束其一")
                raise SetupError(why, cure=cure)
            yield found
    raise no_engine(settings)


def apply(known: dict[str, Any], line: Mapping[str, Any]) -> None:
    """Carry the state on by one line of the stream."""
    if line.get("type") == "snapshot":
        known.clear()
        known.update(line)
    elif line.get("type") == "change":
        parts = known.setdefault(line["kind"], {})
        if line["state"] is None:
            parts.pop(line["name"], None)
        else:
            parts[line["name"]] = line["state"]


def view(known: Mapping[str, Any], now: datetime) -> RenderableType:
    """Two tables: queues and agents."""
    from rich import box
    from rich.console import Group
    from rich.markup import escape
    from rich.table import Table

    from ivr.agents.states import NAMES

    queues = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name, zh in (
        ("queue", "队列"),
        ("wait-\ning", "等待"),
        ("longest", "最长\n等待"),
        ("logged\nin", "签入"),
        ("free", "空闲"),
        ("ring-\ning", "振铃"),
        ("talk-\ning", "通话"),
        ("on the\nphone", "占线"),
        ("wrap-\nup", "话后"),
        ("paused", "小休"),
        ("service\nlevel today", "今日\n服务水平"),
    ):
        words = name in ("queue", "service\nlevel today")
        queues.add_column(
            str(Text(name, zh)), justify="left" if name == "queue" else "right", overflow="fold", no_wrap=not words
        )
    for name, queue in sorted(known.get("queue", {}).items()):
        members, level = queue["members"], queue["service_level"]
        share = "–" if level["per_cent"] is None else f"{level['per_cent']:.0f} %"
        of = level["answered"] + level["abandoned"] + level["left"]
        queues.add_row(
            escape(f"{name} {queue['title']}".strip()),
            str(queue["waiting"]),
            _for(queue["longest_since"], now),
            str(queue["logged_in"]),
            *(str(members[one]) for one in ("available", "ringing", "talking", "on_phone", "wrapup", "paused")),
            f"{share} ({level['in_time']}/{of}, {level['seconds']} s, ≥ {level['target']} %)",
            style="red" if queue["waiting"] and not queue["logged_in"] else None,
        )
    agents = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name, zh in (("agent", "坐席"), ("state", "状态"), ("for", "时长"), ("queues", "队列"), ("missed", "漏接")):
        agents.add_column(str(Text(name, zh)), justify="right" if name in ("for", "missed") else "left")
    for name, agent in sorted(known.get("agent", {}).items()):
        word = str(NAMES.get(agent["state"], Text(agent["state"], agent["state"])))
        reason = f" ({agent['reason']})" if agent["reason"] else ""
        agents.add_row(
            escape(f"{name} {agent['name']}".strip()),
            escape(word + reason),
            _for(agent["since"], now),
            escape(", ".join(agent["queues"])),
            str(agent["misses"] or ""),
        )
    site = known.get("line", {}).get("site", {})
    blind = Text("no connection to Asterisk: this may be old", "与 Asterisk 的连接已断开，数据可能已过时")
    return Group(queues, agents, *_by_hand(known), *([] if site.get("asterisk", True) else [str(blind)]))


def _by_hand(known: Mapping[str, Any]) -> Iterator[str]:
    """Business hours that somebody has opened or closed: a line that stays closed must be seen."""
    from rich.markup import escape

    from ivr.call.hours_words import STATES

    for name, hours in sorted(known.get("hours", {}).items()):
        if hours["switched"] is not None:
            who = hours["switched"]["by"].partition(":")[2]
            now = STATES["open" if hours["state"] == "open" else "closed"]
            said = Text(f"hours {name}: {now.en} by hand ({who})", f"营业时间 {name}：已手动切换为{now.zh}（{who}）")
            yield f"[yellow]{escape(str(said))}[/yellow]"


def _for(since: str | None, now: datetime) -> str:
    if not since:
        return ""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
