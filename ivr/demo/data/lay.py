"""Lays a made-up call centre into a database: calls in bulk, then what people do with some of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from dialplan.model import Site
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.demo.data import people
from ivr.demo.data.alerts import Alerts
from ivr.demo.data.arrivals import arrivals
from ivr.demo.data.calls import PREFIX, CallWriter, Written
from ivr.demo.data.chance import seeded
from ivr.demo.data.exemplar import read
from ivr.demo.data.floor import Floor
from ivr.demo.data.judged import JudgedWriter, Keeping
from ivr.demo.data.plan import Plan, moment
from ivr.demo.data.roster import Shift
from ivr.demo.data.tables import COLUMNS, Rows
from ivr.reports.indicators import rules_of
from ivr.reports.trends.book import open_book
from ivr.storage import calls, judged_by
from ivr.storage import models as m
from ivr.storage.bulk import analyze, bulk
from ivr.storage.database import Database
from ivr.storage.search import index

T = TypeVar("T")

AT_ONCE = 500  # calls in one transaction
SOUND = 50  # newest talks with sound
DELETED = 0.15  # share of the days whose recordings are deleted by retention
ADDED_UP_LEAST = 2_000  # calls from which on days are added up here; of fewer, the console does it at once
BEFORE_NOW = timedelta(minutes=20)  # every call is over

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid."""

    calls: int
    talks: int
    first: datetime
    last: datetime
    reviews: int


async def lay(
    database: Database,
    site: Site,
    *,
    calls: int,
    now: datetime,
    days: int = 90,
    seed: int = 1,
    recordings: Path | None = None,
    sound: int = SOUND,
    beside: bool = False,
    tell: Tell = lambda stage, share: None,
) -> Laid:
    """Lay ``calls`` made-up calls of the ``days`` before ``now``; the same again for the same seed and time.

    Args:
        site: whose agents and queues they had.
        recordings: where sound is written; None: no sound.
        sound: how many of the newest talks have sound.
        beside: whether calls that are there already are no hindrance.
        tell: told how far it is.

    Raises:
        UsageError: if the site has no agents in queues, the numbers make no sense, or there are calls already.
    """
    check(site, calls, days)
    await refuse_others(database, beside=beside)
    chance, zone = seeded(seed, "calls"), ZoneInfo(site.zone)
    due = arrivals(calls, now - BEFORE_NOW, days, zone, site.country, chance)
    shelf = read()
    floor = Floor(site, shelf.exemplars, zone, chance)
    plans = list(floor.work(due))
    keeping = Keeping(
        folder=recordings,
        deleted_before=due[0].at + (due[-1].at - due[0].at) * DELETED,
        sound_from=_sound_from(plans, sound),
    )
    async with database.write() as session:
        for text in shelf.judged_by:
            await judged_by.keep(session, m.JudgedBy(**text, first_used_at=due[0].at))
    await _write(database, site, plans, floor.shifts, keeping, seeded(seed, "words"), now, tell)
    tell("people's work", 0.95)
    reviews = await people.work(database, site, seeded(seed, "people"), plans=len(plans), now=now)
    await analyze(database)
    if len(plans) >= ADDED_UP_LEAST:
        await _added_up(database, site, now, zone, tell)
    talks = sum(stay.exemplar is not None for plan in plans for stay in plan.stays)
    return Laid(len(plans), talks, due[0].at, due[-1].at, reviews)


async def _added_up(database: Database, site: Site, now: datetime, zone: ZoneInfo, tell: Tell) -> None:
    """Add up the days that are over, as the console does the first time it is asked."""
    async with open_book(database, FixedClock(now)) as book:
        await book.catch_up(zone, rules_of(site), lambda day, done, of: tell("days added up", 0.96 + 0.04 * done / of))


def check(site: Site, calls: int, days: int) -> None:
    """That something can be made of these.

    Raises:
        UsageError: if not.
    """
    if not 1 <= calls <= 2_000_000 or not 1 <= days <= 730:
        raise UsageError(
            Text("1 to 2000000 calls in 1 to 730 days can be made", "可生成 1 至 2000000 通通话，跨 1 至 730 天"),
            cure=Text("give other numbers", "请改用其他数字"),
        )
    if not any(agent.queues for agent in site.agents.values()):
        raise UsageError(
            Text("the site has no agent with queues", "该站点没有归属队列的坐席"),
            cure=Text(
                "take the site that travels with the program, or give agents queues", "请使用自带站点，或为坐席分配队列"
            ),
        )


