"""``ivr prompts``: what the line says. Its commands, a module each."""

from __future__ import annotations

import typer

from ivr.cli import prompts_build, prompts_check, prompts_import, prompts_list

app = typer.Typer(help="What the line says. / 提示音", no_args_is_help=True)

for _module in (prompts_list, prompts_build, prompts_check, prompts_import):
    _module.register(app)
