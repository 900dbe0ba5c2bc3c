"""``ivr up`` and ``ivr serve``."""

from __future__ import annotations

import typer

from ivr.cli.asterisk import prepare
from ivr.cli.common import guarded, run, state


def add(app: typer.Typer) -> None:
    """Add the commands to ``app``."""

    @app.command()
    def up(context: typer.Context) -> None:
        """Start Asterisk, the engine and the quality worker, and keep them running. / 启动并看护全部服务"""
        here = state(context)
        prepare(here.settings)  # before the event loop, so that Ctrl-C ends a download at once
        guarded(lambda: run(here.runtime.up(here.settings)))

    @app.command()
    def serve(context: typer.Context) -> None:
        """Answer calls: FastAGI, AMI, journal, ledger. / 仅运行呼叫引擎"""
        here = state(context)
        guarded(lambda: run(here.runtime.serve(here.settings)))
