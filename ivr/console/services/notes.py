"""Notes to agents: coaching with a due time, commendations, private warnings (B7, F5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown, blind_for, must_see_call, names
from ivr.core.language import Text
from ivr.storage.models import Note
from ivr.storage.people import notes as rows
from ivr.storage.work import Session
from recording.review import coaching as work
from recording.review.coaching import KINDS, Kind
from recording.review.states import NOTE

Which = Literal["open", "overdue", "all"]
Done = Callable[[Session, datetime], Awaitable[Note]]


class NoteView(Shown):
    """A note; ``actions`` are what who asks can do now: acknowledge, finish, withdraw."""

    id: int
    agent: str
    kind: str
    kind_name: str
    step: bool
    state: str
    state_name: str
    author: str
    call: int | None
    item: str
    text: str
    created_at: datetime
    due_at: datetime | None
    overdue: bool
    acknowledged_at: datetime | None
    answer: str
    closed_at: datetime | None
    actions: tuple[str, ...] = ()


class LadderView(Shown):
    """Where an agent stands with commendations or warnings: three of a kind make a next step due."""

    agent: str
    kind: str
    kind_name: str
    count: int
    taken: int
    due: int
    to_next: int


async def list_notes(
    console: Console,
    who: Person,
    *,
    which: Which = "open",
    agent: str = "",
    call: int | None = None,
    limit: int = 100,
) -> list[NoteView]:
    """Notes, those due first; an agent's own. ``open``: to be acknowledged or to be done.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
    """
    who.must(Permission.COACH, Permission.CALLS_OWN)
    if not who.may(Permission.COACH):
        if not who.agent:
            return []
        agent = who.agent
    now = console.clock.now()
    async with console.database.read() as session:
        if call is not None:
            await must_see_call(session, who, call)
        found = await rows.list_notes(
            session,
            agent=agent or None,
            states=() if which == "all" else ("open", "acknowledged"),
            overdue_at=now if which == "overdue" else None,
            call_id=call,
            limit=limit,
        )
        blind = await blind_for(session, who)
    return [
        _view(who, one, now)
        for one in found
        if _may_read(who, one) and ((one.call_id, one.agent) not in blind or one.author == who.login)
    ]


async def write(
    console: Console,
    who: Person,
    agent: str,
    kind: Kind,
    text: str,
    *,
    due_at: datetime | None = None,
    call: int | None = None,
    item: str = "",
) -> NoteView:
    """Write an agent a note.

    Raises:
        Forbidden: if who asks may not, or is that agent.
        NotFound: if there is no such call, or the agent did not talk in it.
        UsageError: if the text is missing or the due time past.
    """
    who.must(Permission.COACH)
    if agent in names(who):
        raise Forbidden(Text("nobody writes notes to himself", "不能给自己写记录"))
    now = console.clock.now()
    async with console.database.write() as session:
        if call is not None and agent not in await must_see_call(session, who, call):
            raise NotFound(Text(f"{agent!r:.70} did not talk in this call", f"{agent!r:.70} 未参与该通话"))
        found = await work.write(
            session, agent, kind, text, by=who.login, now=now, due_at=due_at, call_id=call, item=item
        )
        return _view(who, found, now)


async def take_step(console: Console, who: Person, agent: str, kind: Kind, text: str) -> NoteView:
    """Write down that the next step was taken which three of a kind made due.

    Raises:
        Forbidden: if who asks may not, or is that agent.
        UsageError: if none is due.
    """
    who.must(Permission.COACH)
    if agent in names(who):
        raise Forbidden(Text("nobody writes notes to himself", "不能给自己写记录"))
    now = console.clock.now()
    async with console.database.write() as session:
        return _view(who, await work.take_step(session, agent, kind, text, by=who.login, now=now), now)


async def acknowledge(console: Console, who: Person, note_id: int, answer: str = "") -> NoteView:
    """The agent has read it, and may give his own account.

    Raises:
        Forbidden, NotFound: if it is not to him.
        UsageError: if it is acknowledged already.
    """
    who.must(Permission.CALLS_OWN)
    return await _do(
        console,
        who,
        note_id,
        "acknowledge",
        lambda s, now: work.acknowledge(s, note_id, by=who.agent, now=now, answer=answer),
    )


async def finish(console: Console, who: Person, note_id: int) -> NoteView:
    """What was asked for is done.

    Raises:
        Forbidden, NotFound: if who asks may not, or it is to himself.
        UsageError: if it is not acknowledged.
    """
    who.must(Permission.COACH)
    return await _do(console, who, note_id, "finish", lambda s, now: work.finish(s, note_id, by=who.login, now=now))


async def withdraw(console: Console, who: Person, note_id: int, reason: str) -> NoteView:
    """Who wrote it takes it back.

    Raises:
        Forbidden, NotFound: if who asks may not, or did not write it.
        UsageError: if it is over, or the reason is missing.
    """
    who.must(Permission.COACH)
    return await _do(
        console,
        who,
        note_id,
        "withdraw",
        lambda s, now: work.withdraw(s, note_id, by=who.login, now=now, reason=reason),
    )


async def board(console: Console, who: Person) -> list[LadderView]:
    """Commendations and warnings by agent, and the next steps they make due (B7); an agent's own.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.COACH, Permission.CALLS_OWN)
    mine = None if who.may(Permission.COACH) else who.agent
    if mine == "":
        return []
    async with console.database.read() as session:
        found = await rows.counts(session, agent=mine)
    agents = sorted({agent for agent, kind, _ in found if kind != Kind.COACHING.value})
    ladders = [
        (agent, work.ladder_of(kind, found.get((agent, kind.value, False), 0), found.get((agent, kind.value, True), 0)))
        for agent in agents
        for kind in (Kind.COMMENDATION, Kind.WARNING)
    ]
    return [
        LadderView(
            agent=agent,
            kind=one.kind.value,
            kind_name=KINDS[one.kind].within(who.language),
            count=one.count,
            taken=one.taken,
            due=one.due,
            to_next=one.to_next,
        )
        for agent, one in ladders
    ]


