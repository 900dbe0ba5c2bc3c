"""Business hours: how they stand and why, and how they are switched by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from ivr.agents.desk import person
from ivr.call.hours_desk import HoursDesk
from ivr.call.hours_words import STATES, WHYS
from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.storage import hours as rows

LISTED = 20

Position = Literal["open", "closed", "auto"]
_VERBS = {"open": "open", "closed": "close", "auto": "auto"}


class Switched(BaseModel):
    """How hours were switched by hand."""

    model_config = ConfigDict(frozen=True)

    position: str = Field(description="open or closed")
    by: str
    since: datetime
    until: datetime | None = Field(description="the schedule decides again then; null: until somebody switches back")


class HoursTold(BaseModel):
    """How hours stand now."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str = Field(description="open, closed, break or holiday")
    state_text: str
    why: str
    why_text: str
    switched: Switched | None
    next: datetime | None = Field(description="when the schedule changes next")


class Past(BaseModel):
    """A time when hours were switched by hand."""

    model_config = ConfigDict(frozen=True)

    position: str
    by: str
    began_at: datetime
    until: datetime | None
    ended_at: datetime | None
    ended_by: str


async def all_hours(console: Console, who: Person) -> list[HoursTold]:
    """How all business hours of the site stand now, and why; an engine need not run.

    Raises:
        Forbidden: if he may not see them.
        StorageError: if the database cannot be read.
    """
    who.must(Permission.HOURS)
    desk = _desk(console)
    await desk.read()
    changes = desk.next_changes()
    return [_told(name, found, changes[name]) for name, found in desk.shown().items()]


async def past(console: Console, who: Person, name: str) -> list[Past]:
    """When hours were switched by hand lately, the newest first.

    Raises:
        Forbidden: if he may not see them.
        NotFound: if the site has no such hours.
    """
    who.must(Permission.HOURS)
    _must_have(console, name)
    async with console.database.read() as session:
        return [
            Past(
                position=row.position,
                by=_name(row.by),
                began_at=row.began_at,
                until=row.until,
                ended_at=row.ended_at,
                ended_by=_name(row.ended_by),
            )
            for row in await rows.newest(session, name, limit=LISTED)
        ]


async def switch(
    console: Console, who: Person, name: str, position: Position, *, until: datetime | None = None
) -> HoursTold:
    """Switch hours by hand, or let the schedule decide again; audited. An engine that runs follows at once.

    Args:
        until: when the schedule decides again by itself, within a year.

    Raises:
        Forbidden: if he may not switch.
        NotFound: if the site has no such hours.
        UsageError: if the end does not lie ahead.
    """
    who.must(Permission.HOURS_SWITCH)
    _must_have(console, name)
    if until is not None:
        until = _sensible(until, console)
    try:
        await _by_engine(console, who, name, position, until)
    except SetupError:  # none runs: the next one reads what is written here
        desk, by = _desk(console), person(who.login)
        if position == "auto":
            await desk.give_back(name, by=by)
        else:
            await desk.switch(name, position, by=by, until=until)
    return next(one for one in await all_hours(console, who) if one.name == name)


def _sensible(until: datetime, console: Console) -> datetime:
    """A moment in some zone; the site's where it names none.

    Raises:
        UsageError: if its year is none a switch could end in.
    """
    if abs(until.year - console.clock.now().year) > 1:
        raise UsageError(
            Text("the end must lie ahead, within a year", "结束时间须在一年之内且晚于现在"),
            cure="2026-10-01T18:00:00+08:00",
        )
    return until if until.tzinfo else until.replace(tzinfo=console.zone)


def ahead(console: Console, hours: float) -> datetime:
    """So long from now."""
    return console.clock.now() + timedelta(hours=hours)


async def _by_engine(console: Console, who: Person, name: str, position: Position, until: datetime | None) -> None:
    body = {"by": who.login}
    if until is not None and position != "auto":
        body["until"] = until.isoformat()
    await console.engine.ask(f"/hours/{quote(name, safe='')}/{_VERBS[position]}", body)


def _desk(console: Console) -> HoursDesk:
    return HoursDesk(console.site, console.database, console.clock)


def _must_have(console: Console, name: str) -> None:
    if name not in console.site().hours:
        raise NotFound(Text(f"no business hours {name!r:.60}", f"没有营业时间 {name!r:.60}"))


def _told(name: str, found: dict[str, Any], change: str | None) -> HoursTold:
    why: Text = WHYS.get(found["why"], Text(found["why"], found["why"]))
    if found["holiday"]:
        why = Text(f"{why.en}: {found['holiday']}", f"{why.zh}：{found['holiday_zh'] or found['holiday']}")
    switched = found["switched"]
    return HoursTold(
        name=name,
        state=found["state"],
        state_text=str(STATES[found["state"]]),
        why=found["why"],
        why_text=str(why),
        switched=None
        if switched is None
        else Switched(
            position=switched["position"],
            by=_name(switched["by"]),
            since=switched["since"],
            until=switched["until"],
        ),
        next=None if change is None else datetime.fromisoformat(change),
    )


def _name(by: str) -> str:
    return by.removeprefix("api:").removeprefix("phone:")


__all__ = ["HoursTold", "Past", "Position", "Switched", "ahead", "all_hours", "past", "switch"]
