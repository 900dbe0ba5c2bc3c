"""An Asterisk of our own: started in the foreground under our eyes, stopped without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import NoReturn

from ivr.asterisk.boot import check_ports, wait_fully_booted
from ivr.asterisk.layout import Dirs, make_dirs
from ivr.asterisk.pidfile import clear_group, read_pid, wait_gone, write_pid
from ivr.asterisk.process import run
from ivr.asterisk.secrets import load_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.settings import Settings

_BOOT_LIMIT = 20.0  # seconds until FullyBooted; measured: 0.3-0.7
_CLI_LIMIT = 10.0
_STOP_LIMIT = 5.0  # seconds for each of: stop now, SIGTERM, SIGKILL


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the instance runs, as which process, and where."""

    running: bool
    pid: int | None
    sip: str
    ami_port: int


class Instance:
    """The Asterisk of one installation. Several can run on one host, with different homes and ports."""

    def __init__(self, settings: Settings, toolbox: Toolbox) -> None:
        self.settings = settings
        self.toolbox = toolbox
        self.pidfile = settings.run / "asterisk.pid"
        self._conf = settings.asterisk_dir.absolute() / "etc" / "asterisk.conf"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def dirs(self) -> Dirs:
        """The instance's folders."""
        return make_dirs(self.settings, self.toolbox.asterisk_modules)

    def status(self) -> Status:
        """What the instance is doing now."""
        pid = self._pid()
        sip = f"{self.settings.host}:{self.settings.sip_port}"
        return Status(running=pid is not None, pid=pid, sip=sip, ami_port=self.settings.ami_port)

    def start(self, *, limit: float = _BOOT_LIMIT) -> Status:
        """Start Asterisk and wait until it has fully booted; nothing happens when it runs already.

        Args:
            limit: seconds it may take.

        Raises:
            AsteriskError: not rendered, a port in use, or it does not come up; then no process is left.
        """
        if self._pid() is not None:
            return self.status()
        if not self._conf.is_file():
            raise AsteriskError(
                Text(f"{self._conf} does not exist", f"{self._conf} 不存在"),
                cure=Text("run `ivr asterisk render`", "请运行 `ivr asterisk render`"),
            )
        secrets = load_secrets(self.settings)
        check_ports(self.settings, self._protocols())
        dirs = self.dirs
        mark = dirs.messages.stat().st_size if dirs.messages.exists() else 0
        process = self._spawn(dirs)
        try:
            write_pid(self.pidfile, process.pid)
            booted = wait_fully_booted(self.settings, secrets, limit=limit, alive=lambda: process.poll() is None)
            if not booted:
                self._not_booted(process.poll(), limit, mark, dirs)
        except BaseException:
            self._kill(process.pid)
            raise
        return self.status()

    def stop(self) -> bool:
        """Stop Asterisk: politely, then with SIGTERM, then with SIGKILL; each within 5 seconds.

        Only the process we wrote down is touched, and only if it runs with our asterisk.conf.

        Returns:
            Whether there was anything to stop.
        """
        pid = self._pid()
        if pid is None:
            self.pidfile.unlink(missing_ok=True)
            return False
        asked = False
        with contextlib.suppress(AsteriskError):
            self.run_cli("core stop now", limit=_STOP_LIMIT)
            asked = True
        if not (asked and wait_gone(pid, str(self._conf), _STOP_LIMIT)):
            self._signal(pid, signal.SIGTERM)
            wait_gone(pid, str(self._conf), _STOP_LIMIT)
        self._kill(pid)
        return True

    def run_cli(self, command: str, *, limit: float = _CLI_LIMIT) -> str:
        """Run one command on Asterisk's console and return what it prints.

        Raises:
            AsteriskError: if Asterisk does not run, does not answer in time, or the command is not one line.
        """
        if not command.isprintable():
            raise AsteriskError(f"not a console command: {command!r:.80}", cure="give one line of printable text")
        words = [*self.toolbox.command("asterisk"), "-C", str(self._conf), "-rx", command]
        done = run(words, limit=limit, env=self._environment())
        if done.code != 0:
            reason = (done.err or done.out).strip().splitlines()[:1]
            raise AsteriskError(
                Text(
                    f"Asterisk does not answer: {' '.join(reason)[:200]}",
                    f"Asterisk 没有应答：{' '.join(reason)[:200]}",
                ),
                cure=Text("run `ivr asterisk start`", "请运行 `ivr asterisk start`"),
            )
        return done.out

    def _protocols(self) -> list[str]:
        """The transports of SIP that were rendered."""
        with contextlib.suppress(OSError):
            text = self._conf.with_name("pjsip.conf").read_text("utf-8")
            return re.findall(r"^protocol = (\w+)$", text, re.MULTILINE)
        return ["udp"]

    def _pid(self) -> int | None:
        if self._process is not None:
            self._process.poll()
        return read_pid(self.pidfile, str(self._conf))

    def _environment(self) -> dict[str, str]:
        """What Asterisk and what it starts may know of ours: nothing but paths and locale."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR") if name in os.environ}
        return kept | {"HOME": str(self.settings.asterisk_dir.absolute())}

    def _spawn(self, dirs: Dirs) -> subprocess.Popen[bytes]:
        command = [*self.toolbox.command("asterisk"), "-C", str(self._conf), "-f"]
        try:
            with (dirs.log / "console.log").open("wb") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=dirs.spool,
                    env=self._environment(),
                    start_new_session=True,
                )
        except OSError as error:
            raise AsteriskError(
                Text(f"cannot start Asterisk: {error.strerror}", f"无法启动 Asterisk：{error.strerror}"),
                cure=Text("run `ivr asterisk install`", "请运行 `ivr asterisk install`"),
            ) from error
        return self._process

    @staticmethod
    def _not_booted(code: int | None, limit: float, mark: int, dirs: Dirs) -> NoReturn:
        said = _complaints(dirs, mark)
        if code is None:
            what = Text(
                f"Asterisk did not come up within {limit:g} seconds: {said}",
                f"Asterisk 未能在 {limit:g} 秒内启动：{said}",
            )
        else:
            what = Text(
                f"Asterisk ended at once (exit code {code}): {said}",
                f"Asterisk 启动后立即退出（退出码 {code}）：{said}",
            )
        raise AsteriskError(what, cure=Text(f"see {dirs.messages}", f"请查看 {dirs.messages}"))

    def _kill(self, pid: int) -> None:
        """End the process and whatever it has started, and forget it."""
        if not wait_gone(pid, str(self._conf), 0.0):
            self._signal(pid, signal.SIGKILL)
            wait_gone(pid, str(self._conf), _STOP_LIMIT)
        if self._process is not None and self._process.pid == pid:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_LIMIT)
            self._process = None
        clear_group(pid, 1.0)
        self.pidfile.unlink(missing_ok=True)

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _complaints(dirs: Dirs, mark: int) -> str:
    """What Asterisk complained of since its log was ``mark`` bytes long, in one printable line."""
    time.sleep(0.1)  # its logger writes from a thread of its own
    text = ""
    for path, start in ((dirs.messages, mark), (dirs.log / "console.log", 0)):
        with contextlib.suppress(OSError):
            text += path.read_bytes()[start:].decode("utf-8", "replace") + "\n"
    told = [_plain(line) for line in text.splitlines()]
    lines = [line for line in told if re.search(r"\b(ERROR|WARNING)\b|[Uu]nable|[Ff]ailed", line)]
    said = " | ".join(dict.fromkeys(line.strip() for line in (lines or told)[:3])) or "it said nothing"
    return "".join(char if char.isprintable() else " " for char in said)[:600]


def _plain(line: str) -> str:
    """A line of Asterisk's log, which is JSON, as a person reads it; any other line unchanged."""
    try:
        message = json.loads(line)["logmsg"]
        return f"{message['level']}: {message['message']}"
    except (ValueError, LookupError, TypeError):
        return line


__all__ = ["Instance", "Status"]
