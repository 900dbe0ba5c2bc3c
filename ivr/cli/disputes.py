"""``ivr qa dispute``: agents object, others decide."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, note
from ivr.cli.people import By, fields, reading, table, when, writing
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Dispute
    from ivr.storage.people import Session

app = typer.Typer(help="Disputes of agents. / 坐席申诉", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Number of the dispute. / 申诉编号")]
Reason = Annotated[str, typer.Option(help="Why. / 理由")]
_OPEN = ("id", "call_id", "agent", "state", "opened_at", "due_at")
_ALL = (
    *_OPEN, "item", "reason", "disputed", "first_reviewer", "second_reviewer", "second_value", "answered_at",
    "decided_at", "decided_by", "decision", "value",
)  # fmt: skip


@app.command("raise")
def raise_(
    context: typer.Context,
    call: Annotated[int, typer.Argument(help="Number of the call. / 通话编号")],
    item: Annotated[str, typer.Argument(help="The failed item. / 不合格项目")],
    reason: Reason = "",
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """Object to a failed item of one's own card; once for an item. / 提出申诉"""
    from recording.review import disputes

    async def work(session: Session, now: datetime) -> Dispute:
        return await disputes.raise_dispute(session, call, item, by=by, now=now, reason=reason)

    _shown(writing(context, work, as_json=as_json), as_json=as_json, all_=True)


@app.command()
def take(context: typer.Context, dispute: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """Become the second reviewer; opens a blind review of the whole call. / 受理并盲评"""
    from recording.review import disputes

    async def work(session: Session, now: datetime) -> int:
        return (await disputes.take(session, dispute, by=by, now=now)).id

    number = writing(context, work, as_json=as_json)
    if as_json:
        emit({"dispute": dispute, "review": number})
    else:
        done(
            f"score the whole call in review {number}: ivr qa review show {number}",
            f"请在评分 {number} 中评完整通电话：ivr qa review show {number}",
        )


@app.command()
def release(context: typer.Context, dispute: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """Give it back unanswered. / 退回"""
    from recording.review import disputes

    async def work(session: Session, now: datetime) -> Dispute:
        return await disputes.release(session, dispute, by=by, now=now)

    _shown(writing(context, work, as_json=as_json), as_json=as_json, all_=False)


@app.command()
def withdraw(context: typer.Context, dispute: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """Take one's objection back. / 撤回申诉"""
    from recording.review import disputes

    async def work(session: Session, now: datetime) -> Dispute:
        return await disputes.withdraw(session, dispute, by=by, now=now)

    _shown(writing(context, work, as_json=as_json), as_json=as_json, all_=True)


@app.command()
def decide(
    context: typer.Context,
    dispute: Number,
    change: Annotated[
        bool, typer.Option("--change/--uphold", help="The second reviewer's value counts, or the first. / 改判或维持")
    ],
    reason: Reason = "",
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """Settle a dispute on which the two reviewers differ. / 裁定"""
    from recording.review import disputes

    async def work(session: Session, now: datetime) -> Dispute:
        return await disputes.decide(session, dispute, change=change, by=by, now=now, reason=reason)

    _shown(writing(context, work, as_json=as_json), as_json=as_json, all_=True)


@app.command()
def show(context: typer.Context, dispute: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """One dispute; item and values only for those who may see them. / 查看申诉"""
    from recording.review import disputes

    async def work(session: Session, _now: datetime) -> Dispute:
        return await disputes.held(session, dispute)

    found = reading(context, work, as_json=as_json)
    _shown(found, as_json=as_json, all_=disputes.may_see(found, by))


@app.command("list")
def list_(
    context: typer.Context,
    agent: Annotated[str, typer.Option(help="Only this agent's. / 按坐席")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too. / 含已结束")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Disputes, those due first; overdue ones are marked. / 申诉列表"""
    from ivr.storage.people import disputes as rows
    from recording.review import disputes
    from recording.review.states import DISPUTE

    async def work(session: Session, now: datetime) -> list[tuple[Dispute, bool]]:
        states = () if all_ else ("open", "assigned", "split")
        found = await rows.list_disputes(session, agent=agent or None, states=states)
        return [(one, disputes.overdue(one, now)) for one in found]

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit([{**fields(one, *_OPEN), "overdue": late} for one, late in found])
    elif not found:
        note("no disputes", "没有申诉")
    else:
        heads = (Text("#", "#"), Text("call", "通话"), Text("agent", "坐席"), Text("state", "状态"),
                 Text("due (UTC)", "期限（UTC）"), Text("", ""))  # fmt: skip
        rows_ = [
            (one.id, one.call_id, one.agent, DISPUTE.states[one.state], when(one.due_at),
             Text("overdue", "逾期") if late else "")
            for one, late in found
        ]  # fmt: skip
        table(heads, rows_, right=(0, 1))


def _shown(found: Dispute, *, as_json: bool, all_: bool) -> None:
    from recording.review.states import DISPUTE

    data: dict[str, Any] = fields(found, *(_ALL if all_ else _OPEN))
    if as_json:
        emit(data)
        return
    names = {"call_id": Text("call", "通话"), "agent": Text("agent", "坐席"), "item": Text("item", "项目"),
             "reason": Text("agent's reason", "坐席理由"), "disputed": Text("disputed value", "申诉的结果"),
             "first_reviewer": Text("first reviewer", "首位评分人"),
             "second_reviewer": Text("second reviewer", "第二评分人"),
             "second_value": Text("second value", "二次结果"), "decided_by": Text("decided by", "裁定人"),
             "decision": Text("why", "裁定理由"), "value": Text("what counts", "最终结果")}  # fmt: skip
    table((Text("", ""), Text("", "")), [(title, data[name]) for name, title in names.items() if data.get(name)])
    said = DISPUTE.states[found.state]
    done(f"dispute {found.id}: {said.en}", f"申诉 {found.id}：{said.zh}")