async def _do(console: Console, who: Person, note_id: int, action: str, run: Done) -> NoteView:
    async with console.database.write() as session:
        row = await rows.get(session, note_id)
        if row is None or not _may_read(who, row):
            raise NotFound(Text(f"no note {note_id}", f"没有记录 {note_id}"))
        if not _may(who, row, action):
            raise Forbidden
        now = console.clock.now()
        return _view(who, await run(session, now), now)


def _may_read(who: Person, row: Note) -> bool:
    return who.may(Permission.COACH) or who.owns(row.agent)


def _may(who: Person, row: Note, action: str) -> bool:
    own = row.agent in names(who)
    if action == "acknowledge":
        return who.owns(row.agent)
    return not own and who.may(Permission.COACH) and (action != "withdraw" or row.author == who.login)


def _view(who: Person, row: Note, now: datetime) -> NoteView:
    return NoteView(
        id=row.id,
        agent=row.agent,
        kind=row.kind,
        kind_name=KINDS[Kind(row.kind)].within(who.language),
        step=row.step,
        state=row.state,
        state_name=NOTE.states[row.state].within(who.language),
        author=row.author,
        call=row.call_id,
        item=row.item,
        text=row.text,
        created_at=row.created_at,
        due_at=row.due_at,
        overdue=row.state in {"open", "acknowledged"} and row.due_at is not None and row.due_at < now,
        acknowledged_at=row.acknowledged_at,
        answer=row.answer,
        closed_at=row.closed_at,
        actions=tuple(action for action in NOTE.possible(row.state) if _may(who, row, action)),
    )


__all__ = [
    "LadderView",
    "NoteView",
    "acknowledge",
    "board",
    "finish",
    "list_notes",
    "take_step",
    "withdraw",
    "write",
]
