"""An agent's own work: his calls and scores, what he is asked to answer."""

from __future__ import annotations

from datetime import date, datetime

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown
from ivr.console.services.trends.period import Wanted, ground
from ivr.core.language import Text
from ivr.reports.trends import read
from ivr.reports.work.own import newest_calls
from recording.review.states import DISPUTE


class OwnCallView(Shown):
    """One's part in a call; scores are null where nothing counts or it was not judged yet."""

    call: int
    started_at: datetime
    queue: str
    language: str
    talk_s: float
    machine: float | None
    final: float | None
    failed: tuple[str, ...]
    reviewed: bool
    dispute: str


class DayScore(Shown):
    """A day's mean final score, and of how many cards."""

    day: date
    n: int
    mean: float | None


class OwnWork(Shown):
    """The last 30 days of one's own scores, and the newest calls."""

    agent: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    failed_all: int
    days: tuple[DayScore, ...]
    calls: tuple[OwnCallView, ...]


async def own(console: Console, who: Person, *, limit: int = 20) -> OwnWork | None:
    """What an agent sees of himself; None for who is no agent.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.CALLS_OWN, Permission.CALLS_ALL)
    if not who.agent:
        return None
    on = await ground(console, Wanted(period="30d"))
    async with console.database.read() as session:
        by_day = await read.scores(session, on.span, "day", agent=who.agent)
        whole = (await read.scores(session, on.span, "whole", agent=who.agent)).get(())
        calls = await newest_calls(session, who.agent, limit=limit)
    mean = None if whole is None else whole.final
    return OwnWork(
        agent=who.agent,
        n=0 if mean is None else mean.n,
        mean=None if mean is None else mean.value,
        low=None if mean is None else mean.low,
        high=None if mean is None else mean.high,
        failed_all=0 if whole is None else whole.failed_all,
        days=tuple(
            DayScore(day=date.fromisoformat(str(key[0])), n=sums.final.n, mean=sums.final.value)
            for key, sums in sorted(by_day.items())
        ),
        calls=tuple(
            OwnCallView(
                call=one.call_id,
                started_at=one.started_at,
                queue=one.queue,
                language=one.language,
                talk_s=one.talk_s,
                machine=one.machine,
                final=one.final,
                failed=tuple(Text(en, zh).within(who.language) for en, zh in one.failed),
                reviewed=one.reviewed,
                dispute=DISPUTE.states[one.dispute].within(who.language) if one.dispute else "",
            )
            for one in calls
        ),
    )


__all__ = ["DayScore", "OwnCallView", "OwnWork", "own"]
