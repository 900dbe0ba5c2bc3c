"""What the services of people's work share: under which names somebody acts, whose call it is, pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.accounts import people
from ivr.storage.models import Account, Complaint, ComplaintStep, WorkOrder, WorkOrderStep
from ivr.storage.people import reviews
from ivr.storage.work import Session, call_notes
from recording.review.cards import BLIND
from recording.review.people import MOST_TEXT
from recording.review.states import Machine

PAGE = 50
MOST_PAGE = 200

Prose = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Name = Annotated[str, StringConstraints(max_length=64)]
Short = Annotated[str, StringConstraints(max_length=200)]


class Shown(BaseModel):
    """What a service gives away."""

    model_config = ConfigDict(frozen=True)


class Step(Shown):
    """One thing that was done to a work order or complaint."""

    at: datetime
    by: str
    action: str
    action_name: str
    state: str
    text: str

    @classmethod
    def told(cls, machine: Machine, step: WorkOrderStep | ComplaintStep, language: str) -> Step:
        """A step with the name of its action in ``zh`` or ``en``."""
        return cls(
            at=step.at,
            by=step.by,
            action=step.action,
            action_name=machine.actions[step.action].within(language),
            state=step.state,
            text=step.text,
        )


def names(who: Person) -> frozenset[str]:
    """Under which names somebody stands in rows: his login, and the agent he is."""
    return frozenset({who.login, who.agent} - {""})


async def blind_for(session: Session, who: Person) -> set[tuple[int, str]]:
    """Calls and agents that ``who`` is to score blind: nothing others said or disputed about them is told to him."""
    if not who.may(Permission.REVIEW):
        return set()
    drafts = await reviews.list_reviews(session, reviewer=who.login, kinds=BLIND, state="draft")
    return {(one.call_id, one.agent) for one in drafts}


async def must_see_call(session: Session, who: Person, call_id: int) -> frozenset[str]:
    """The agents of a call that ``who`` may see.

    Raises:
        NotFound: if there is no such call, or he may not see it.
    """
    agents = await call_notes.agents_of(session, call_id)
    try:
        who.must_see(agents or frozenset())
    except NotFound:
        agents = None  # told in the same words: that it exists is not for him to know
    if agents is None:
        raise NotFound(Text(f"no call {call_id}", f"没有通话 {call_id}"))
    return agents


async def agents_of(console: Console, who: Person, call_id: int) -> frozenset[str]:
    """Who talked to the caller in a call that ``who`` may see.

    Raises:
        Forbidden, NotFound: if he may not.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.read() as session:
        return await must_see_call(session, who, call_id)


async def must_exist(session: Session, owner: str) -> Account:
    """The account of somebody who is to do something.

    Raises:
        NotFound: if there is none that is in use.
    """
    account = await people.by_login(session, owner.strip())
    if account is None or account.disabled_at is not None:
        raise NotFound(Text(f"nobody has the login {owner!r:.60}", f"没有账号 {owner!r:.60}"))
    return account


def due_of(text: str, zone: tzinfo) -> datetime:
    """A due time as people give it: a day (its end), or a day and a time, in ``zone``.

    Raises:
        UsageError: if it is something else, or beyond ten years.
    """
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2200:
        raise UsageError(
            Text(f"not a time: {text!r:.40}", f"不是时间：{text!r:.40}"),
            cure=Text("write it as 2026-10-01 or 2026-10-01T17:30", "请写成 2026-10-01 或 2026-10-01T17:30 的形式"),
        )
    if len(text) == 10:
        return datetime.combine(found.date() + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(seconds=1)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def cursor(at: datetime, row: int) -> str:
    """Where the next page of a list begins."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{row}"


def next_after(found: Sequence[WorkOrder | Complaint], limit: int) -> str:
    """Where the page after this one begins, when one row more than ``limit`` was asked for; "" at the end."""
    return cursor(found[limit - 1].due_at, found[limit - 1].id) if len(found) > limit else ""


def cursor_of(text: str) -> tuple[datetime, int] | None:
    """What :func:`cursor` made; None for the first page.

    Raises:
        UsageError: if it is something else.
    """
    if not text:
        return None
    moment, _, row = text.rpartition("-")
    try:
        found = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or not (row.isascii() and row.isdecimal() and len(row) <= 9):
        raise UsageError(
            Text("no such page of the list", "列表没有这一页"), cure=Text("begin with the first", "请从第一页开始")
        )
    return found, int(row)


__all__ = [
    "MOST_PAGE",
    "PAGE",
    "Name",
    "Prose",
    "Short",
    "Shown",
    "Step",
    "agents_of",
    "blind_for",
    "cursor",
    "cursor_of",
    "due_of",
    "must_exist",
    "must_see_call",
    "names",
    "next_after",
]
