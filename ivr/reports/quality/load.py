"""A month's quality report from the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.reports.quality import source
from ivr.reports.quality.model import Disputes, Point, QualityReport, Sheet, Spot, Sum
from ivr.reports.quality.sheet import sheet
from ivr.reports.quality.source import Key, VisitRow
from ivr.reports.quality.tally import Tally
from ivr.storage.models import Dispute
from ivr.storage.people import disputes, figures, notes, reviews, spots
from recording.review.agreement import ItemKappa, between_reviewers, machine_errors
from recording.review.cards import laid_over, review_card
from recording.review.correction import Errors
from recording.review.disputes import overdue
from recording.review.draw import month_of
from recording.scorecards import Outcome

MONTHS = 6
"""How many months the trend shows."""
ERRORS_OVER = timedelta(days=184)
"""Before the month's end, in which reviewed calls tell the machine's errors."""


def month_bounds(month: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Begin and end of a month (YYYY-MM) in ``zone``, in UTC.

    Raises:
        UsageError: if it is not a month.
    """
    year, number = month_of(month)
    return _begin(year, number, zone), _begin(year, number + 1, zone)


async def load_quality(
    session: AsyncSession,
    month: str,
    *,
    zone: tzinfo,
    now: datetime,
    site: str,
    agent: str | None = None,
    team: str | None = None,
    item: str | None = None,
) -> QualityReport:
    """The quality of a month's calls, in ``zone``; a team is the queue through which a call came to the agent.

    Args:
        now: for what is overdue.
        agent, team, item: restrict it to one of these.

    Raises:
        UsageError: if ``month`` is not a month.
    """
    since, until = month_bounds(month, zone)
    visits = await source.visits(session, since, until)
    teams = {(one.call_id, one.agent): one.queue for one in visits}

    def wanted(key: Key, queue: str) -> bool:
        return (agent is None or key[1] == agent) and (team is None or queue == team)

    people = await source.people(session, since, until)
    tally = Tally()
    async for row in source.scores(session, since, until):
        key = (row.call_id, row.agent)
        queue = teams.get(key, "")
        if not wanted(key, queue):
            continue
        review = people.reviews.get(key)
        card = laid_over(row.items, review, people.disputes.get(key, ()))
        day = row.started_at.astimezone(zone).date()
        tally.add(card, agent=row.agent, team=queue, day=day, reviewed=review is not None)
    errors, rates_of = await _errors(session, until)
    items = tally.items(errors)
    if item is not None:
        items = tuple(one for one in items if one.item == item)
    about = [
        dispute
        for key, found in people.disputes.items()
        for dispute in found
        if wanted(key, teams.get(key, "")) and item in {None, dispute.item}
    ]
    checks = tuple(one for one in await _spots(session, month, site) if agent in {None, one.agent})
    mine = [one for one in visits if wanted((one.call_id, one.agent), one.queue)]
    return QualityReport(
        month=month,
        since=since,
        until=until,
        only=_only(agent, team, item),
        whole=tally.whole,
        agents=tally.agents,
        teams=tally.teams,
        items=items,
        days=tally.days,
        months=await _months(session, month, zone, agent, team),
        sheets=await _sheets(session, month, since, until, tally, mine, checks, about, agent, team),
        agreement=tuple(one for one in await load_agreement(session, since, until) if item in {None, one.item}),
        disputes=_disputes(about, now),
        spots=checks,
        rates_of=rates_of,
    )


async def _errors(session: AsyncSession, until: datetime) -> tuple[Mapping[str, Errors], int]:
    found = await reviews.submitted(session, since=until - ERRORS_OVER, until=until, source="spot")
    return machine_errors(found), len(found)


async def load_agreement(session: AsyncSession, since: datetime, until: datetime) -> list[ItemKappa]:
    """How far first and second reviewers of calls begun in ``since <= t < until`` agree, disputed items left out."""
    firsts = await reviews.submitted(session, since=since, until=until)
    seconds = await reviews.submitted(session, since=since, until=until, kinds=("second",))
    about = await disputes.list_disputes(session, since=since, until=until, limit=100_000)
    return between_reviewers(firsts, seconds, {(one.call_id, one.agent, one.item) for one in about})


