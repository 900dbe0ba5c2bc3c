"""``ivr agents``: who they are, and the accounts of their softphones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli import agents_pops, agents_state
from ivr.cli.asterisk import own_certificate
from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, site_folder, state
from ivr.cli.keeping import audited
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from dialplan.model import Agent, Site
    from ivr.agents.provision import Phone

app = typer.Typer(help="Agents and their softphones. / 坐席及其软电话", no_args_is_help=True)
agents_state.register(app)
agents_pops.register(app)

AgentId = Annotated[str, typer.Argument(help="Id of the agent. / 坐席 id")]


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """The agents of the site. / 列出坐席"""
    from dialplan.loading import load_site

    site = guarded(lambda: load_site(site_folder(state(context).settings)), as_json=as_json)
    if as_json:
        emit([_plain(agent_id, agent) for agent_id, agent in sorted(site.agents.items())])
    elif not site.agents:
        note("no agents (ivr agents add)", "没有坐席（ivr agents add）")
    else:
        for agent_id, agent in sorted(site.agents.items()):
            queues = ", ".join(agent.queues) or "–"
            console.print(
                f"[bold]{escape(agent_id)}[/bold]  {agent.extension}  {escape(agent.name)}  #{agent.number}  {queues}",
                soft_wrap=True,
            )


@app.command()
def add(
    context: typer.Context,
    agent: AgentId,
    name: Annotated[str, typer.Option(help="Name shown to supervisors; the id when not given. / 姓名")] = "",
    extension: Annotated[str, typer.Option(help="Extension; the next free one when not given. / 分机号")] = "",
    number: Annotated[str, typer.Option(help="Staff number; the next free one when not given. / 工号")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="A queue he serves; more than once. / 队列")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add an agent to the site, with an account and a password of his own. / 添加坐席及其话机账号"""
    from ivr.agents.roster import NewAgent, add_agent

    settings = state(context).settings
    new = NewAgent(agent, name or agent, extension or None, number or None, tuple(queue or ()))

    def change() -> tuple[Site, Agent]:
        return add_agent(_own_site(settings), new)

    added, taken = guarded(lambda: _changed(settings, agent, "agents.add", change), as_json=as_json)
    if as_json:
        emit(_plain(agent, added) | asdict(taken))
        return
    done(f"{agent} added, extension {added.extension}", f"已添加 {agent}，分机号 {added.extension}")
    note(f"settings for his phone: ivr agents provision {agent}", f"话机设置：ivr agents provision {agent}")
    _tell(taken)


@app.command()
def remove(context: typer.Context, agent: AgentId, as_json: JsonFlag = False) -> None:
    """Take an agent out of the site; his account ends, his calls and scores stay. / 移除坐席"""
    from ivr.agents.roster import remove_agent
    from ivr.asterisk.secrets import forget_agent

    settings = state(context).settings

    def change() -> tuple[Site, Agent]:
        found = remove_agent(_own_site(settings), agent)
        forget_agent(settings, agent)
        return found

    gone, taken = guarded(lambda: _changed(settings, agent, "agents.remove", change), as_json=as_json)
    if as_json:
        emit(_plain(agent, gone) | asdict(taken))
        return
    done(f"{agent} removed", f"已移除 {agent}")
    _tell(taken)


