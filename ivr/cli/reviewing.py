"""``ivr qa review`` and ``ivr qa calibrate``: people score calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, note, state
from ivr.cli.people import AgentOption, By, fields, reading, site_and_zone, table, when, writing
from ivr.core.errors import UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Review
    from ivr.storage.people import Session
    from recording.scorecards import Card, Outcome

app = typer.Typer(help="Reviews by people. / 人工复核", no_args_is_help=True)
calibrate = typer.Typer(help="Calibration: several score the same calls. / 评分校准", no_args_is_help=True)

_REVIEW = (
    "id", "call_id", "agent", "kind", "source", "reviewer", "state", "opened_at", "submitted_at", "points", "possible",
    "failed_all", "rulebook", "rulebook_version", "comment",
)  # fmt: skip
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

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


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

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


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

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


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
        emit(fields(found, *_REVIEW))
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

    _shown(reading(context, work, as_json=as_json), as_json=as_json)


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
    _print_card(found.card)
    by_machine, final = found.card.automatic.percent, found.card.final.percent
    done(
        f"call {found.call_id}, {found.agent}: machine {_percent(by_machine)}, final {_percent(final)}",
        f"通话 {found.call_id}，{found.agent}：机器 {_percent(by_machine)}，最终 {_percent(final)}",
    )


@calibrate.command("open")
def calibrate_open(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="Title of the session. / 标题")],
    call: Annotated[list[str], typer.Option(help="Call, or CALL:AGENT; several times. / 通话，可多次")],
    reviewer: Annotated[list[str], typer.Option(help="Who scores; several times. / 评分人，可多次")],
    by: By = "",
    due: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD. / 截止日期")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Begin a session. / 发起校准"""
    from ivr.cli.coaching import end_of_day
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


@calibrate.command("start")
def calibrate_start(
    context: typer.Context,
    session_id: Annotated[int, typer.Argument(metavar="SESSION", help="Number of the session. / 校准编号")],
    call: CallNumber,
    by: By = "",
    agent: AgentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """One's own blind review of one of the calls. / 盲评其中一通"""
    from recording.review import calibration

    async def work(session: Session, now: datetime) -> Review:
        return await calibration.start(session, session_id, call, by=by, now=now, agent=agent or None)

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


@calibrate.command("close")
def calibrate_close(
    context: typer.Context,
    session_id: Annotated[int, typer.Argument(metavar="SESSION", help="Number of the session. / 校准编号")],
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


@calibrate.command("show")
def calibrate_show(
    context: typer.Context,
    session_id: Annotated[int, typer.Argument(metavar="SESSION", help="Number of the session. / 校准编号")],
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
        (one.call_id, one.agent, ", ".join(f"{who} {_percent(value)}" for who, value in one.percents.items()),
         "—" if one.spread is None else f"{one.spread:.1f}")
        for one in found.calls
    ]  # fmt: skip
    table((Text("call", "通话"), Text("agent", "坐席"), Text("scores", "得分"), Text("spread", "差距")), scores)
    for who, call_id, _ in found.missing:
        note(f"{who} did not score call {call_id}", f"{who} 未评通话 {call_id}")


@calibrate.command("list")
def calibrate_list(context: typer.Context, as_json: JsonFlag = False) -> None:
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


def _value(text: str) -> Outcome | None:
    from recording.scorecards import Outcome

    values = {"pass": Outcome.PASS, "fail": Outcome.FAIL, "na": Outcome.NOT_APPLICABLE, "clear": None}
    if text not in values:
        raise UsageError(
            Text(f"not a value: {text!r:.40}", f"不是有效的评定：{text!r:.40}"), cure="pass, fail, na, clear"
        )
    return values[text]


def _call_and_agent(text: str) -> tuple[int, str | None]:
    number, _, agent = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UsageError(
            Text(f"not a call: {text!r:.80}", f"不是通话：{text!r:.80}"),
            cure=Text("17, or 17:agent-lee", "17 或 17:agent-lee"),
        )
    return int(number), agent or None


def _shown(review: Review, *, as_json: bool) -> None:
    """A review; what the machine found is left out where the reviewer is to judge without it."""
    from recording.review.cards import BLIND, review_card
    from recording.review.reviews import open_items
    from recording.review.states import REVIEW

    blind = review.kind in BLIND and review.state == "draft"
    missing = open_items(review)
    if as_json:
        items = [
            {
                **fields(one, "item", "norm", "section", "title", "weight", "fail_all", "manual", "value", "reason",
                         "comment"),
                **({} if blind else {"automatic": one.automatic}),
            }
            for one in review.items
        ]  # fmt: skip
        emit({**fields(review, *_REVIEW), "open": missing, "items": items})
        return
    _print_card(review_card(review), blind=blind)
    said = REVIEW.states[review.state]
    done(
        f"review {review.id} of call {review.call_id}, {review.agent}, by {review.reviewer}: {said.en}"
        + (f"; to be judged: {', '.join(missing)}" if missing and review.state == "draft" else ""),
        f"评分 {review.id}：通话 {review.call_id}，{review.agent}，评分人 {review.reviewer}，{said.zh}"
        + (f"；待评定：{', '.join(missing)}" if missing and review.state == "draft" else ""),
    )


def _print_card(card: Card, *, blind: bool = False) -> None:
    from recording.scorecards.outcome import name_of

    heads = [Text("section", "部分"), Text("item", "项目"), Text("norm", "规范"), Text("title", "名称"),
             Text("weight", "权重"), Text("machine", "机器"), Text("reviewer", "人工"), Text("dispute", "申诉"),
             Text("counts", "最终")]  # fmt: skip
    rows = [
        (
            one.section,
            one.item + (" !" if one.fail_all else ""),
            one.norm,
            one.title,
            f"{one.weight:g}",
            "·" if blind else name_of(one.automatic),
            "" if one.reviewed is None else name_of(one.reviewed),
            "" if one.decided is None else name_of(one.decided),
            "·" if blind else name_of(one.final),
        )
        for one in card.lines
    ]
    table(heads, rows, right=(4,))


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


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} %"
