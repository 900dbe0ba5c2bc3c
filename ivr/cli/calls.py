"""``ivr calls``: the stories of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli import calls_index, pause, reconcile
from ivr.cli.common import JsonFlag, console, emit, guarded, note, run, state
from ivr.cli.keeping import zone_of
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.reports.model import CallStory

app = typer.Typer(help="Calls. / 通话", no_args_is_help=True)
pause.add(app)
reconcile.add(app)
calls_index.add(app)


@app.command("list")
def list_(
    context: typer.Context,
    outcome: Annotated[str, typer.Option(help="Only calls with this outcome. / 按结果筛选")] = "",
    number: Annotated[str, typer.Option(help="Only calls to this service number. / 按被叫筛选")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest. / 条数")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """Calls, the newest first. / 通话列表"""
    settings = state(context).settings
    stories = guarded(lambda: run(_list(settings, outcome, number, limit)), as_json=as_json)
    if as_json:
        emit([summary(story) for story in stories])
        return
    if not stories:
        note("no calls", "没有通话")
        return
    from ivr.reports.terminal import print_calls

    print_calls(console, stories)


@app.command()
def show(
    context: typer.Context,
    call: Annotated[str, typer.Argument(help="Id of the call, or Asterisk's linkedid. / 通话编号或 linkedid")],
    as_json: JsonFlag = False,
) -> None:
    """One call's story: times, menu path, keys, waits, transcript, verdicts. / 一通电话的全过程"""
    settings = state(context).settings
    story, put_in, said = guarded(lambda: run(_one(settings, call)), as_json=as_json)
    if as_json:
        emit({**plain(story), "reconstructed": put_in, "agent_outcomes": said})
        return
    from ivr.reports.terminal import print_story

    print_story(console, story)
    for one in said:
        note(f"outcome, as {one['agent']} says: {one['outcome']}", f"坐席 {one['agent']} 填报的结果：{one['outcome']}")
    if put_in:
        note(f"not seen live, put in from CEL and queue_log: {', '.join(put_in)}",
             f"未实时记录，由 CEL 与 queue_log 补入：{'、'.join(put_in)}")  # fmt: skip


async def _list(settings: Settings, outcome: str, number: str, limit: int) -> Sequence[CallStory]:
    from ivr.reports.load import load_story
    from ivr.storage import calls
    from recording.vault.database import open_database

    zone = zone_of(settings)
    async with open_database(settings) as database, database.read() as session:
        found = await calls.list_calls(session, outcome=outcome or None, number=number or None, limit=limit)
        return [await load_story(session, call.id, zone=zone, mask=True) for call in found]


async def _one(settings: Settings, call: str) -> tuple[CallStory, list[str], list[dict[str, str]]]:
    from ivr.reports.load import load_story
    from ivr.storage import agents, sources
    from recording.vault.database import open_database
    from recording.vault.sound import reader_for

    key = int(call) if call.isascii() and call.isdigit() and len(call) < 10 else call
    async with open_database(settings) as database, database.read() as session:
        story = await load_story(
            session, key, settings.recordings, zone=zone_of(settings), mask=True, read=reader_for(settings)
        )
        rows = await sources.reconstructed(session, story.id)
        put_in = list(dict.fromkeys(f"{row.place} {row.field}".strip() for row in rows))
        outcomes = await agents.outcomes_of(session, story.linkedid)
        return story, put_in, [{"agent": row.agent, "outcome": row.outcome} for row in outcomes]


def summary(story: CallStory) -> dict[str, Any]:
    """One call in a list."""
    return {
        "id": story.id,
        "linkedid": story.linkedid,
        "number": story.number,
        "caller": story.caller,
        "language": story.language,
        "started_at": story.started_at.isoformat(),
        "duration_s": round(story.duration, 3),
        "wait_s": round(story.wait_s, 3),
        "talk_s": round(story.talk_s, 3),
        "outcome": story.outcome,
        "hung_up_by": story.hung_up_by,
        "route": story.route,
    }


def plain(value: Any) -> Any:
    """A story as plain data for JSON; texts in both languages, waveforms left out."""
    if isinstance(value, Text):
        return {"en": value.en, "zh": value.zh}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name != "wave"}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, tzinfo):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
