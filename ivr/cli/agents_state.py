"""``ivr agents state|login|logout|pause|unpause|outcome``: agents at work, through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from ivr.agents.states import NAMES
from ivr.cli.common import JsonFlag, done, emit, guarded, note, running_site, state
from ivr.cli.engine import ask
from ivr.cli.people import By, table
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

AgentId = Annotated[str, typer.Argument(help="Id of the agent. / 坐席 id")]
QueueOption = Annotated[str, typer.Option("--queue", help="One queue; all of the agent's when not given. / 队列")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``ivr agents``."""
    app.command("state")(show)
    for command in (login, logout, pause, unpause, outcome):
        app.command()(command)


def show(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="Id of an agent; all when not given. / 坐席 id")] = "",
    as_json: JsonFlag = False,
) -> None:
    """What agents do now. / 坐席当前状态"""
    settings = state(context).settings
    answer = guarded(lambda: _ask(settings, agent, "", {}, method="GET"), as_json=as_json)
    if as_json:
        emit(answer)
        return
    zone, titles = guarded(lambda: _site(settings))
    rows = [_row(one, zone, titles) for one in answer.get("agents", [answer])]
    columns = (
        Text("agent", "坐席"),
        Text("state", "状态"),
        Text("since", "开始"),
        Text("reason", "原因"),
        Text("queues (penalty)", "队列（优先级差）"),
        Text("missed", "漏接"),
        Text("phone", "话机"),
    )
    table(columns, rows, right=(5,))


def login(context: typer.Context, agent: AgentId, by: By, queue: QueueOption = "", as_json: JsonFlag = False) -> None:
    """Log an agent in. / 坐席签入"""
    answer = _act(context, agent, "login", {"queue": queue, "by": by}, as_json)
    if answer is not None:
        queues = ", ".join(answer["queues"])
        done(f"{agent} is logged in: {queues}", f"坐席 {agent} 已签入：{queues}")
        if not answer["reachable"]:
            note("his phone is not there: he will be logged out again", "其话机不在线，稍后将被自动签出")


def logout(context: typer.Context, agent: AgentId, by: By, queue: QueueOption = "", as_json: JsonFlag = False) -> None:
    """Log an agent out. / 坐席签出"""
    answer = _act(context, agent, "logout", {"queue": queue, "by": by}, as_json)
    if answer is not None and answer["queues"]:
        left = ", ".join(answer["queues"])
        done(f"{agent} is still in: {left}", f"坐席 {agent} 仍在：{left}")
    elif answer is not None:
        done(f"{agent} is logged out", f"坐席 {agent} 已签出")


def pause(
    context: typer.Context,
    agent: AgentId,
    by: By,
    reason: Annotated[str, typer.Option(help="Reason, as the site names it; needed. / 小休原因（必填）")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Let an agent take no calls for a while. / 坐席小休"""
    if not reason:
        guarded(lambda: _no_reason(state(context).settings), as_json=as_json)
    if _act(context, agent, "pause", {"reason": reason, "by": by}, as_json) is not None:
        done(f"{agent} is paused: {reason}", f"坐席 {agent} 已置为小休：{reason}")


def unpause(context: typer.Context, agent: AgentId, by: By, as_json: JsonFlag = False) -> None:
    """Let an agent take calls again. / 结束小休"""
    if _act(context, agent, "unpause", {"by": by}, as_json) is not None:
        done(f"{agent} takes calls again", f"坐席 {agent} 已恢复接听")


def outcome(
    context: typer.Context,
    agent: AgentId,
    by: By,
    outcome: Annotated[str, typer.Argument(help="Outcome, as the site names it. / 通话结果")],
    as_json: JsonFlag = False,
) -> None:
    """Say what an agent's last talk came to. / 记录坐席上一通电话的结果"""
    if _act(context, agent, "outcome", {"outcome": outcome, "by": by}, as_json) is not None:
        done(f"outcome kept: {outcome}", f"已记录通话结果：{outcome}")


def _act(context: typer.Context, agent: str, verb: str, body: dict[str, Any], as_json: bool) -> dict[str, Any] | None:
    """What the engine answers; printed, and None, where JSON is wanted."""
    settings = state(context).settings
    answer = guarded(lambda: _ask(settings, agent, verb, body), as_json=as_json)
    if as_json:
        emit(answer)
        return None
    return answer


def _ask(settings: Settings, agent: str, verb: str, body: dict[str, Any], *, method: str = "POST") -> dict[str, Any]:
    path = "/".join(quote(part, safe="") for part in ("agents", agent, verb) if part)
    return ask(settings, f"/{path}", body, method=method)


def _no_reason(settings: Settings) -> NoReturn:
    """Names the reasons there are.

    Raises:
        UsageError: always.
    """
    reasons = running_site(settings).staffing.pause_reasons
    en = ", ".join(reasons)
    zh = "、".join(f"{name}（{one.title}）" if one.title else name for name, one in reasons.items())
    raise UsageError(
        Text("a pause needs a reason", "小休须说明原因"),
        cure=Text(f"--reason with one of: {en}", f"用 --reason 指定：{zh}"),
    )


def _site(settings: Settings) -> tuple[tzinfo, dict[str, str]]:
    """The site's zone and the titles of its pause reasons."""
    from zoneinfo import ZoneInfo

    site = running_site(settings)
    return ZoneInfo(site.zone), {name: one.title or name for name, one in site.staffing.pause_reasons.items()}


def _row(one: Mapping[str, Any], zone: tzinfo, titles: Mapping[str, str]) -> tuple[object, ...]:
    since = datetime.fromisoformat(one["since"]).astimezone(zone) if one["since"] else None
    doing = str(NAMES.get(one["state"], Text(one["state"], one["state"])))
    if one["paused"] and one["state"] != "paused":
        doing += f" ({NAMES['paused']})"
    missed = Text("calls missed", "漏接来电")
    return (
        f"{one['agent']} {one['name']}".strip(),
        doing,
        f"{since:%m-%d %H:%M:%S}" if since else "",
        titles.get(one["reason"], str(missed) if one["reason"] == "no-answer" else one["reason"]),
        ", ".join(f"{queue} ({penalty})" for queue, penalty in one["queues"].items()),
        one["misses"] or "",
        "" if one["reachable"] else str(Text("gone", "离线")),
    )
