"""Which calls to listen to: drawn by lot (B5), of which the machine cannot tell, and by risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown
from ivr.reports.work import sample as source
from ivr.storage.work import Session
from recording.review import spot
from recording.review.draw import month_of
from recording.review.risk import NAMES, Facts, risk

MOST = 100
PART = "unreviewed"


class DrawnCall(Shown):
    """A call drawn by lot; ``unsure`` verdicts of cannot tell, ``review`` of whom and in what state."""

    call: int
    agent: str
    started_at: datetime
    language: str
    drawn_at: datetime
    candidates: int
    unsure: int
    percent: float | None
    review: int | None
    reviewer: str
    state: str


class RankedCall(Shown):
    """A call nobody has reviewed.

    ``unsure`` is the share of verdicts the machine could not tell, 0..100; ``forbidden`` how many of them are about
    forbidden phrases; ``risk`` and ``reasons`` as in ``ivr qa sample``.
    """

    call: int
    agent: str
    started_at: datetime
    language: str
    percent: float | None
    unsure: float
    forbidden: int
    risk: float
    reasons: tuple[str, ...]


class Sample(Shown):
    """The month's drawn calls, those the machine can tell least of first, the reviewed ones last."""

    month: str
    drawn: int
    reviewed: int
    calls: list[DrawnCall]


class Ranked(Shown):
    """The newest calls that nobody has reviewed: not drawn by lot, nothing about all calls can be concluded."""

    among: int
    cannot_tell: list[RankedCall]
    risky: list[RankedCall]


def month_now(console: Console) -> str:
    """This month in the site's zone, YYYY-MM."""
    return f"{console.clock.now().astimezone(console.zone):%Y-%m}"


def month_before(console: Console) -> str:
    """The month before this one, YYYY-MM: its last part is drawn when this one has begun."""
    first = console.clock.now().astimezone(console.zone).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


async def month(console: Console, who: Person, month_name: str = "") -> Sample:
    """What was drawn in a month; this one by default.

    Raises:
        Forbidden: if who asks may not.
        UsageError: if it is no month.
    """
    who.must(Permission.REVIEW)
    month_name = month_name or month_now(console)
    month_of(month_name)
    async with console.database.read() as session:
        found = await source.drawn(session, month_name, site=console.site().name)
    return _sample(month_name, found)


async def draw(console: Console, who: Person, month_name: str = "", *, quota: int = spot.QUOTA) -> Sample:
    """Draw what is over and not drawn yet.

    Raises:
        Forbidden: if who asks may not.
        UsageError: if it is no month, or the quota is unusable.
    """
    who.must(Permission.REVIEW)
    month_name = month_name or month_now(console)
    site = console.site().name
    async with console.database.write() as session:
        await spot.draw_month(
            session, month_name, site=site, zone=console.zone, by=who.login, now=console.clock.now(), quota=quota
        )
        return _sample(month_name, await source.drawn(session, month_name, site=site))


async def ranked(console: Console, who: Person, *, most: int = 20) -> Ranked:
    """What to listen to first among the newest calls.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.REVIEW)
    async with console.database.read() as session:
        facts = [one for one in await _unreviewed(console, session) if not who.owns(one.agent)]
        unsure = sorted(
            (one for one in facts if one.undecided > 0), key=lambda one: (-one.forbidden, -one.undecided, -one.call_id)
        )[:most]
        risky = sorted(facts, key=lambda one: (-risk(one).value, -one.call_id))[:most]
        begun = await source.begun(session, {one.call_id for one in (*unsure, *risky)})
    return Ranked(
        among=len(facts),
        cannot_tell=_ranked(who, unsure, begun),
        risky=[one for one in _ranked(who, risky, begun) if one.risk > 0],
    )


async def _unreviewed(console: Console, session: Session) -> Sequence[Facts]:
    """What is known of the newest calls nobody has reviewed; read again when something of it may have changed."""
    mark = await source.mark(session)
    kept: tuple[tuple[object, ...], Sequence[Facts]] | None = console.parts.get(PART)
    if kept is None or kept[0] != mark:
        kept = mark, await source.newest_unreviewed(session, console.clock.now())
        console.parts[PART] = kept
    return kept[1]


def _ranked(who: Person, found: Sequence[Facts], begun: Mapping[int, tuple[datetime, str]]) -> list[RankedCall]:
    rows = []
    for one in found:
        value = risk(one)
        rows.append(
            RankedCall(
                call=one.call_id,
                agent=one.agent,
                started_at=begun[one.call_id][0],
                language=begun[one.call_id][1],
                percent=one.percent,
                unsure=100.0 * one.undecided,
                forbidden=one.forbidden,
                risk=value.value,
                reasons=tuple(NAMES[name].within(who.language) for name, _ in value.reasons),
            )
        )
    return rows


def _sample(month_name: str, found: Sequence[source.Drawn]) -> Sample:
    calls = [
        DrawnCall(
            call=one.call_id,
            agent=one.agent,
            started_at=one.started_at,
            language=one.language,
            drawn_at=one.drawn_at,
            candidates=one.candidates,
            unsure=one.unsure,
            percent=one.percent,
            review=one.review,
            reviewer=one.reviewer,
            state=one.state,
        )
        for one in found
    ]
    return Sample(
        month=month_name, drawn=len(calls), reviewed=sum(one.state == "submitted" for one in calls), calls=calls
    )


__all__ = ["DrawnCall", "Ranked", "RankedCall", "Sample", "draw", "month", "month_before", "month_now", "ranked"]
