"""``ivr trunks``: ways to the telephone network."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.asterisk import installed
from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, running_site, state
from ivr.cli.keeping import audited
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from dialplan.model import Site
    from dialplan.trunks import Trunk

app = typer.Typer(help="Trunks: ways to the telephone network. / 中继", no_args_is_help=True)

TrunkName = Annotated[str, typer.Argument(help="Name of the trunk in trunks.yaml. / 中继名称")]


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """The trunks of the site, and whether those that log in are logged in. / 列出中继及注册状态"""
    settings = state(context).settings
    site = guarded(lambda: running_site(settings), as_json=as_json)
    registered = _registrations(settings)
    rows = [_plain(name, trunk, registered.get(name, "")) for name, trunk in sorted(site.trunks.items())]
    if as_json:
        emit(rows)
    elif not rows:
        note("no trunks (trunks.yaml)", "没有中继（trunks.yaml）")
    for row in rows if not as_json else ():
        how = f"{row['host']} {row['transport']}{' SRTP' if row['srtp'] else ''}"
        console.print(
            f"[bold]{escape(row['name'])}[/bold]  {escape(how)}  {row['state'] or row['method']}  "
            f"{escape(', '.join(row['numbers']) or '–')}",
            soft_wrap=True,
        )


@app.command()
def number(
    context: typer.Context,
    trunk: TrunkName,
    telephone: Annotated[str, typer.Argument(help="A number as the provider sends it. / 运营商送来的号码")],
    as_json: JsonFlag = False,
) -> None:
    """How a caller's number is written, and where a call to it leads. / 查看号码的写法与去向"""
    from dialplan.numbering import bare, normal, spellings

    settings = state(context).settings
    found = guarded(lambda: _trunk(running_site(settings), trunk), as_json=as_json)
    written = normal(telephone, found.numbering)
    services = [service for one, service in found.numbers.items() if bare(telephone) in spellings(one, found.numbering)]
    service = services[0] if services else ""
    if as_json:
        emit({"number": telephone, "written": written, "service": service})
        return
    console.print(escape(written), soft_wrap=True)
    if service:
        note(f"calls to it reach service number {service}", f"呼叫该号码将到达服务号码 {service}")
    else:
        note("calls to it are not served", "不受理对该号码的呼叫")


@app.command()
def secret(
    context: typer.Context,
    trunk: TrunkName,
    forget: Annotated[bool, typer.Option("--forget", help="Take it away. / 删除")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Keep a trunk's password, from the keyboard or standard input; it is shown nowhere. / 设置中继密码"""
    from ivr.asterisk.secrets import keep_trunk_secret

    settings = state(context).settings
    guarded(lambda: _trunk(running_site(settings), trunk), as_json=as_json)
    given = "" if forget else guarded(_ask, as_json=as_json)
    action = "trunks.forget" if forget else "trunks.secret"

    def keep(_at: datetime) -> tuple[None, dict[str, Any]]:
        keep_trunk_secret(settings, trunk, given)
        return None, {}

    guarded(lambda: run(audited(settings, action, f"trunk:{trunk}", keep)), as_json=as_json)
    if as_json:
        emit({"trunk": trunk, "kept": not forget})
    elif forget:
        done("forgotten", "已删除")
    else:
        done("kept; it holds after `ivr asterisk start`", "已保存；`ivr asterisk start` 后生效")


def _ask() -> str:
    given = typer.prompt("?", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise UsageError(
            Text("no password was given", "没有输入密码"),
            cure=Text("type it, or pass it on standard input", "请输入，或由标准输入传入"),
        )
    return str(given)


def _trunk(site: Site, name: str) -> Trunk:
    if name not in site.trunks:
        raise UsageError(
            Text(f"there is no trunk {name!r:.60}", f"没有中继 {name!r:.60}"),
            cure=Text("ivr trunks list shows them", "用 ivr trunks list 查看"),
        )
    return site.trunks[name]


def _registrations(settings: Settings) -> dict[str, str]:
    """What Asterisk says of trunks that log in, by name; nothing where it does not run."""
    from ivr.asterisk.registrations import parse

    if not settings.asterisk_dir.exists():  # looking makes nothing
        return {}
    try:
        instance = installed(settings)
        return parse(instance.run_cli("pjsip show registrations")) if instance.status().running else {}
    except IvrError:
        return {}


def _plain(name: str, trunk: Trunk, registered: str) -> dict[str, Any]:
    return {
        "name": name,
        "method": trunk.method,
        "host": trunk.at,
        "transport": trunk.transport,
        "srtp": trunk.srtp,
        "codecs": list(trunk.codecs),
        "numbers": list(trunk.numbers),
        "state": registered,
    }
