"""``ivr qa coach`` and ``ivr qa figure``: notes to agents, and figures that people enter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import JsonFlag, done, emit, note, state
from ivr.cli.day import end_of_day
from ivr.cli.people import By, fields, reading, site_and_zone, table, when, writing
from ivr.core.errors import UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Note
    from ivr.storage.people import Session
    from recording.review.coaching import Kind, Ladder

app = typer.Typer(help="Notes to agents: coaching, commendations, warnings. / 辅导与奖惩记录", no_args_is_help=True)

AgentName = Annotated[str, typer.Argument(help="The agent. / 坐席")]
Words = Annotated[str, typer.Argument(help="What is said to him. / 内容")]
Number = Annotated[int, typer.Argument(help="Number of the note. / 记录编号")]
CallOption = Annotated[int | None, typer.Option("--call", help="The call it is about. / 相关通话")]
_FIELDS = (
    "id", "agent", "kind", "step", "state", "author", "call_id", "item", "text", "created_at", "due_at",
    "acknowledged_at", "answer", "closed_at",
)  # fmt: skip


@app.command()
def write(
    context: typer.Context,
    agent: AgentName,
    text: Words,
    by: By = "",
    due: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD; a week by default. / 期限")] = "",
    call: CallOption = None,
    item: Annotated[str, typer.Option(help="The item it is about. / 相关项目")] = "",
    as_json: JsonFlag = False,
) -> None:
    """A coaching note with a due time. / 写辅导记录"""
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> Note:
        due_at = end_of_day(due, site_and_zone(state(context).settings)[1]) if due else None
        return await coaching.write(
            session, agent, coaching.Kind.COACHING, text, by=by, now=now, due_at=due_at, call_id=call, item=item
        )

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


def _noting(name: str, kind: str, words: str) -> None:
    """Make the command ``name``, which writes a note of that kind."""

    def command(
        context: typer.Context,
        agent: AgentName,
        text: Words,
        by: By = "",
        call: CallOption = None,
        as_json: JsonFlag = False,
    ) -> None:
        _note(context, agent, kind, text, by, call, as_json=as_json)

    command.__doc__ = words
    app.command(name)(command)


_noting("commend", "commendation", "A commendation; three lead to a next step (B7). / 表扬")
_noting("warn", "warning", "A private warning; three lead to a next step (B7). / 私下警告")


@app.command()
def step(
    context: typer.Context,
    agent: AgentName,
    kind: Annotated[str, typer.Argument(help="commendation or warning. / 类型")],
    text: Words,
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """Write down the next step that three of a kind made due. / 记录已采取的下一步"""
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> Note:
        return await coaching.take_step(session, agent, _kind(kind), text, by=by, now=now)

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


@app.command()
def ack(
    context: typer.Context,
    number: Number,
    by: By = "",
    answer: Annotated[str, typer.Option(help="The agent's own account (F5). / 坐席说明")] = "",
    as_json: JsonFlag = False,
) -> None:
    """The agent has read it. / 坐席确认"""
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> Note:
        return await coaching.acknowledge(session, number, by=by, now=now, answer=answer)

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


@app.command("done")
def done_(context: typer.Context, number: Number, by: By = "", as_json: JsonFlag = False) -> None:
    """What was asked for is done. / 标记完成"""
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> Note:
        return await coaching.finish(session, number, by=by, now=now)

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


@app.command()
def withdraw(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why. / 理由")] = "",
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """Take a note back; it counts no more. / 撤销记录"""
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> Note:
        return await coaching.withdraw(session, number, by=by, now=now, reason=reason)

    _shown(writing(context, work, as_json=as_json), as_json=as_json)


@app.command("list")
def list_(
    context: typer.Context,
    agent: Annotated[str, typer.Option(help="Only this agent's. / 按坐席")] = "",
    kind: Annotated[str, typer.Option(help="coaching, commendation, warning. / 按类型")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue. / 仅逾期")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Notes, those due first. / 记录列表"""
    from ivr.storage.people import notes as rows
    from recording.review.states import NOTE

    async def work(session: Session, now: datetime) -> list[Note]:
        return list(
            await rows.list_notes(
                session,
                agent=agent or None,
                kind=_kind(kind).value if kind else None,
                overdue_at=now if overdue else None,
            )
        )

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit([fields(one, *_FIELDS) for one in found])
    elif not found:
        note("no notes", "没有记录")
    else:
        from recording.review.coaching import KINDS, Kind

        heads = (Text("#", "#"), Text("agent", "坐席"), Text("kind", "类型"), Text("state", "状态"),
                 Text("due (UTC)", "期限（UTC）"), Text("text", "内容"))  # fmt: skip
        rows_ = [
            (one.id, one.agent, Text(f"next step: {KINDS[Kind(one.kind)].en}", f"下一步：{KINDS[Kind(one.kind)].zh}")
             if one.step else KINDS[Kind(one.kind)], NOTE.states[one.state], when(one.due_at), one.text)
            for one in found
        ]  # fmt: skip
        table(heads, rows_, right=(0,))