@app.command()
def provision(
    context: typer.Context,
    agents: Annotated[list[str] | None, typer.Argument(help="Ids; all when not given. / 坐席 id，不填则全部")] = None,
    phone: Annotated[
        list[str] | None, typer.Option(help="linphone, microsip, zoiper, baresip; all when not given. / 话机类型")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for a file per phone; shown when not given. / 输出目录")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Settings of softphones, passwords in them. / 软电话设置（含密码）"""
    from dialplan.loading import load_site
    from ivr.agents.accounts import account_of
    from ivr.agents.provision import export, plain_settings, settings_of

    settings = state(context).settings
    site = guarded(lambda: load_site(site_folder(settings)), as_json=as_json)
    phones = guarded(lambda: _phones(phone or []), as_json=as_json)
    chosen = agents or sorted(site.agents)
    found = guarded(lambda: [account_of(settings, site, one) for one in chosen], as_json=as_json)
    shown = None, {"agents": chosen}  # passwords are: that is written down
    guarded(lambda: run(audited(settings, "agents.provision", "agents", lambda _at: shown)), as_json=as_json)
    files = guarded(lambda: export(found, phones, out), as_json=as_json) if out is not None else []
    trusted = guarded(lambda: own_certificate(settings), as_json=as_json) if site.sip.agents == "tls" else ""
    if as_json:
        told = [{"agent": one.agent, **plain_settings(one)} for one in found] if out is None else []
        emit({"accounts": told, "files": [str(path) for path in files], "trust": trusted})
        return
    for path in files:
        console.print(escape(str(path)), soft_wrap=True)
    if out is None:
        for one in found:
            console.print(f"[bold]{escape(one.agent)}[/bold]")
            for key, value in settings_of(one).items():
                console.print(f"  {key}: {escape(str(value))}", soft_wrap=True)
    if trusted:
        note(
            f"the certificate is one we signed ourselves: every phone must be told to trust {trusted}",
            f"证书为自签名：须让每部话机信任 {trusted}",
        )


def _own_site(settings: Settings) -> Path:
    """The folder of the site, which must be one's own.

    Raises:
        UsageError: if it is the demo's, which comes with the program.
    """
    if settings.site is None:
        raise UsageError(
            Text("the demo site is not changed", "不修改演示站点"),
            cure=Text("copy it to a folder of yours and set IVR_SITE", "请复制到自己的目录并设置 IVR_SITE"),
        )
    return settings.site


def _phones(names: list[str]) -> list[Phone]:
    from ivr.agents.provision import PHONES

    chosen = [one for one in PHONES if one in names] if names else list(PHONES)
    if unknown := [name for name in names if name not in PHONES]:
        raise UsageError(
            Text(f"unknown phone: {unknown[0]!r:.40}", f"未知的话机：{unknown[0]!r:.40}"),
            cure=Text(f"use one of: {', '.join(PHONES)}", f"可用：{'、'.join(PHONES)}"),
        )
    return chosen


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the change has come to.

    Args:
        running: whether the Asterisk that runs has taken it over; None if there is none on this machine, or it has
            never run.
        engine: whether the engine has; None if it waits for a reload, as the folder holds other changes, too.
    """

    running: bool | None
    engine: bool | None


def _changed(
    settings: Settings, agent: str, action: str, change: Callable[[], tuple[Site, Agent]]
) -> tuple[Agent, _Taken]:
    """Change the site's folder, and put that in force where the folder held what is in force before."""
    from ivr.asterisk.secrets import ensure_secrets
    from ivr.call.versions import Snapshot, VersionStore
    from ivr.call.versions.start import differs
    from ivr.call.versions.swap import locked
    from ivr.cli.dialplan_swap import put_in_force

    store, folder = VersionStore.of(settings), _own_site(settings)
    with locked(settings):
        force = store.in_force()
        other = force is not None and (force.configured != str(folder) or differs(store, folder, force.version))
        site, found = _audited(settings, action, agent, change)
        ensure_secrets(settings, site.agents)
        if other:
            return found, _Taken(running=False, engine=None)
        if force is None:  # not started yet: the first start takes the folder
            return found, _Taken(running=None, engine=False)
        snapshot = Snapshot.of(folder)
        version = snapshot.version(site)
        store.put(snapshot, version, site=site.name, source=folder, at=datetime.now(UTC))
        swapped = put_in_force(settings, store, version, f"{action} {agent}", action="site.reload")
        asterisk = swapped.asterisk
        return found, _Taken(None if asterisk is None else asterisk.running, swapped.engine)


def _tell(taken: _Taken) -> None:
    if taken.engine is None:
        note(
            "it holds with `ivr dialplan reload`: the folder holds other changes that are not in force",
            "须用 `ivr dialplan reload` 生效：目录中还有其他未生效的更改",
        )
    elif taken.running and taken.engine:
        note("Asterisk and the engine have taken it over", "Asterisk 与引擎均已生效")
    elif taken.running:
        note("Asterisk has read it; the engine does when it starts", "Asterisk 已重新读取；引擎启动时生效")
    else:
        note("it holds when Asterisk is started", "Asterisk 启动后生效")


def _audited(
    settings: Settings, action: str, agent: str, change: Callable[[], tuple[Site, Agent]]
) -> tuple[Site, Agent]:
    def changed(_at: datetime) -> tuple[tuple[Site, Agent], dict[str, Any]]:
        found = change()
        return found, {"extension": found[1].extension, "queues": list(found[1].queues)}

    return run(audited(settings, action, f"agent:{agent}", changed))


def _plain(agent_id: str, agent: Agent) -> dict[str, Any]:
    return {
        "id": agent_id,
        "name": agent.name,
        "extension": agent.extension,
        "number": agent.number,
        "queues": list(agent.queues),
    }
