"""Days that are over, kept added up; and how it is noticed that one has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.indicators.model import Rules
from ivr.reports.trends.day import Day
from ivr.reports.trends.sums import ItemSums
from ivr.storage.inserts import insert_new
from ivr.storage.models import (
    Call,
    Dispute,
    ItemRollup,
    Reconstruction,
    Review,
    RollupDay,
    RollupItem,
    RollupMark,
    Score,
    ScoreRollup,
    SurveyRollup,
    TrafficRollup,
)

VERSION = 2  # of the way a day is added up; others are made anew
# A row may be written so much later than the time in it says.
LATE = timedelta(seconds=60)
_PAGE = 400  # rows of one statement
EVERY = "*"  # in place of team and agent: all of them; no name of a site has this character
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def counted_by(rules: Rules, zone: tzinfo) -> str:
    """What a kept day depends on beside its calls, as a hash: the site's rules, its zone, our own way of counting."""
    levels = sorted(rules.levels.items())
    text = repr((VERSION, str(zone), levels, rules.short_abandon_s, rules.three_rings_s))
    return sha256(text.encode()).hexdigest()[:16]


async def kept_days(session: AsyncSession, first: date, last: date, counted: str) -> dict[date, bool]:
    """The days from ``first`` to ``last`` that are kept, and whether agents' states were on record."""
    query = select(RollupDay.day, RollupDay.states).where(
        RollupDay.day >= first.isoformat(), RollupDay.day <= last.isoformat(), RollupDay.counted == counted
    )
    return {date.fromisoformat(day): states for day, states in await session.execute(query)}


async def first_call(session: AsyncSession) -> datetime | None:
    """When the first call of all began; None if there was none."""
    return await session.scalar(select(func.min(Call.started_at)))


async def save_day(session: AsyncSession, found: Day, counted: str, now: datetime) -> bool:
    """Keep a day in place of what was kept of it; False if somebody else has just done so.

    Raises:
        ValueError: if it is not over.
    """
    if not found.closed:
        raise ValueError(f"{found.day} is not over")
    day = found.day.isoformat()
    await session.execute(delete(RollupDay).where(RollupDay.day == day))
    row = {
        "day": day,
        "counted": counted,
        "states": found.states,
        "calls": found.calls,
        "cards": found.cards,
        "made_at": now,
    }
    if not await insert_new(session, RollupDay, row):
        return False
    weekday = found.day.weekday()
    await _replace(
        session,
        TrafficRollup,
        day,
        (
            {"hour": hour, "queue": queue, "agent": agent, "weekday": weekday, **asdict(sums)}
            for (hour, queue, agent), sums in found.traffic.items()
        ),
    )
    await _replace(
        session,
        ScoreRollup,
        day,
        (
            {"hour": hour, "team": team, "agent": agent, **asdict(sums)}
            for (hour, team, agent), sums in found.scores.items()
        ),
    )
    await _replace(
        session,
        ItemRollup,
        day,
        (
            {"team": team, "agent": agent, "item": item, **asdict(sums)}
            for (team, agent, item), sums in [*found.items.items(), *_of_all(found)]
        ),
    )
    await _replace(
        session,
        SurveyRollup,
        day,
        (
            {"queue": queue, "agent": agent, "question": question, "answer": answer, "times": times}
            for (queue, agent, question, answer), times in found.surveys.items()
        ),
    )
    await _name_items(session, found)
    return True


async def look_for_changes(session: AsyncSession, zone: tzinfo) -> tuple[set[date], dict[str, str]]:
    """Days something was written of since the last look, and the marks to set when they have been let go.

    New judgings, reviews, decided disputes, what was reconstructed, and calls that came in late.
    """
    marks = {one.name: one.value for one in await session.scalars(select(RollupMark))}
    changed: set[date] = set()
    new: dict[str, str] = {}
    made = {one.day: one.made_at for one in await session.scalars(select(RollupDay))}
    if not made:
        counters = {"calls": Call.id, "scores": Score.id, "reconstructions": Reconstruction.id}
        for name, column in counters.items():
            new[name] = str(await session.scalar(select(func.max(column))) or 0)
        return changed, {name: value for name, value in new.items() if marks.get(name) != value}

    def day_of(started: datetime) -> date:
        return started.astimezone(zone).date()

    for name, column, asked in (
        ("calls", Call.id, select(Call.id, Call.started_at)),
        ("scores", Score.id, select(Score.id, Call.started_at).join(Call, Call.id == Score.call_id)),
        (
            "reconstructions",
            Reconstruction.id,
            select(Reconstruction.id, Call.started_at).join(Call, Call.id == Reconstruction.call_id),
        ),
    ):
        last = int(marks.get(name, "0"))
        for number, started in await session.execute(asked.where(column > last)):
            last = max(last, number)
            changed.add(day_of(started))
        new[name] = str(last)
    for name, moment, about in (
        ("reviews", Review.submitted_at, Review.call_id),
        ("disputes", Dispute.decided_at, Dispute.call_id),
    ):
        since = latest = datetime.fromisoformat(marks.get(name, _BEGINNING.isoformat()))
        written = select(moment, Call.started_at).join(Call, Call.id == about).where(moment > since - LATE)
        for at, started in await session.execute(written):
            if at is None:  # the query leaves these out
                continue
            latest = max(latest, at)
            day = day_of(started)
            if day.isoformat() in made and made[day.isoformat()] <= at + LATE:
                changed.add(day)
        new[name] = latest.isoformat()
    kept = {date.fromisoformat(day) for day in made}
    return changed & kept, {name: value for name, value in new.items() if marks.get(name) != value}


async def let_go(session: AsyncSession, days: Collection[date], marks: Mapping[str, str]) -> None:
    """Forget that these days were added up, and how far the tables were looked through."""
    names = sorted(day.isoformat() for day in days)
    for first in range(0, len(names), _PAGE):
        await session.execute(delete(RollupDay).where(RollupDay.day.in_(names[first : first + _PAGE])))
    for name, value in marks.items():
        await session.execute(delete(RollupMark).where(RollupMark.name == name))
        await insert_new(session, RollupMark, {"name": name, "value": value})


def _of_all(found: Day) -> Iterable[tuple[tuple[str, str, str], ItemSums]]:
    """Each item of all teams and agents together: what is asked most, and many rows otherwise."""
    totals: dict[tuple[str, str, str], ItemSums] = {}
    for (_, _, item), sums in found.items.items():
        totals.setdefault((EVERY, EVERY, item), ItemSums()).add(sums)
    return totals.items()


async def _replace(session: AsyncSession, table: Any, day: str, rows: Iterable[dict[str, Any]]) -> None:
    await session.execute(delete(table).where(table.day == day))
    new = [{"day": day, **row} for row in rows]
    if new:
        await session.execute(insert(table.__table__), new)


async def _name_items(session: AsyncSession, found: Day) -> None:
    known = {one.item: one for one in await session.scalars(select(RollupItem))}
    for item, name in found.names.items():
        values = {
            "title_en": name.title.en,
            "title_zh": name.title.zh,
            "norm": name.norm[:16],
            "section": name.section[:64],
        }
        row = known.get(item)
        if row is None:
            await insert_new(session, RollupItem, {"item": item, **values})
            continue
        for column, value in values.items():
            if getattr(row, column) != value:
                setattr(row, column, value)


__all__ = ["EVERY", "LATE", "counted_by", "first_call", "kept_days", "let_go", "look_for_changes", "save_day"]
