"""``ivr qa``: transcription and judging."""

from __future__ import annotations

import typer

app = typer.Typer(help="Quality assurance. / 质检", no_args_is_help=True)
