"""What an installation stands on, looked at: what is missing, and the cure."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialplan.sites import demo_site
from ivr.core.errors import IvrError, SetupError, SiteError
from ivr.core.language import Text
from ivr.core.ports import TCP, UDP, try_port
from ivr.core.settings import Settings

FREE_SPACE = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Args:
        name: what was looked at.
        ok: whether it is as it must be.
        detail: what was found.
        cure: how to mend it, when it is not.
    """

    name: Text
    ok: bool
    detail: str | Text
    cure: str | Text = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {
            "name": self.name.en,
            "name_zh": self.name.zh,
            "ok": self.ok,
            "detail": str(self.detail),
            "cure": "" if self.ok else str(self.cure),
        }


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything this installation stands on."""
    yield _python()
    yield _look(Text("Asterisk and SIP clients", "Asterisk 与 SIP 客户端"), lambda: _asterisk(settings))
    yield _look(Text("Vosk model", "Vosk 模型"), lambda: _model(settings))
    yield _look(Text("site", "站点"), lambda: _site(settings))
    yield _look(Text("who may call in", "谁可以呼入"), lambda: _exposure(settings))
    yield _look(Text("database", "数据库"), lambda: _database(settings))
    yield _look(Text("home", "安装目录"), lambda: _home(settings))
    yield _look(Text("keys", "加密密钥"), lambda: _keys(settings))
    yield _look(Text("disk space", "磁盘空间"), lambda: _disk(settings))
    yield _look(Text("Asterisk's logs", "Asterisk 日志"), lambda: _logs(settings))
    yield from _ports(settings)


def _look(name: Text, check: Callable[[], str | Text]) -> Finding:
    try:
        return Finding(name, True, check())
    except SiteError as error:
        first = f": {error.problems[0]}" if error.problems else ""
        return Finding(name, False, f"{error.message}{first}", _CHECK)
    except IvrError as error:
        return Finding(name, False, error.message, error.cure)
    except OSError as error:
        return Finding(name, False, f"{error.filename or ''}: {error.strerror}", _READABLE)


_PYTHON = Text("install Python 3.11 or newer", "请安装 Python 3.11 或更新版本")
_CHECK = Text("run `ivr dialplan check`", "请运行 `ivr dialplan check`")
_READABLE = Text("make it readable for this user", "请使当前用户可读取它")


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(Text("Python", "Python"), sys.version_info >= (3, 11), version, _PYTHON)


def _asterisk(settings: Settings) -> str | Text:
    from ivr.asterisk.install import find_asterisk
    from ivr.asterisk.toolbox import TOOLS

    toolbox = find_asterisk(settings, install=False)
    missing = [tool for tool in TOOLS if not toolbox.has(tool)]
    version = toolbox.version()
    if not missing:
        return version
    return Text(f"{version}, without {', '.join(missing)}", f"{version}，缺少 {'、'.join(missing)}")


def _model(settings: Settings) -> str | Text:
    from dialplan.loading import load_site
    from recording.models import find_model, find_models

    found = find_models(settings)
    if not found:
        command = "ivr model install vosk-model-small-cn-0.22 --sha256 SUM"
        cure = Text(f"run `{command}`, or set IVR_VOSK_MODEL", f"请运行 `{command}`，或设置 IVR_VOSK_MODEL")
        raise SetupError(Text("no Vosk model", "没有 Vosk 模型"), cure=cure)
    lacking = []
    with contextlib.suppress(SiteError):  # told elsewhere
        for language in load_site(settings.site or demo_site()).languages:
            try:
                find_model(settings, language)
            except SetupError:
                lacking.append(language)
    names = ", ".join(model.name for model in found)
    if not lacking:
        return names
    return Text(
        f"{names}; none for {', '.join(lacking)} (ivr model list)",
        f"{names}；{'、'.join(lacking)} 没有模型（ivr model list）",
    )


def _site(settings: Settings) -> str:
    from dialplan.loading import load_site

    folder = settings.site or demo_site()
    return f"{load_site(folder).name} ({folder})"


def _exposure(settings: Settings) -> Text:
    """Callers and phones the SIP port is open to, and whether that may be."""
    from datetime import UTC, datetime

    from dialplan.loading import load_site
    from ivr.asterisk.certificate import paths, until
    from ivr.asterisk.lines import beyond_this_machine, check_exposure, transports, trunk_lines
    from ivr.asterisk.secrets import Secrets, load_secrets, secrets_file

    site = load_site(settings.site or demo_site())
    check_exposure(site, settings)
    trunk_lines(site, load_secrets(settings) if secrets_file(settings).exists() else Secrets())
    names = ", ".join(sorted(site.trunks))
    en = [f"trunks {names}" if names else "no trunk", f"agents by {site.sip.agents}"]
    zh = [f"中继 {names}" if names else "没有中继", f"坐席 {site.sip.agents}"]
    if site.anonymous_callers:
        en.append("anybody on this machine (anonymous_callers)")
        zh.append("本机任何人（anonymous_callers）")
    if site.agents and site.sip.agents != "tls" and beyond_this_machine(settings):
        en.append("without encryption (allow_plain)")
        zh.append("不加密（allow_plain）")
    if "tls" in transports(site):
        found = paths(settings, settings.asterisk_dir.absolute() / "keys")
        end = until(found)
        day = f"{end:%Y-%m-%d}" if end is not None else "?"
        if end is not None and end <= datetime.now(UTC):
            raise SetupError(
                Text(f"the certificate ended on {day}", f"证书已于 {day} 过期"),
                cure=Text("renew it (ours: `ivr asterisk render`)", "请更新（自签名：`ivr asterisk render`）"),
            )
        en.append(f"{'own certificate' if found.own else 'certificate'} until {day}" if end else "no certificate yet")
        zh.append(f"{'自签名证书' if found.own else '证书'}有效至 {day}" if end else "证书尚未生成")
    return Text("; ".join(en), "；".join(zh))


def _database(settings: Settings) -> Text:
    from ivr.storage.migrations import current, newest

    version = current(settings.database)
    if version and version != newest():
        old = Text(
            f"tables at version {version}, this version needs {newest()}", f"表结构为 {version}，本版本需要 {newest()}"
        )
        raise SetupError(old, cure=Text("run `ivr db upgrade`", "请运行 `ivr db upgrade`"))
    if not version:
        return Text("not made yet (ivr db upgrade)", "尚未建立（ivr db upgrade）")
    return Text(f"version {version}", f"版本 {version}")


def _keys(settings: Settings) -> Text:
    from recording.vault import KeyFolder
    from recording.vault.keys import check_private

    keys = KeyFolder(settings.key_folder)
    people = keys.recipients()
    if not people:
        return Text("none: recordings are not sealed (ivr keys init)", "没有：录音不加密（ivr keys init）")
    identities = keys.identities()
    if identities:
        check_private(keys.folder)
    if not any(one.role == "escrow" for one in people):
        raise SetupError(
            Text("no escrow: recordings are lost with this machine", "没有托管密钥：机器丢失即录音丢失"),
            cure=Text("run `ivr keys add age1... --escrow`", "请运行 `ivr keys add age1... --escrow`"),
        )
    mine = {identity.recipient for identity in identities}
    if identities and not mine & {one.key for one in people}:
        raise SetupError(
            Text("this machine is no recipient of what it seals", "本机不在收件人之列，无法打开自己加密的内容"),
            cure=Text("run `ivr keys rotate`", "请运行 `ivr keys rotate`"),
        )
    count = len(people)
    if not identities:
        return Text(f"{count} recipients; this machine only seals", f"{count} 个收件人；本机只加密")
    return Text(f"{count} recipients, an identity here", f"{count} 个收件人，本机有身份密钥")


def _existing(place: Path) -> Path:
    while not place.exists():
        place = place.parent
    return place


def _home(settings: Settings) -> str:
    place = _existing(settings.home)
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK) and _can_make(place)):
        raise SetupError(
            Text(f"nothing can be written in {place}", f"{place} 不可写"),
            cure=Text("set IVR_HOME to a folder of yours", "请将 IVR_HOME 设为可写目录"),
        )
    return str(settings.home)


def _can_make(place: Path) -> bool:
    """Root may write everywhere, except where the file system says no."""
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _disk(settings: Settings) -> Text:
    place = _existing(settings.home)
    free = shutil.disk_usage(place).free
    size = f"{free / 1024**3:.1f} GB"
    found = Text(f"{size} at {place}", f"{place} 剩余 {size}")
    if free < FREE_SPACE:
        raise SetupError(
            found,
            cure=Text(
                "free at least 2 GB, or set IVR_HOME to another disk", "请腾出至少 2 GB，或将 IVR_HOME 设到其他磁盘"
            ),
        )
    return found


def _logs(settings: Settings) -> Text:
    """What Asterisk wrote down by itself; twice what is turned over by itself means that nobody does."""
    from ivr.asterisk.logs import FULL, limit_of, logs_below

    found = logs_below(settings.asterisk_dir / "log")
    limit = limit_of(settings)
    large = [one for one in found if one.size > limit or one.written > 2 * limit // FULL]
    if large:
        names = ", ".join(f"{one.path.name} {one.size / 1e6:.0f} MB" for one in large)
        raise SetupError(
            Text(f"too large: {names}", f"过大：{names}"),
            cure=Text(
                "run `ivr asterisk rotate` (`ivr up` does it by itself); see in it what fills it",
                "请运行 `ivr asterisk rotate`（`ivr up` 会自动执行）；并查看其内容找出原因",
            ),
        )
    size = f"{sum(one.size for one in found) / 1e6:.1f} MB"
    return Text(size, size)


def _ports(settings: Settings) -> Iterator[Finding]:
    """A port in use is fine when it is our own process that uses it."""
    serving = (settings.run / "serve.ready").exists() or any(settings.run.glob("*.pid"))
    shown = (settings.run / "console.ready").exists()
    ports = [
        ("SIP", UDP, settings.host, settings.sip_port, serving),
        ("AMI", TCP, settings.host, settings.ami_port, serving),
        ("FastAGI", TCP, settings.host, settings.agi_port, serving),
    ]
    if settings.console == "on":
        ports.append(("console", TCP, settings.console_host, settings.console_port, shown))
    for name, kind, host, port, ours in ports:
        setting, address = f"IVR_{_SETTING[name]}", _ADDRESS.get(name, "IVR_HOST")
        cure = Text(f"stop what uses it, or set {setting}", f"请停止占用它的程序，或另设 {setting}")
        try:
            try_port(kind, host, port)
            ok, found = True, Text("free", "空闲")
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            reason = f"{host}: {error.strerror}"
            ok, found = busy and ours, Text("in use", "已被占用") if busy else Text(reason, reason)
            if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
                cure = Text(f"set {address} to an address of this machine", f"请将 {address} 设为本机地址")
        yield Finding(Text(f"{name} port {port}", f"{name} 端口 {port}"), ok, found, cure)


_SETTING = {"SIP": "SIP_PORT", "AMI": "AMI_PORT", "FastAGI": "AGI_PORT", "console": "CONSOLE_PORT"}
_ADDRESS = {"console": "IVR_CONSOLE_HOST"}


__all__ = ["Finding", "examine"]
