"""What is known of a call's caller: where his number is from, and his earlier calls (A7)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.call import models
from ivr.console.services.casework import must_see_call
from ivr.core.errors import IvrError
from ivr.queues.arrivals.region import Region, region_of
from ivr.reports import wording
from ivr.reports.clean import clean
from ivr.storage import calls
from ivr.storage.contacts import earlier_calls

SHOWN = 10
DAYS = 30
"""How far back, where the queue does not say more."""


async def caller(console: Console, who: Person, call_id: int) -> models.Caller:
    """Region and earlier calls; without links to those who asks may not see.

    Raises:
        Forbidden, NotFound: if he may not see calls, or there is no such call for him.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        call = await calls.partly(session, call_id, "visits")
        if call is None:
            raise NotFound
        days, country = _site(console, call.visits[-1].queue if call.visits else "")
        if not call.caller:
            return models.Caller(region="", days=days, calls=0, contacts=[])
        since = call.started_at - timedelta(days=days)
        count, rows = await earlier_calls(session, call.caller, since=since, before=call.started_at, limit=SHOWN)
        contacts = []
        for row in rows:
            last = max(row.visits, key=lambda visit: visit.joined_at, default=None)
            sees = who.may(Permission.CALLS_ALL) or any(who.owns(visit.agent) for visit in row.visits)
            contacts.append(
                models.Contact(
                    call=row.id if sees else None,
                    at=row.started_at.astimezone(console.zone),
                    queue=clean(last.queue, 64) if last else "",
                    agent=clean(last.agent, 64) if last else "",
                    outcome=row.outcome,
                    outcome_name=wording.outcome_of_call(row.outcome).within(who.language),
                )
            )
        number = call.caller
    region = await asyncio.to_thread(_region, number, country)
    return models.Caller(
        region="" if region is None else region.text.within(who.language), days=days, calls=count + 1, contacts=contacts
    )


def _site(console: Console, queue: str) -> tuple[int, str]:
    """Days to look back, and the country of numbers that name none; the site may not be usable now."""
    try:
        site = console.site()
    except IvrError:
        return DAYS, "CN"
    settings = site.queues.get(queue)
    return max(DAYS, settings.contact_days if settings else 0), site.country


def _region(number: str, country: str) -> Region | None:
    return region_of(number, country)


__all__ = ["caller"]