async def _months(
    session: AsyncSession,
    month: str,
    zone: tzinfo,
    agent: str | None,
    team: str | None,
) -> tuple[Point, ...]:
    year, number = month_of(month)
    points = []
    for back in range(MONTHS - 1, -1, -1):
        begin, end = _begin(year, number - back, zone), _begin(year, number - back + 1, zone)
        teams = (
            {(one.call_id, one.agent): one.queue for one in await source.visits(session, begin, end)} if team else {}
        )
        people = await source.people(session, begin, end)
        decided = {
            key: {one.item: Outcome(one.value) for one in found if one.value} for key, found in people.disputes.items()
        }
        only_disputed = {key for key, values in decided.items() if values and key not in people.reviews}
        found = Sum()
        async for row in source.scores(session, begin, end, items_of=only_disputed):
            key = (row.call_id, row.agent)
            if (agent is not None and row.agent != agent) or (team is not None and teams.get(key, "") != team):
                continue
            review = people.reviews.get(key)
            if review is not None:
                found.add(review_card(review).with_decisions(decided.get(key, {})).final.percent)
            elif key in only_disputed:
                found.add(laid_over(row.items, None, people.disputes[key]).final.percent)
            elif row.possible:
                found.add(100.0 * row.points / row.possible)
        points.append(Point(begin.astimezone(zone).date(), found.mean(0, 100)))
    return tuple(points)


async def _spots(session: AsyncSession, month: str, site: str) -> list[Spot]:
    done = {
        (one.call_id, one.agent)
        for one in await reviews.list_reviews(session, kinds=("first",), state="submitted", limit=100_000)
    }
    found: dict[str, Spot] = {}
    for draw in await spots.draws(session, month, site=site):
        before = found.get(draw.agent, Spot(draw.agent, draw.quota, 0, 0))
        reviewed = sum((one.call_id, one.agent) in done for one in draw.checks)
        found[draw.agent] = replace(before, drawn=before.drawn + len(draw.checks), reviewed=before.reviewed + reviewed)
    return list(found.values())


async def _sheets(
    session: AsyncSession,
    month: str,
    since: datetime,
    until: datetime,
    tally: Tally,
    visits: list[VisitRow],
    checks: tuple[Spot, ...],
    about: list[Dispute],
    agent: str | None,
    team: str | None,
) -> tuple[Sheet, ...]:
    rings = await source.rings(session, since, until)
    counted = await notes.counts(session, since=since, until=until)
    entered: dict[str, dict[str, float]] = {}
    for figure in await figures.list_figures(session, month):
        entered.setdefault(figure.agent, {})[figure.name] = figure.value
    groups = {one.name: one for one in tally.agents}
    by_spot = {one.agent: one for one in checks}
    names = {*groups, *(one.agent for one in visits)}
    if team is None:
        names |= {*entered, *(who for who, _, _ in counted)}
    return tuple(
        sheet(
            name,
            visits=[one for one in visits if one.agent == name],
            rings=[one for one in rings if one[0] == name],
            group=groups.get(name),
            spot=by_spot.get(name),
            entered=entered.get(name, {}),
            notes={(kind, step): count for (who, kind, step), count in counted.items() if who == name},
            disputes_changed=sum(one.agent == name and one.state == "changed" for one in about),
        )
        for name in sorted(names)
        if agent in {None, name}
    )


def _disputes(about: list[Dispute], now: datetime) -> Disputes:
    changed = sum(one.state == "changed" for one in about)
    upheld = sum(one.state == "upheld" for one in about)
    waiting = sum(one.state in {"open", "assigned", "split"} for one in about)
    return Disputes(len(about), changed, upheld, waiting, sum(overdue(one, now) for one in about))


def _only(agent: str | None, team: str | None, item: str | None) -> Text | None:
    found = [
        (Text("agent", "坐席"), agent),
        (Text("team", "团队"), team),
        (Text("item", "项目"), item),
    ]
    named = [(name, value) for name, value in found if value is not None]
    if not named:
        return None
    return Text(
        ", ".join(f"{name.en} {value}" for name, value in named),
        "，".join(f"{name.zh} {value}" for name, value in named),
    )


def _begin(year: int, number: int, zone: tzinfo) -> datetime:
    years, months = divmod(number - 1, 12)
    return datetime.combine(date(year + years, months + 1, 1), time(), zone).astimezone(UTC)


__all__ = ["load_agreement", "load_quality", "month_bounds"]
