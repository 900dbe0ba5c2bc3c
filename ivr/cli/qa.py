"""``ivr qa``: transcription and judging."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli import judge, people, qa_run, rejudge, rulebook, thresholds, workbench
from ivr.cli.common import JsonFlag, guarded, run, state
from ivr.core.errors import UsageError
from ivr.core.language import Text

app = typer.Typer(help="Quality assurance. / 质检", no_args_is_help=True)


app.command("run")(qa_run.run_)
app.command("judge")(judge.judge)
app.command("rejudge")(rejudge.rejudge)
app.command("eval")(workbench.evaluate)
app.command("tune")(workbench.tune)
app.command("thresholds")(thresholds.thresholds)
app.add_typer(rulebook.app, name="rulebook")


@app.command()
def report(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="Day, YYYY-MM-DD in the site's zone; today by default. / 日期")] = "",
    month: Annotated[str, typer.Option(help="A month's quality, YYYY-MM, instead of a day's calls. / 月份")] = "",
    agent: Annotated[str, typer.Option(help="Of the month, only this agent. / 按坐席")] = "",
    team: Annotated[str, typer.Option(help="Of the month, only this team (queue). / 按团队（队列）")] = "",
    item: Annotated[str, typer.Option(help="Of the month, only this item. / 按项目")] = "",
    html: Annotated[Path | None, typer.Option(help="Where the month's HTML report goes. / HTML 文件")] = None,
    csv: Annotated[Path | None, typer.Option(help="Where the month's tables go as CSV. / CSV 文件")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the day's report: indicators, calls, verdicts, timelines; or a month's quality. / 生成质检日报或月报"""
    from ivr.cli.day import day_report
    from ivr.cli.month import month_report

    settings = state(context).settings

    def made() -> None:
        if month and day:
            raise UsageError(
                Text("--day and --month exclude each other", "--day 与 --month 不能同时使用"),
                cure=Text("give one of them", "请只用其一"),
            )
        if not month and (agent or team or item or html or csv):
            raise UsageError(
                Text("--agent, --team, --item, --html and --csv go with --month", "这些选项须与 --month 同用"),
                cure=Text("ivr qa report --month 2026-11", "ivr qa report --month 2026-11"),
            )
        if month:
            run(month_report(settings, month, agent=agent, team=team, item=item, html=html, csv=csv, as_json=as_json))
        else:
            run(day_report(settings, day, as_json=as_json))

    guarded(made, as_json=as_json)


people.register(app)
