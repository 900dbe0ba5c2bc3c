"""Short-lived helper processes with a time limit, killed with all their children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import AsteriskError
from ivr.core.language import Text

_GRACE = 3.0  # seconds between SIGTERM and SIGKILL


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended: exit code (negative = signal) and both outputs as text."""

    code: int
    out: str
    err: str


def kill_group(process: subprocess.Popen[bytes], *, grace: float = _GRACE) -> None:
    """End a process that leads its own group, and all its children; SIGKILL after ``grace`` seconds."""
    for sig, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # children that outlived their parent


def run(
    command: Sequence[str],
    *,
    limit: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    tick: Callable[[], None] | None = None,
) -> Finished:
    """Run a command to its end in a process group of its own.

    Args:
        command: program and arguments; never a shell line.
        limit: time limit in seconds.
        cwd: working directory.
        env: environment, ours when None.
        tick: called about twice a second while the command runs.

    Raises:
        AsteriskError: if it cannot be started or does not end in time.
        KeyboardInterrupt: passed on, after the group is gone.
    """
    name = next((Path(part).name for part in command if "ld-linux" not in part), "command")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
        )
    except OSError as error:
        raise AsteriskError(
            Text(f"cannot start {name}: {error.strerror or error}", f"无法启动 {name}：{error.strerror or error}"),
            cure=Text("see `ivr doctor`", "请运行 `ivr doctor`"),
        ) from error
    step = limit if tick is None else 0.5
    waited = 0.0
    try:
        while True:
            try:
                out, err = process.communicate(timeout=min(step, limit - waited))
                break
            except subprocess.TimeoutExpired:
                waited += step
                if waited >= limit:
                    raise AsteriskError(
                        Text(f"{name} did not end within {limit:g} seconds", f"{name} 未在 {limit:g} 秒内结束"),
                        cure=Text("try again; look at the load and the network", "请查看负载与网络后重试"),
                    ) from None
                if tick is not None:
                    tick()
    except BaseException:
        kill_group(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        raise
    return Finished(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


__all__ = ["Finished", "kill_group", "run"]