@app.command()
def board(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Commendations and warnings by agent, and the next steps they make due (B7). / 奖惩榜"""
    from ivr.storage.people import notes as rows
    from recording.review.coaching import Kind, ladder_of

    async def work(session: Session, _now: datetime) -> dict[str, list[Ladder]]:
        found = await rows.counts(session)
        agents = sorted({who for who, kind, _ in found if kind != Kind.COACHING.value})
        return {
            who: [
                ladder_of(kind, found.get((who, kind.value, False), 0), found.get((who, kind.value, True), 0))
                for kind in (Kind.COMMENDATION, Kind.WARNING)
            ]
            for who in agents
        }

    from ivr.reports.quality.plain import plain

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit(plain(found))
        return
    heads = (Text("agent", "坐席"), Text("commendations", "表扬"), Text("steps due", "应进阶"),
             Text("warnings", "警告"), Text("steps due", "应升级"))  # fmt: skip
    rows_ = [(who, good.count, good.due or "", bad.count, bad.due or "") for who, (good, bad) in found.items()]
    table(heads, rows_, right=(1, 2, 3, 4))


def figure(
    context: typer.Context,
    agent: AgentName,
    month: Annotated[str, typer.Argument(help="Month, YYYY-MM. / 月份")],
    name: Annotated[str, typer.Argument(help="resolution_rate, complaint_rate, satisfaction, ... / 指标")],
    value: Annotated[float, typer.Argument(help="Its value. / 数值")],
    by: By = "",
    source: Annotated[str, typer.Option(help="Where it comes from. / 来源")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Enter a figure of an agent's month that is not measured here (B4). / 录入月度指标"""
    from recording.review import figures

    async def work(session: Session, now: datetime) -> dict[str, object]:
        found = await figures.enter(session, agent, month, name, value, by=by, now=now, source=source)
        return fields(found, "agent", "month", "name", "value", "source", "entered_by", "entered_at")

    found = writing(context, work, as_json=as_json)
    if as_json:
        emit(found)
    else:
        done(f"{agent} {month}: {name} = {value:g}", f"{agent} {month}：{name} = {value:g}")


def _note(
    context: typer.Context, agent: str, kind: str, text: str, by: str, call: int | None, *, as_json: bool
) -> None:
    from recording.review import coaching

    async def work(session: Session, now: datetime) -> tuple[Note, Ladder]:
        written = await coaching.write(session, agent, _kind(kind), text, by=by, now=now, call_id=call)
        return written, await coaching.ladder(session, written.agent, _kind(kind))

    found, ladder = writing(context, work, as_json=as_json)
    _shown(found, as_json=as_json)
    if ladder.due and not as_json:
        note(
            f"{found.agent} has {ladder.count} of this kind: a next step is due (ivr qa coach step)",
            f"{found.agent} 已有 {ladder.count} 次：应采取下一步（ivr qa coach step）",
        )


def _kind(name: str) -> Kind:
    from recording.review.coaching import Kind

    try:
        return Kind(name)
    except ValueError:
        names = ", ".join(Kind)
        raise UsageError(
            Text(f"no kind {name!r:.40}", f"没有类型 {name!r:.40}"), cure=Text(f"one of: {names}", f"可选：{names}")
        ) from None


def _shown(found: Note, *, as_json: bool) -> None:
    from recording.review.states import NOTE

    if as_json:
        emit(fields(found, *_FIELDS))
        return
    said = NOTE.states[found.state]
    due = when(found.due_at)
    done(
        f"note {found.id} to {found.agent}: {said.en}" + (f", due {due} UTC" if due else ""),
        f"给 {found.agent} 的记录 {found.id}：{said.zh}" + (f"，期限 {due} UTC" if due else ""),
    )
