"""The calls before and after one, in the list or the sample somebody came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from ivr.console.security.permissions import Permission
from ivr.console.services import samples
from ivr.console.services.calls import listing
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.reports.calls import CallQuery

Where = Literal["previous", "next"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A call beside this one, and its address."""

    where: Where
    href: str


async def neighbours(view: View, call: int) -> list[Neighbour]:
    """In the sample of the month where the address says so, else in the list its filters make."""
    if view.query.get("sample") and view.who.may(Permission.REVIEW):
        return await _of_sample(view, call)
    try:
        query = CallQuery.of(view.query)
        found = await listing.beside(view.console, view.who, query, call)
    except UsageError:
        return []
    suffix = f"?{urlencode(query.parameters())}" if query.parameters() else ""
    pairs: list[tuple[Where, int | None]] = [("previous", found.previous), ("next", found.next)]
    return [Neighbour(where, f"/calls/{one}{suffix}") for where, one in pairs if one is not None]


async def _of_sample(view: View, call: int) -> list[Neighbour]:
    month = view.query["sample"] if len(view.query["sample"]) == 7 else ""
    try:
        drawn = (await samples.month(view.console, view.who, month)).calls
    except UsageError:
        return []
    agent = view.query.get("agent", "")
    here = next((at for at, one in enumerate(drawn) if one.call == call and agent in {"", one.agent}), None)
    if here is None:
        return []
    places: list[tuple[Where, int]] = [("previous", here - 1), ("next", here + 1)]
    return [
        Neighbour(
            where,
            f"/calls/{drawn[at].call}?{urlencode({'agent': drawn[at].agent, 'sample': view.query['sample']})}",
        )
        for where, at in places
        if 0 <= at < len(drawn)
    ]


__all__ = ["Neighbour", "neighbours"]
