"""The folders of one Asterisk instance."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.settings import Settings

_SOCKET = "asterisk.ctl"
_SOCKET_PATH_LIMIT = 107  # bytes, sun_path less its NUL (unix(7))


@dataclass(frozen=True, slots=True)
class Dirs:
    """Where the instance keeps what."""

    base: Path
    etc: Path
    log: Path
    spool: Path
    run: Path
    db: Path
    keys: Path
    cache: Path
    data: Path
    agi_bin: Path
    modules: Path

    @property
    def conf(self) -> Path:
        """The instance's asterisk.conf."""
        return self.etc / "asterisk.conf"

    @property
    def messages(self) -> Path:
        """Asterisk's own notices, warnings and errors."""
        return self.log / "messages.log"

    @property
    def queue_log(self) -> Path:
        """What happened in the queues."""
        return self.log / "queue_log"

    @property
    def cel(self) -> Path:
        """Channel events, one JSON object a line."""
        return self.log / "cel-custom" / "cel.json"


def make_dirs(settings: Settings, modules: Path, env: Mapping[str, str] | None = None) -> Dirs:
    """The folders of this installation's instance, made where they are missing, closed to others.

    Raises:
        AsteriskError: if a folder cannot be made.
    """
    base = settings.asterisk_dir.absolute()
    try:
        for sub in ("etc", "log/cel-custom", "spool", "db", "keys", "cache", "data", "agi-bin"):
            (base / sub).mkdir(parents=True, exist_ok=True)
        base.chmod(0o700)
        for folder in (settings.recordings, settings.spool, settings.run, settings.logs):
            folder.mkdir(parents=True, exist_ok=True)
        run = _run_dir(base, os.environ if env is None else env)
    except OSError as error:
        raise AsteriskError(
            Text(
                f"cannot create {error.filename or base}: {error.strerror}",
                f"无法创建 {error.filename or base}：{error.strerror}",
            ),
            cure=Text("set IVR_HOME to a folder of yours", "请将 IVR_HOME 设为可写目录"),
        ) from error
    return Dirs(
        base=base,
        etc=base / "etc",
        log=base / "log",
        spool=base / "spool",
        run=run,
        db=base / "db",
        keys=base / "keys",
        cache=base / "cache",
        data=base / "data",
        agi_bin=base / "agi-bin",
        modules=modules,
    )


def _run_dir(base: Path, env: Mapping[str, str]) -> Path:
    """Folder of the control socket. Where its path would be too long, ``run`` is a link to a short one."""
    run = base / "run"
    if len(os.fsencode(run / _SOCKET)) <= _SOCKET_PATH_LIMIT:
        run.mkdir(exist_ok=True)
        return run
    if run.is_symlink() and run.is_dir():
        return _own(run.readlink())
    name = f"ivr-{os.getuid()}-{hashlib.sha256(os.fsencode(base)).hexdigest()[:12]}"
    runtime = Path(env.get("XDG_RUNTIME_DIR") or "/nonexistent")
    short = (runtime if os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())) / name
    if len(os.fsencode(short / _SOCKET)) > _SOCKET_PATH_LIMIT:
        raise AsteriskError(
            Text(
                f"the path of Asterisk's control socket is too long: {short}", f"Asterisk 控制套接字的路径过长：{short}"
            ),
            cure=Text("set IVR_HOME or TMPDIR to a shorter path", "请将 IVR_HOME 或 TMPDIR 设为较短的路径"),
        )
    short.mkdir(mode=0o700, exist_ok=True)
    _own(short)
    run.unlink(missing_ok=True)
    run.symlink_to(short)
    return short


def _own(folder: Path) -> Path:
    """``folder``, if it is ours alone: in a shared place another user could have made it first."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise AsteriskError(
            Text(f"{folder} is not a private folder of this user", f"{folder} 不是当前用户的私有目录"),
            cure=Text("delete it, or set TMPDIR", "请删除它，或另设 TMPDIR"),
        )
    return folder


def control_socket(settings: Settings) -> Path:
    """The engine's control socket, in the private folder of Asterisk's own, which a socket's path fits in.

    Raises:
        AsteriskError: if the folder cannot be made, or its path is too long.
    """
    base = settings.asterisk_dir.absolute()
    try:
        base.mkdir(parents=True, exist_ok=True)
        base.chmod(0o700)
        run = _run_dir(base, os.environ)
    except OSError as error:
        raise AsteriskError(
            Text(f"cannot create {error.filename or base}: {error.strerror}",
                 f"无法创建 {error.filename or base}：{error.strerror}"),
            cure=Text("set IVR_HOME to a folder of yours", "请将 IVR_HOME 设为可写目录"),
        ) from error  # fmt: skip
    return (run.readlink() if run.is_symlink() else run) / "control.sock"


def whispers(settings: Settings) -> Path:
    """Where Asterisk looks for what agents are told of callers: a file named after the caller's channel."""
    return settings.run.absolute() / "whispers"


def ami_host(settings: Settings) -> str:
    """Address the manager listens on: ``settings.host`` where that is loopback, else 127.0.0.1."""
    try:
        loopback = ipaddress.IPv4Address(settings.host).is_loopback
    except ValueError:
        loopback = False
    return settings.host if loopback else "127.0.0.1"


__all__ = ["Dirs", "ami_host", "control_socket", "make_dirs", "whispers"]
