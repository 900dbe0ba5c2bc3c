"""``ivr doctor``: names what is missing and the cure."""

from __future__ import annotations

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, state


def add(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def doctor(context: typer.Context, as_json: JsonFlag = False) -> None:
        """Look at this machine: what is missing, and the cure. / 体检：缺什么、怎么补"""
        from ivr.reports.health.doctor import examine

        findings = list(examine(state(context).settings))
        sick = [finding for finding in findings if not finding.ok]
        if as_json:
            emit({"ok": not sick, "findings": [finding.as_dict() for finding in findings]})
        else:
            for finding in findings:
                mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
                console.print(f"{mark} {escape(str(finding.name))}: {escape(str(finding.detail))}", soft_wrap=True)
                if not finding.ok:
                    console.print(f"    → {escape(str(finding.cure))}", soft_wrap=True)
            if not sick:
                done("nothing is missing", "一切就绪")
        raise typer.Exit(3 if sick else 0)
