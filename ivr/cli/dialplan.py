"""``ivr dialplan``: what the telecom admin writes. Its commands, a module each."""

from __future__ import annotations

import typer

from ivr.cli import dialplan_check, dialplan_codes, dialplan_diff, dialplan_graph, dialplan_simulate, dialplan_versions

app = typer.Typer(help="The call flows. / 呼叫流程", no_args_is_help=True)

for _module in (dialplan_check, dialplan_codes, dialplan_diff, dialplan_graph, dialplan_simulate, dialplan_versions):
    _module.register(app)
