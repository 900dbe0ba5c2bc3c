"""Spot checks kept: each part of a month is drawn once, written down, and can be drawn again to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from ivr.storage import audit
from ivr.storage.models import SpotCheck, SpotDraw
from ivr.storage.people import Session
from ivr.storage.people import spots as rows
from ivr.storage.people.spots import Talk
from recording.review.draw import METHOD, Lot, Part, digest, draw, parts
from recording.review.people import person

QUOTA = 4
"""Calls an agent and month, where nothing else is said."""
GRACE = timedelta(hours=1)
"""After a part's last midnight, before it is drawn: calls over midnight are to be written down first."""
LEAST_TALK_S = 10.0
"""Shorter talks are not drawn: there is nothing to hear."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A drawing that would come out otherwise today.

    Args:
        before, now: how many candidates there were and are.
        changed: whether other calls would be drawn; False: more candidates, the same calls.
    """

    agent: str
    part: int
    before: int
    now: int
    changed: bool


async def draw_month(
    session: Session,
    month: str,
    *,
    site: str,
    zone: tzinfo,
    by: str,
    now: datetime,
    quota: int = QUOTA,
    agent: str | None = None,
) -> Sequence[SpotDraw]:
    """Draw what is over and not drawn yet; returns all drawings of the month, old and new.

    An agent's quota of a month is fixed by the month's first drawing.

    Args:
        quota: calls an agent and month.
        agent: only this one.

    Raises:
        UsageError: if month, quota or name is unusable.
    """
    by = person(by)
    plan = parts(month, quota)
    whole = parts(month, 1)[0].bounds(zone)
    found = await rows.talks(
        session, whole[0].astimezone(UTC), whole[1].astimezone(UTC), agent=agent, least_s=LEAST_TALK_S
    )
    stored: dict[str, dict[int, SpotDraw]] = {}
    for row in await rows.draws(session, month, site=site, agent=agent):
        stored.setdefault(row.agent, {})[row.part] = row
    for who in sorted({one.agent for one in found}):
        mine = stored.get(who, {})
        fixed = next(iter(mine.values())).quota if mine else quota
        lots = [lot_of(one, zone) for one in found if one.agent == who]
        drawn = 0
        for part in plan if fixed == quota else parts(month, fixed):
            if part.index in mine:
                drawn += len(mine[part.index].checks)
                continue
            if part.bounds(zone)[1] + GRACE > now:
                break
            row = _drawing(part, lots, part.wanted - drawn, site=site, agent=who, month=month, quota=fixed)
            row.drawn_by, row.drawn_at = by, now
            await rows.add(session, row)
            drawn += len(row.checks)
            detail = {"month": month, "agent": who, "part": part.index, "calls": [one.call_id for one in row.checks]}
            await audit.append(session, actor=by, action="spot.draw", object=f"spot:{row.id}", at=now, detail=detail)
    return await rows.draws(session, month, site=site, agent=agent)


async def verify(session: Session, month: str, *, site: str, zone: tzinfo) -> list[Difference]:
    """Draw the month's drawings again from the calls there are now; what comes out otherwise."""
    whole = parts(month, 1)[0].bounds(zone)
    found = await rows.talks(session, whole[0].astimezone(UTC), whole[1].astimezone(UTC), least_s=LEAST_TALK_S)
    differences = []
    for row in await rows.draws(session, month, site=site):
        part = parts(month, row.quota)[row.part]
        lots = [lot for one in found if one.agent == row.agent and _within(lot := lot_of(one, zone), part)]
        again = [lot.call_id for _, lot in draw(lots, row.wanted, site)]
        changed = set(again) != {one.call_id for one in row.checks}
        if changed or digest(lots) != row.digest:
            differences.append(Difference(row.agent, row.part, row.candidates, len(lots), changed))
    return differences


def lot_of(talk: Talk, zone: tzinfo) -> Lot:
    """A talk as something that can be drawn."""
    return Lot(talk.call_id, talk.linkedid, talk.agent, talk.ended_at.astimezone(zone).date())


def _within(lot: Lot, part: Part) -> bool:
    return part.first <= lot.day <= part.last


def _drawing(
    part: Part, lots: Sequence[Lot], wanted: int, *, site: str, agent: str, month: str, quota: int
) -> SpotDraw:
    candidates = [lot for lot in lots if _within(lot, part)]
    return SpotDraw(
        site=site,
        agent=agent,
        month=month,
        part=part.index,
        quota=quota,
        wanted=wanted,
        candidates=len(candidates),
        digest=digest(candidates),
        method=METHOD,
        checks=[
            SpotCheck(call_id=lot.call_id, agent=agent, ticket=number) for number, lot in draw(candidates, wanted, site)
        ],
    )
