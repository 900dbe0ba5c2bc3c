"""``ivr qa``: transcription and judging."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli import judge, qa_run, rejudge
from ivr.cli.common import JsonFlag, guarded, run, state

app = typer.Typer(help="Quality assurance. / 质检", no_args_is_help=True)


app.command("run")(qa_run.run_)
app.command("judge")(judge.judge)
app.command("rejudge")(rejudge.rejudge)


@app.command()
def report(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="Day, YYYY-MM-DD in the site's zone; today by default.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Write the day's report: indicators, calls, verdicts, timelines. / 生成当日质检报告"""
    from ivr.cli.day import day_report

    guarded(lambda: run(day_report(state(context).settings, day, as_json=as_json)), as_json=as_json)