async def refuse_others(database: Database, *, beside: bool) -> None:
    """Refuse a database with calls in it.

    Raises:
        UsageError: if there are any, unless made-up ones may stand beside them.
    """
    if beside:
        return
    async with database.read() as session:
        found = await calls.list_calls(session, limit=1)
    if found:
        made_up = found[0].linkedid.startswith(f"{PREFIX}-")
        raise UsageError(
            Text("there are made-up calls already", "数据库中已有演示通话") if made_up else
            Text("this database holds real calls", "该数据库中有真实通话"),
            cure=Text(
                "take an empty database (IVR_HOME), or put them beside: --beside",
                "请使用空数据库（IVR_HOME），或用 --beside 追加",
            ),
        )  # fmt: skip


async def _write(
    database: Database, site: Site, plans: Sequence[Plan], shifts: Sequence[Shift], keeping: Keeping,
    chance: random.Random, now: datetime, tell: Tell,
) -> None:  # fmt: skip
    with_id = [table for table in COLUMNS if "id" in COLUMNS[table]]
    async with bulk(database) as target:
        first = {table: await target.next_id(table) for table in with_id}
    rows = Rows(first)
    made = CallWriter(site, rows, channels=10 * first[m.Call])
    judged = JudgedWriter(site, rows, chance, keeping)
    alerts = Alerts(site)
    done = 0
    for some in _batches(plans, AT_ONCE):
        for plan in some:
            written = made.write(plan)
            judged.write(written)
            alerts.see(plan)
            _outcomes(rows, site, written, chance)
        said, judged.said = judged.said, []
        async with bulk(database) as target:
            await rows.write(target)
            await target.run(_indexed, said)
        done += len(some)
        tell("calls", 0.93 * done / len(plans))
    alerts.write(rows)
    _states(rows, site, shifts, now.timestamp())
    async with bulk(database) as target:
        await rows.write(target)
        await target.settle(with_id)


def _indexed(connection: Any, said: Sequence[index.Said]) -> None:
    index.put(connection, said)


def _sound_from(plans: Sequence[Plan], sound: int) -> datetime:
    """When the last ``sound`` calls with a talk begin."""
    talked = [plan.started for plan in plans if plan.outcome == "answered"]
    return moment(talked[-sound] if 0 < sound <= len(talked) else talked[0] if sound and talked else 4e9)


def _batches(ones: Sequence[T], size: int) -> Iterator[list[T]]:
    left = iter(ones)
    while some := list(islice(left, size)):
        yield some


def _outcomes(rows: Rows, site: Site, call: Written, chance: random.Random) -> None:
    """What agents say some of their talks came to."""
    names = list(site.staffing.outcomes)
    weights = [0.7, 0.18, 0.05, 0.07][: len(names)] + [0.05] * max(0, len(names) - 4)
    for place, uniqueid in call.legs.items():
        stay = call.plan.stays[place]
        if names and stay.completed is not None and chance.random() < 0.4:
            outcome = chance.choices(names, weights)[0]
            rows.add(
                m.CallOutcome, rows.id(m.CallOutcome), uniqueid, call.linkedid, stay.agent, stay.queue, outcome,
                moment(stay.completed + 2.0), "phone",
            )  # fmt: skip


def _states(rows: Rows, site: Site, shifts: Sequence[Shift], now: float) -> None:
    """When agents were logged in, and when they paused."""
    for shift in shifts:
        if shift.begin >= now:
            continue
        ended = moment(min(shift.end, now))
        stretches = [
            ("logged_in", "", queue, shift.begin, min(shift.end, now)) for queue in site.agents[shift.agent].queues
        ]
        stretches += [("paused", why, "", begin, min(end, now)) for begin, end, why in shift.pauses if begin < now]
        for state, reason, queue, begin, end in stretches:
            rows.add(
                m.AgentState, rows.id(m.AgentState), shift.agent, state, reason, queue, "", "", moment(begin),
                ended if state == "logged_in" else moment(end), "phone", "phone", True,
            )  # fmt: skip


__all__ = ["AT_ONCE", "SOUND", "Laid", "check", "lay", "refuse_others"]
