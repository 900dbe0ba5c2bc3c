"""``ivr qa review``: people score calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.cards import REVIEW_FIELDS, percent, print_card, show_review
from ivr.cli.common import JsonFlag, done, emit, note
from ivr.cli.people import AgentOption, By, fields, reading, table, when, writing
from ivr.core.errors import UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Review
    from ivr.storage.people import Session
    from recording.scorecards import Outcome

app = typer.Typer(help="Reviews by people. / 人工复核", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Number of the review. / 评分编号")]
CallNumber = Annotated[int, typer.Argument(help="Number of the call. / 通话编号")]
Reason = Annotated[str, typer.Option(help="Why, where the machine is contradicted. / 理由")]
Comment = Annotated[str, typer.Option(help="A comment. / 说明")]


@app.command("open")
def open_(
    context: typer.Context,
    call: CallNumber,
    by: By = "",
    agent: AgentOption = "",
    second: Annotated[bool, typer.Option("--second", help="Blind, beside the first review. / 盲评")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Begin a review of one agent's part in one call. / 开始评分"""
    from recording.review import reviews

    async def work(session: Session, now: datetime) -> Review:
        kind = "second" if second else "first"
        return await reviews.open_review(session, call, by=by, now=now, agent=agent or None, kind=kind)

    show_review(writing(context, work, as_json=as_json), as_json=as_json)


@app.command("set")
def set_(
    context: typer.Context,
    review: Number,
    item: Annotated[str, typer.Argument(help="Item of the scorecard. / 项目")],
    value: Annotated[
        str, typer.Argument(help="pass, fail, na, or clear. / 合格 pass、不合格 fail、不适用 na、清除 clear")
    ],
    by: By = "",
    reason: Reason = "",
    comment: Comment = "",
    as_json: JsonFlag = False,
) -> None:
    """Judge one item. / 评定一个项目"""
    from recording.review import reviews

    async def work(session: Session, now: datetime) -> Review:
        return await reviews.judge_item(
            session, review, item, _value(value), by=by, now=now, reason=reason, comment=comment
        )

    show_review(writing(context, work, as_json=as_json), as_json=as_json)


