"""The demo's own home: made anew for each run, never anybody else's."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.core.alone import alone
from ivr.core.errors import SetupError, TelephonyError, UsageError
from ivr.core.language import Text
from ivr.core.ports import TCP, UDP, is_free
from ivr.core.settings import Settings

MARKER = ".ivr-demo"
_STATE = ("asterisk", "heard", "recordings", "spool", "run", "log", "reports", "secrets.json", "audit.head")
_LOCK = ".lock"
_STOP_WITHIN = 10.0


@contextmanager
def demo_home(settings: Settings) -> Iterator[None]:
    """Hold ``settings.home`` for one demo, emptied of the demo before it.

    Raises:
        UsageError: if it holds anything that no demo wrote, or another demo runs in it.
        SetupError: if it cannot be written.
    """
    home = settings.home
    busy = UsageError(
        Text(f"another demo runs in {home}", f"{home} 中已有演示在运行"),
        cure=Text("wait for it, or set IVR_HOME", "请等它结束，或另设 IVR_HOME"),
    )
    with contextlib.ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            if not (home / MARKER).exists() and any(home.iterdir()):
                raise UsageError(
                    Text(f"{home} is not a demo's folder", f"{home} 不是演示目录"),
                    cure=Text("set IVR_HOME to an empty or a new folder", "请将 IVR_HOME 设为空目录或新目录"),
                )
            (home / MARKER).touch()
            stack.enter_context(alone(home / _LOCK, busy))
        except OSError as error:
            raise SetupError(
                f"{error.filename or home}: {error.strerror}",
                cure=Text("set IVR_HOME to a folder you can write to", "请将 IVR_HOME 设为可写目录"),
            ) from error
        stop_stale_engine(settings)
        yield


def clear(settings: Settings) -> None:
    """Take away what the demo before has left; nothing of it may run any more."""
    for name in _STATE:
        path = settings.home / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in settings.home.glob("ivr.db*"):
        path.unlink()


def stop_stale_engine(settings: Settings) -> None:
    """End the engine of a demo that was itself killed; only a process that is surely ours."""
    ready = settings.run / "serve.ready"
    with contextlib.suppress(OSError, ValueError):
        pid = int(ready.read_text("ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        if b"ivr.app" in command and b"serve" in command and f"IVR_HOME={settings.home}".encode() in environment:
            os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + _STOP_WITHIN
            while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
                time.sleep(0.1)
        ready.unlink(missing_ok=True)


def choose_ports(settings: Settings) -> Settings:
    """The settings with free ports in place of those in use, as far as nobody has asked for them.

    Raises:
        TelephonyError: if a port that was asked for is in use.
    """
    chosen: dict[str, int] = {}
    for name, kind in (
        ("sip_port", UDP),
        ("ami_port", TCP),
        ("agi_port", TCP),
        ("console_port", TCP),
    ):
        port = getattr(settings, name)
        if is_free(kind, settings.host, port):
            continue
        if name in settings.model_fields_set:
            raise TelephonyError(
                Text(f"port {port} is in use", f"端口 {port} 已被占用"),
                cure=Text(
                    f"stop what uses it, or set IVR_{name.upper()}", f"请停止占用它的程序，或另设 IVR_{name.upper()}"
                ),
            )
        taken = set(chosen.values())
        others = (other for other in range(port + 1000, 65000, 7) if other not in taken)
        chosen[name] = next(other for other in others if is_free(kind, settings.host, other))
    return settings.model_copy(update=chosen) if chosen else settings
