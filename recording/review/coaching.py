"""Coaching notes with a due time; commendations and private warnings, three of which lead to a next step (B7, F5).

All functions that write work in the caller's writing transaction; ``by`` is who does it, ``now`` the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit, calls
from ivr.storage.models import Note
from ivr.storage.people import Session
from ivr.storage.people import notes as rows
from recording.review.people import person, prose
from recording.review.states import NOTE

OF_A_KIND = 3
"""So many commendations, or warnings, lead to a next step (B7)."""
DUE_AFTER = timedelta(days=7)
"""For coaching where no other time is given."""
WORDS = Text("the text", "内容")


class Kind(StrEnum):
    """What a note is."""

    COACHING = "coaching"
    COMMENDATION = "commendation"
    WARNING = "warning"


KINDS = {
    Kind.COACHING: Text("coaching", "辅导"),
    Kind.COMMENDATION: Text("commendation", "表扬"),
    Kind.WARNING: Text("private warning", "私下警告"),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where an agent stands with commendations or warnings.

    Args:
        count: how many there are that were not withdrawn.
        taken: next steps taken for them.
        due: next steps that are due and not taken.
        to_next: how many more lead to the next one, 1..3.
    """

    kind: Kind
    count: int
    taken: int
    due: int
    to_next: int


async def write(
    session: Session,
    agent: str,
    kind: Kind,
    text: str,
    *,
    by: str,
    now: datetime,
    due_at: datetime | None = None,
    call_id: int | None = None,
    item: str = "",
) -> Note:
    """Write an agent a note; coaching is due in ``DUE_AFTER`` unless said otherwise.

    Raises:
        UsageError: if text or names are unusable, the due time is past, or there is no such call.
    """
    by, agent = person(by), person(agent)
    if by == agent:
        raise UsageError(
            Text("nobody writes notes to himself", "不能给自己写记录"), cure=Text("another author", "请由他人填写")
        )
    if due_at is not None and due_at <= now:
        raise UsageError(
            Text("the due time is past", "期限已过"), cure=Text("give one in the future", "请给出将来的时间")
        )
    if call_id is not None and await calls.get(session, call_id) is None:
        raise UsageError(Text(f"no call {call_id}", f"没有通话 {call_id}"), cure="ivr calls list")
    if kind is Kind.COACHING:
        due_at = due_at or now + DUE_AFTER
    note = Note(
        agent=agent,
        kind=kind.value,
        state="open",
        author=by,
        call_id=call_id,
        item=item[:64],
        text=prose(text, WORDS, needed=True),
        created_at=now,
        due_at=due_at,
    )
    return await _kept(session, note, by=by, now=now, action="write")


async def take_step(session: Session, agent: str, kind: Kind, text: str, *, by: str, now: datetime) -> Note:
    """Write down that the next step was taken which three commendations, or warnings, had made due.

    Raises:
        UsageError: if none is due.
    """
    by, agent = person(by), person(agent)
    found = await ladder(session, agent, kind)
    if not found.due:
        raise UsageError(
            Text(
                f"no next step is due for {agent}: {found.count} of this kind, {found.to_next} more to the next",
                f"{agent} 尚无应采取的下一步：已有 {found.count} 次，再有 {found.to_next} 次才触发",
            ),
            cure=Text("ivr qa coach board shows who stands where", "用 ivr qa coach board 查看"),
        )
    note = Note(
        agent=agent,
        kind=kind.value,
        step=True,
        state="open",
        author=by,
        text=prose(text, WORDS, needed=True),
        created_at=now,
    )
    return await _kept(session, note, by=by, now=now, action="step")


async def acknowledge(session: Session, note_id: int, *, by: str, now: datetime, answer: str = "") -> Note:
    """The agent has read it, and may give his own account (F5).

    Raises:
        UsageError: if ``by`` is not the agent, or it is not open.
    """
    by = person(by)
    note = await held(session, note_id)
    if by != note.agent:
        raise UsageError(
            Text("only the agent himself can acknowledge it", "只有坐席本人可以确认"),
            cure=Text(f"--as {note.agent}", f"--as {note.agent}"),
        )
    note.state = NOTE.after(note.state, "acknowledge", str(note.id))
    note.acknowledged_at, note.answer = now, prose(answer, Text("the answer", "答复"))
    return await _told(session, note, by=by, now=now, action="acknowledge", detail={"answer": note.answer})


async def finish(session: Session, note_id: int, *, by: str, now: datetime) -> Note:
    """What was asked for is done; said by somebody else than the agent.

    Raises:
        UsageError: if it is not acknowledged, or ``by`` is the agent.
    """
    by = person(by)
    note = await held(session, note_id)
    if by == note.agent:
        raise UsageError(
            Text("the agent cannot close his own note", "坐席不能关闭自己的记录"), cure=Text(note.author, note.author)
        )
    note.state = NOTE.after(note.state, "finish", str(note.id))
    note.closed_at = now
    return await _told(session, note, by=by, now=now, action="finish", detail={})


async def withdraw(session: Session, note_id: int, *, by: str, now: datetime, reason: str) -> Note:
    """Take a note back; it counts no more, and stays to be seen.

    Raises:
        UsageError: if ``by`` did not write it, the reason is missing, or it is closed.
    """
    by = person(by)
    note = await held(session, note_id)
    if by != note.author:
        raise UsageError(
            Text(f"note {note_id} is {note.author}'s", f"记录 {note_id} 属于 {note.author}"),
            cure=Text("only he can withdraw it", "只有本人可以撤销"),
        )
    why = prose(reason, Text("the reason", "理由"), needed=True)
    note.state = NOTE.after(note.state, "withdraw", str(note.id))
    note.closed_at = now
    return await _told(session, note, by=by, now=now, action="withdraw", detail={"reason": why})


async def ladder(session: Session, agent: str, kind: Kind) -> Ladder:
    """Where an agent stands with one kind."""
    found = await rows.counts(session, agent=agent)
    return ladder_of(kind, found.get((agent, kind.value, False), 0), found.get((agent, kind.value, True), 0))


def ladder_of(kind: Kind, count: int, taken: int) -> Ladder:
    """The ladder of ``count`` notes of a kind, after ``taken`` next steps."""
    return Ladder(kind, count, taken, max(0, count // OF_A_KIND - taken), OF_A_KIND - count % OF_A_KIND)


async def held(session: Session, note_id: int) -> Note:
    """The note, held until the transaction ends.

    Raises:
        UsageError: if there is none.
    """
    note = await rows.get(session, note_id, lock=True)
    if note is None:
        raise UsageError(
            Text(f"no note {note_id}", f"没有记录 {note_id}"),
            cure=Text("ivr qa coach list shows those there are", "用 ivr qa coach list 查看"),
        )
    return note


async def _kept(session: Session, note: Note, *, by: str, now: datetime, action: str) -> Note:
    await rows.add(session, note)
    detail: dict[str, object] = {"agent": note.agent, "kind": note.kind, "call": note.call_id, "text": note.text}
    return await _told(session, note, by=by, now=now, action=action, detail=detail)


async def _told(
    session: Session, note: Note, *, by: str, now: datetime, action: str, detail: dict[str, object]
) -> Note:
    await audit.append(session, actor=by, action=f"coaching.{action}", object=f"note:{note.id}", at=now, detail=detail)
    return note
