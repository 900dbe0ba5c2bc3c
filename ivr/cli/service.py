"""``ivr up`` and ``ivr serve``."""

from __future__ import annotations

from pathlib import Path

import typer

from ivr.cli.asterisk import prepare
from ivr.cli.common import guarded, run, state
from ivr.core.alone import alone
from ivr.core.errors import UsageError
from ivr.core.language import Text


def _running(home: Path) -> UsageError:
    return UsageError(
        Text(f"`ivr up` runs in {home} already", f"{home} 中已有 `ivr up` 在运行"),
        cure=Text("stop it first, or set IVR_HOME", "请先停止它，或另设 IVR_HOME"),
    )


def add(app: typer.Typer) -> None:
    """Add the commands to ``app``."""

    @app.command()
    def up(context: typer.Context) -> None:
        """Start Asterisk, engine, quality worker and console, and keep them running. / 启动并看护全部服务"""
        here = state(context)

        def keep_up() -> None:
            # Before all else: a second one would stop the Asterisk of the first, and its calls.
            with alone(here.settings.run / "up.lock", _running(here.settings.home)):
                prepare(here.settings)  # before the event loop, so that Ctrl-C ends a download at once
                run(here.runtime.up(here.settings))

        guarded(keep_up)

    @app.command()
    def serve(context: typer.Context) -> None:
        """Answer calls: FastAGI, AMI, journal, ledger. / 仅运行呼叫引擎"""
        here = state(context)
        guarded(lambda: run(here.runtime.serve(here.settings)))
