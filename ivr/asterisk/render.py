"""Render a site into the configuration of an Asterisk of our own.

Every ``*.j2`` in asterisk-conf/ becomes a file of the instance's etc folder; what lies in asterisk-conf/agi-bin/
becomes an executable of its AGI folder. Nothing is written before everything has been rendered.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from dialplan.exits import exit_keys
from dialplan.model import Site
from dialplan.staffing import penalty, spoken_to
from dialplan.trunks import dial
from ivr.asterisk import certificate
from ivr.asterisk.layout import Dirs, ami_host, make_dirs, whispers
from ivr.asterisk.lines import authorities, check_exposure, transports, trunk_lines
from ivr.asterisk.modules import choose_modules, features
from ivr.asterisk.secrets import AMI_USER, Secrets, fits_conf, write_private
from ivr.asterisk.toolbox import Toolbox
from ivr.core.clock import SystemClock
from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.resources import asterisk_conf
from ivr.core.settings import Settings
from prompts.sounds import asterisk_code

# Characters that end a value, open a comment, an argument, an expression or a shell word.
_DANGEROUS = frozenset(";\"'`\\$|&<>(){}[],*?!^%")
_EMPTY = ("acl.conf", "ccss.conf", "pjproject.conf", "queuerules.conf", "stasis.conf", "udptl.conf")


def conf(value: object) -> str:
    """A value that may stand in a .conf file: unchanged, or refused.

    Raises:
        AsteriskError: if it holds a control character or one that means something to Asterisk or a shell.
    """
    text = str(value)
    bad = sorted({char for char in text if char in _DANGEROUS or not char.isprintable()})
    if bad or text != text.strip() or text.startswith("#"):
        what = " ".join(repr(char) for char in bad)
        raise AsteriskError(
            Text(
                f"not fit for Asterisk's configuration: {text!r:.120} ({what or 'a blank or # at its edge'})",
                f"不能写入 Asterisk 配置：{text!r:.120}（{what or '首尾有空白或 #'}）",
            ),
            cure=Text("change that value of the site, or that folder's path", "请修改站点中的该值，或更换目录路径"),
        )
    return text


def display(value: object) -> str:
    """A name for people: what means something to Asterisk becomes a space."""
    kept = (" " if char in _DANGEROUS or not char.isprintable() else char for char in str(value))
    return " ".join("".join(kept).split())


def password(value: object) -> str:
    """A password that others have chosen, as a value of a .conf file: all it holds but the comment sign is plain there.

    Raises:
        AsteriskError: if it holds what no such value can.
    """
    text = str(value)
    if not fits_conf(text):
        raise AsteriskError(
            Text("a password is not fit for Asterisk's configuration", "有密码不能写入 Asterisk 配置"),
            cure=Text("take another: printable ASCII without blanks at its ends", "请更换：可打印的 ASCII，首尾无空白"),
        )
    return text.replace(";", "\\;")


def render_files(site: Site, settings: Settings, secrets: Secrets, dirs: Dirs, version: str) -> dict[str, str]:
    """The configuration as text by file name; nothing is written.

    Raises:
        AsteriskError: if a value would break the configuration, a template is wrong, or something would be open to
            a network that may not be.
        SetupError: if a trunk's password is missing.
    """
    check_exposure(site, settings)
    folder = asterisk_conf()
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  not HTML: the filters below guard every value
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(conf=conf, display=display, password=password)
    modules = choose_modules(dirs.modules)
    context: dict[str, Any] = {
        "site": site,
        "settings": settings,
        "secrets": secrets,
        "dirs": dirs,
        "recordings": settings.recordings.absolute(),
        "notices": settings.spool.absolute(),
        "language_code": asterisk_code,
        "penalty": penalty,
        "spoken_to": spoken_to,
        "modules": modules,
        "features": features(version, modules),
        "trunks": trunk_lines(site, secrets),
        "dial": dial,
        "transports": transports(site),
        "tls": certificate.paths(settings, dirs.keys),
        "authorities": authorities(settings),
        "exit_keys": exit_keys(site),
        "whisper": _whisper(site, settings),
        "ami_user": AMI_USER,
        "ami_host": ami_host(settings),
    }
    files = dict.fromkeys(_EMPTY, "; Asterisk wants this file to be there.\n")
    for path in sorted(folder.glob("*.j2")):
        try:
            files[path.stem] = environment.get_template(path.name).render(context)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise AsteriskError(
                f"template {path.name}{f':{line}' if line else ''}: {error.message}", cure="mend the template"
            ) from error
    return files


def render(site: Site, settings: Settings, secrets: Secrets, toolbox: Toolbox, sounds: Path) -> list[str]:
    """Write the instance's configuration; files that did not change are left alone.

    Args:
        site: the line.
        settings: ``asterisk_dir`` is where it goes.
        secrets: with one for every agent of the site, see ``ensure_secrets``.
        toolbox: whose Asterisk will run.
        sounds: folder that holds one folder per language (zh, en, ko) and ``moh``.

    Returns:
        Names of the files written anew, sorted; those of the AGI folder with ``agi-bin/`` before them.

    Raises:
        AsteriskError: if something cannot be rendered or written; then nothing has changed.
        SetupError: if a trunk's password is missing, or the certificate of SIP over TLS cannot be used.
    """
    dirs = make_dirs(settings, toolbox.asterisk_modules)
    wanted = {
        f"etc/{name}": (text, 0o600)
        for name, text in render_files(site, settings, secrets, dirs, toolbox.version()).items()
    }
    for path in sorted((asterisk_conf() / "agi-bin").glob("*")):
        if path.is_file():
            wanted[f"agi-bin/{path.name}"] = (path.read_text("utf-8"), 0o755)
    wanted["agi-bin/last-resort.python"] = (sys.executable, 0o644)
    changed = []
    try:
        if "tls" in transports(site):
            certificate.ensure(settings, dirs.keys, SystemClock().now())
        for name, (text, mode) in wanted.items():
            target = dirs.base / name
            if not _same(target, text, mode):
                write_private(target, text, mode)
                changed.append(name.removeprefix("etc/"))
        _link(dirs.data / "documentation", toolbox.data_dir / "documentation")
        _link(dirs.data / "sounds", sounds.absolute())
        _link(dirs.data / "moh", sounds.absolute() / "moh")
    except OSError as error:
        raise AsteriskError(
            Text(
                f"cannot write {error.filename or dirs.base}: {error.strerror}",
                f"无法写入 {error.filename or dirs.base}：{error.strerror}",
            ),
            cure=Text("check the disk and who owns the folder", "请检查磁盘和目录的所有者"),
        ) from error
    return sorted(changed)


def _whisper(site: Site, settings: Settings) -> str:
    """What Queue() plays to the agent alone; empty where no queue wants that."""
    wanted = any(queue.whisper for queue in site.queues.values())
    return f"{conf(whispers(settings))}/${{UNIQUEID}}" if wanted else ""


def _same(target: Path, text: str, mode: int) -> bool:
    try:
        return target.read_bytes() == text.encode() and target.stat().st_mode & 0o777 == mode
    except FileNotFoundError:
        return False


def _link(link: Path, target: Path) -> None:
    """Make ``link`` point to ``target``, in one step."""
    if link.is_symlink() and link.readlink() == target:
        return
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


__all__ = ["conf", "display", "password", "render", "render_files"]
