"""``ivr calls``: the stories of calls."""

from __future__ import annotations

import typer

app = typer.Typer(help="Calls. / 通话", no_args_is_help=True)