@app.command()
def submit(
    context: typer.Context,
    review: Number,
    by: By = "",
    comment: Comment = "",
    leave_open: Annotated[bool, typer.Option("--leave-open", help="Items may stay undecided. / 允许未决")] = False,
    confirm_rest: Annotated[
        bool, typer.Option("--confirm-rest", help="The machine's other verdicts were checked too. / 确认其余机器判定")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Close a review; from then on only a dispute changes it. / 提交评分"""
    from recording.review import reviews

    async def work(session: Session, now: datetime) -> Review:
        return await reviews.submit(
            session, review, by=by, now=now, comment=comment, leave_open=leave_open, confirm_rest=confirm_rest
        )

    show_review(writing(context, work, as_json=as_json), as_json=as_json)


@app.command()
def discard(
    context: typer.Context, review: Number, by: By = "", reason: Reason = "", as_json: JsonFlag = False
) -> None:
    """Give up a draft. / 作废草稿"""
    from recording.review import reviews

    async def work(session: Session, now: datetime) -> Review:
        return await reviews.discard(session, review, by=by, now=now, reason=reason)

    found = writing(context, work, as_json=as_json)
    if as_json:
        emit(fields(found, *REVIEW_FIELDS))
    else:
        done(f"review {found.id} discarded", f"评分 {found.id} 已作废")


@app.command()
def show(context: typer.Context, review: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """One review with its items. / 查看评分"""
    from ivr.storage.people import reviews as rows
    from recording.review.reviews import no_such
    from recording.review.sight import refuse_hidden

    async def work(session: Session, _now: datetime) -> Review:
        found = await rows.get(session, review)
        if found is None:
            raise no_such(review)
        await refuse_hidden(session, found, by)
        return found

    show_review(reading(context, work, as_json=as_json), as_json=as_json)


@app.command("list")
def list_(
    context: typer.Context,
    call: Annotated[int | None, typer.Option(help="Only of this call. / 按通话")] = None,
    agent: AgentOption = "",
    reviewer: Annotated[str, typer.Option(help="Only by this reviewer. / 按评分人")] = "",
    state_: Annotated[str, typer.Option("--state", help="draft, submitted, discarded. / 按状态")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Reviews, the newest first, without their values. / 评分列表"""
    from ivr.storage.people import reviews as rows
    from recording.review.states import REVIEW

    async def work(session: Session, _now: datetime) -> list[Review]:
        return list(
            await rows.list_reviews(
                session, call_id=call, agent=agent or None, reviewer=reviewer or None, state=state_ or None
            )
        )

    found = reading(context, work, as_json=as_json)
    names = ("id", "call_id", "agent", "kind", "source", "reviewer", "state", "opened_at", "submitted_at")
    if as_json:
        emit([fields(one, *names) for one in found])
    elif not found:
        note("no reviews", "没有评分")
    else:
        heads = (Text("#", "#"), Text("call", "通话"), Text("agent", "坐席"), Text("kind", "类型"),
                 Text("reviewer", "评分人"), Text("state", "状态"), Text("opened (UTC)", "开始（UTC）"))  # fmt: skip
        rows_ = [
            (one.id, one.call_id, one.agent, one.kind, one.reviewer, REVIEW.states[one.state], when(one.opened_at))
            for one in found
        ]
        table(heads, rows_, right=(0, 1))


@app.command()
def card(
    context: typer.Context, call: CallNumber, agent: AgentOption = "", by: By = "", as_json: JsonFlag = False
) -> None:
    """The scorecard as it stands: machine, review, disputes, what counts. / 当前评分表"""
    from recording.review.cards import Standing, standing
    from recording.review.sight import refuse_the_blind

    async def work(session: Session, _now: datetime) -> Standing:
        found = await standing(session, call, agent or None)
        await refuse_the_blind(session, call, found.agent, by)
        return found

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit(
            {
                "call": found.call_id,
                "agent": found.agent,
                "automatic": _totals(found.card.automatic),
                "final": _totals(found.card.final),
                "review": None if found.review is None else found.review.id,
                "disputes": [{"id": one.id, "item": one.item, "state": one.state} for one in found.disputes],
                "sections": [
                    {"section": one.name, "points": one.points, "possible": one.possible} for one in found.card.sections
                ],
                "items": [_line(one) for one in found.card.lines],
            }
        )
        return
    print_card(found.card)
    by_machine, final = found.card.automatic.percent, found.card.final.percent
    done(
        f"call {found.call_id}, {found.agent}: machine {percent(by_machine)}, final {percent(final)}",
        f"通话 {found.call_id}，{found.agent}：机器 {percent(by_machine)}，最终 {percent(final)}",
    )


def _value(text: str) -> Outcome | None:
    from recording.scorecards import Outcome

    values = {"pass": Outcome.PASS, "fail": Outcome.FAIL, "na": Outcome.NOT_APPLICABLE, "clear": None}
    if text not in values:
        raise UsageError(
            Text(f"not a value: {text!r:.40}", f"不是有效的评定：{text!r:.40}"), cure="pass, fail, na, clear"
        )
    return values[text]


def _line(one: Any) -> dict[str, Any]:
    return {
        "item": one.item,
        "title": one.title.en,
        "title_zh": one.title.zh,
        "norm": one.norm,
        "section": one.section,
        "weight": one.weight,
        "fail_all": one.fail_all,
        "manual": one.manual,
        "automatic": one.automatic.value,
        "reviewed": one.reviewed.value if one.reviewed else None,
        "decided": one.decided.value if one.decided else None,
        "final": one.final.value,
    }


def _totals(one: Any) -> dict[str, Any]:
    return {
        "points": one.points,
        "possible": one.possible,
        "percent": one.percent,
        "failed_all": one.failed_all,
        "undecided": one.undecided,
    }
