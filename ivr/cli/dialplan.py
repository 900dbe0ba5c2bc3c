"""``ivr dialplan``: what the telecom admin writes. Its commands, a module each."""

from __future__ import annotations

import typer

from ivr.cli import dialplan_check

app = typer.Typer(help="The call flows. / 呼叫流程", no_args_is_help=True)

for _module in (dialplan_check,):
    _module.register(app)
