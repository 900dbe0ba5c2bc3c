"""``ivr asterisk``: the Asterisk of this installation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, running_site, state
from ivr.cli.progress import progress_bar

if TYPE_CHECKING:
    from datetime import datetime

    from ivr.asterisk.instance import Instance
    from ivr.asterisk.logs import Rotated
    from ivr.core.settings import Settings

app = typer.Typer(help="The Asterisk of this installation. / 本安装的 Asterisk", no_args_is_help=True)


@app.command()
def install(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Find Asterisk and the SIP clients, or fetch them without root. / 查找或获取 Asterisk 与 SIP 客户端"""
    from ivr.asterisk.install import find_asterisk

    with progress_bar(quiet=as_json) as tell:
        toolbox = guarded(lambda: find_asterisk(state(context).settings, progress=tell), as_json=as_json)
    version = guarded(toolbox.version, as_json=as_json)
    place = "host" if toolbox.root is None else str(toolbox.root)
    if as_json:
        emit({"version": version, "from": place})
    else:
        done(f"Asterisk {version} ({place})", f"Asterisk {version}（{place}）")


@app.command()
def render(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Write the configuration of the site in force. / 生成 Asterisk 配置"""
    settings = state(context).settings
    prepare(settings, quiet=as_json)
    if as_json:
        emit({"folder": str(settings.asterisk_dir / "etc")})
    else:
        done(f"rendered into {settings.asterisk_dir / 'etc'}", f"配置已写入 {settings.asterisk_dir / 'etc'}")
        if certificate := own_certificate(settings):
            note(
                f"SIP over TLS has a certificate we signed ourselves: phones must be told to trust {certificate}",
                f"SIP/TLS 使用自签名证书：须让话机信任 {certificate}",
            )


@app.command()
def start(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Render and start. / 生成配置并启动"""
    instance = prepare(state(context).settings, quiet=as_json)
    status = guarded(instance.start, as_json=as_json)
    if as_json:
        emit({"running": status.running, "pid": status.pid, "sip": status.sip})
    else:
        done(f"running as process {status.pid}, SIP {status.sip}", f"已运行，进程 {status.pid}，SIP {status.sip}")


@app.command()
def stop(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Stop it; only the process that was started here. / 停止"""
    stopped = guarded(lambda: installed(state(context).settings).stop(), as_json=as_json)
    if as_json:
        emit({"stopped": stopped})
    elif stopped:
        done("stopped", "已停止")
    else:
        note("it was not running", "并未运行")


@app.command("status")
def status_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Whether it runs; exit 1 if not. / 状态"""
    status = guarded(lambda: installed(state(context).settings).status(), as_json=as_json)
    data: dict[str, Any] = {
        "running": status.running,
        "pid": status.pid,
        "sip": status.sip,
        "ami_port": status.ami_port,
    }
    if as_json:
        emit(data)
    elif status.running:
        done(f"running as process {status.pid}, SIP {status.sip}", f"运行中，进程 {status.pid}，SIP {status.sip}")
    else:
        note("not running", "未运行")
    raise typer.Exit(0 if status.running else 1)


@app.command()
def rotate(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Turn Asterisk's logs over; delete what is past IVR_KEEP_LOGS or IVR_LOG_LIMIT. / 轮转日志并清理旧日志"""
    settings = state(context).settings
    found = guarded(lambda: _rotate(settings), as_json=as_json)
    if as_json:
        emit(asdict(found))
        return
    for one in found.deleted:
        if one.unread:
            note(
                f"{one.file}: deleted for its size before the journal was compared with it",
                f"{one.file}：因超出容量被删除，尚未与通话记录对账",
            )
    size = sum(one.size for one in found.deleted) / 1e6
    done(f"{len(found.files)} logs turned over, {len(found.deleted)} old files deleted ({size:.1f} MB)",
         f"已轮转 {len(found.files)} 个日志，删除 {len(found.deleted)} 个旧文件（{size:.1f} MB）")  # fmt: skip


def _rotate(settings: Settings) -> Rotated:
    from datetime import UTC, datetime

    from ivr.asterisk.logs import rotate as turn_over

    return turn_over(installed(settings), datetime.now(UTC), run(_read_until(settings)))


async def _read_until(settings: Settings) -> datetime | None:
    """Up to where the journal is reconciled; None where that is not known."""
    from ivr.core.errors import StorageError
    from ivr.storage import sources
    from ivr.storage.database import Database

    try:
        async with Database(settings.database) as database, database.read() as session:
            last = await sources.last_run(session)
    except StorageError:
        return None
    return None if last is None else last.resume_at


def prepare(settings: Settings, *, quiet: bool = False) -> Instance:
    """Asterisk found or fetched, and configured for the site in force; ends the command if that cannot be done."""
    from ivr.asterisk.setup import prepare as make_ready
    from ivr.call.versions import in_force
    from ivr.core.clock import SystemClock

    say = None if quiet else lambda text: note(text.en, text.zh)
    edition = guarded(lambda: in_force(settings, SystemClock(), tell=say), as_json=quiet)
    with progress_bar(quiet=quiet) as tell:
        return guarded(lambda: make_ready(settings, edition.site, progress=tell, book=edition.book), as_json=quiet)


def own_certificate(settings: Settings) -> str:
    """The file phones must trust, where SIP over TLS is in use and nobody else has signed for it."""
    from ivr.asterisk.certificate import paths
    from ivr.asterisk.lines import transports

    if "tls" not in transports(running_site(settings)):
        return ""
    found = paths(settings, settings.asterisk_dir.absolute() / "keys")
    return str(found.certificate) if found.own else ""


def installed(settings: Settings) -> Instance:
    """The instance of the Asterisk that is there.

    Raises:
        AsteriskError: if there is none.
    """
    from ivr.asterisk.install import find_asterisk
    from ivr.asterisk.instance import Instance

    return Instance(settings, find_asterisk(settings, needs=("asterisk",), install=False))
