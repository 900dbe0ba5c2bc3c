"""``ivr qa calibrate``: several people score the same calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.cards import percent, show_review
from ivr.cli.common import JsonFlag, done, emit, note, state
from ivr.cli.day import end_of_day
from ivr.cli.people import AgentOption, By, fields, reading, site_and_zone, table, writing
from ivr.core.errors import UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Review
    from ivr.storage.people import Session

app = typer.Typer(help="Calibration: several score the same calls. / 评分校准", no_args_is_help=True)

CallNumber = Annotated[int, typer.Argument(help="Number of the call. / 通话编号")]
SessionNumber = Annotated[int, typer.Argument(metavar="SESSION", help="Number of the session. / 校准编号")]


@app.command("open")
def open_(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="Title of the session. / 标题")],
    call: Annotated[list[str], typer.Option(help="Call, or CALL:AGENT; several times. / 通话，可多次")],
    reviewer: Annotated[list[str], typer.Option(help="Who scores; several times. / 评分人，可多次")],
    by: By = "",
    due: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD. / 截止日期")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Begin a session. / 发起校准"""
    from recording.review import calibration

    async def work(session: Session, now: datetime) -> int:
        due_at = end_of_day(due, site_and_zone(state(context).settings)[1]) if due else None
        calls = [_call_and_agent(one) for one in call]
        return (await calibration.open_session(session, title, calls, reviewer, by=by, now=now, due_at=due_at)).id

    number = writing(context, work, as_json=as_json)
    if as_json:
        emit({"id": number})
    else:
        done(f"calibration session {number} opened", f"已发起校准 {number}")


@app.command("start")
def start(
    context: typer.Context,
    session_id: SessionNumber,
    call: CallNumber,
    by: By = "",
    agent: AgentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """One's own blind review of one of the calls. / 盲评其中一通"""
    from recording.review import calibration

    async def work(session: Session, now: datetime) -> Review:
        return await calibration.start(session, session_id, call, by=by, now=now, agent=agent or None)

    show_review(writing(context, work, as_json=as_json), as_json=as_json)


@app.command("close")
def close(
    context: typer.Context,
    session_id: SessionNumber,
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """End a session; its results are open from then on. / 结束校准"""
    from recording.review import calibration

    async def work(session: Session, now: datetime) -> int:
        return (await calibration.close(session, session_id, by=by, now=now)).id

    number = writing(context, work, as_json=as_json)
    if as_json:
        emit({"id": number, "state": "closed"})
    else:
        done(f"calibration session {number} closed", f"校准 {number} 已结束")


@app.command("show")
def show(
    context: typer.Context,
    session_id: SessionNumber,
    as_json: JsonFlag = False,
) -> None:
    """What a closed session showed: agreement per item, spread per call. / 校准结果"""
    from ivr.reports.quality.plain import plain
    from recording.review import calibration

    async def work(session: Session, _now: datetime) -> calibration.Results:
        return await calibration.results(session, session_id)

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit(plain(found))
        return
    heads = (Text("item", "项目"), Text("calls", "通话"), Text("reviewers", "评分人"), Text("differ on", "不一致"),
             Text("agree", "一致率"), Text("Fleiss' kappa", "Fleiss Kappa"),
             Text("pairwise kappa", "两两 Kappa"))  # fmt: skip
    rows = [
        (
            one.title,
            one.agreement.subjects,
            one.agreement.raters,
            one.agreement.split,
            "—" if one.agreement.observed is None else f"{100 * one.agreement.observed:.0f} %",
            "—" if one.agreement.fleiss is None else f"{one.agreement.fleiss:.2f}",
            "—" if one.agreement.pairwise is None else f"{one.agreement.pairwise:.2f}",
        )
        for one in found.items
    ]
    table(heads, rows, right=range(1, 7))
    scores = [
        (one.call_id, one.agent, ", ".join(f"{who} {percent(value)}" for who, value in one.percents.items()),
         "—" if one.spread is None else f"{one.spread:.1f}")
        for one in found.calls
    ]  # fmt: skip
    table((Text("call", "通话"), Text("agent", "坐席"), Text("scores", "得分"), Text("spread", "差距")), scores)
    for who, call_id, _ in found.missing:
        note(f"{who} did not score call {call_id}", f"{who} 未评通话 {call_id}")


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Sessions, the newest first. / 校准列表"""
    from ivr.storage.people import calibrations as rows
    from recording.review.states import CALIBRATION

    async def work(session: Session, _now: datetime) -> list[dict[str, Any]]:
        names = ("id", "title", "state", "reviewers", "opened_by", "opened_at", "due_at", "closed_at")
        return [
            {**fields(one, *names), "calls": [[call.call_id, call.agent] for call in one.calls]}
            for one in await rows.list_calibrations(session)
        ]

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit(found)
        return
    heads = (
        Text("#", "#"),
        Text("title", "标题"),
        Text("state", "状态"),
        Text("calls", "通话"),
        Text("reviewers", "评分人"),
    )
    rows_ = [
        (one["id"], one["title"], CALIBRATION.states[one["state"]], len(one["calls"]), ", ".join(one["reviewers"]))
        for one in found
    ]
    table(heads, rows_, right=(0, 3))


def _call_and_agent(text: str) -> tuple[int, str | None]:
    number, _, agent = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UsageError(
            Text(f"not a call: {text!r:.80}", f"不是通话：{text!r:.80}"),
            cure=Text("17, or 17:agent-lee", "17 或 17:agent-lee"),
        )
    return int(number), agent or None
