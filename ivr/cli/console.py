"""``ivr console``."""

from __future__ import annotations

import typer

from ivr.cli.common import guarded, run, state


def add(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def console(context: typer.Context) -> None:
        """Pages and REST API for agents, supervisors, QA staff and admins. / 网页控制台与 REST 接口"""
        here = state(context)
        guarded(lambda: run(here.runtime.console(here.settings)))
