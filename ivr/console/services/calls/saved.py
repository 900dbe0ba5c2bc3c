"""Searches that people keep: for themselves, or shared with all who see all calls."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.calls import CallQuery
from ivr.storage import audit
from ivr.storage import saved_searches as rows
from ivr.storage.models import SavedSearch

LONGEST_TITLE = 80


class Saved(Shown):
    """Filters under a name; ``mine`` says whether who asks may change them, ``path`` leads to the list."""

    id: int
    title: str
    owner: str
    shared: bool
    mine: bool
    filters: dict[str, str]
    path: str
    created_at: datetime


async def listed(console: Console, who: Person) -> list[Saved]:
    """One's own and shared ones, by title.

    Raises:
        Forbidden: if he may see no calls.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.read() as session:
        found = await rows.visible(session, who.login, shared=who.may(Permission.CALLS_ALL))
    return [_shown(one, who) for one in found]


async def keep(console: Console, who: Person, title: str, query: CallQuery, *, shared: bool = False) -> Saved:
    """Keep filters under a name, in place of those he had under it.

    Raises:
        Forbidden: if he may see no calls, or shares without seeing all of them.
        UsageError: if the name is empty or too long, he has too many, or a number would be shared: not everybody who
            sees all calls sees numbers.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    if shared:
        who.must(Permission.CALLS_ALL)
        if query.caller:
            raise UsageError(
                Text("a search for a caller's number is not shared", "按来电号码的搜索不能共享"),
                cure=Text("keep it for yourself, or remove the number", "请仅自己保存，或去掉号码条件"),
            )
    title = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise UsageError(
            Text(f"a name of 1 to {LONGEST_TITLE} characters", f"名称须为 1 至 {LONGEST_TITLE} 个字符"),
            cure=Text("give another name", "请换一个名称"),
        )
    now = console.clock.now()
    async with console.database.write() as session:
        found = await rows.keep(session, who.login, title, query.parameters(), shared=shared, at=now)
        if found is None:
            raise UsageError(
                Text(f"at most {rows.MOST} saved searches", f"最多保存 {rows.MOST} 个搜索"),
                cure=Text("remove some", "请先删除一些"),
            )
        detail = {"title": title, "filters": query.masked(), "shared": shared}
        await audit.append(
            session, actor=who.login, action="search.save", object=f"search:{found.id}", at=now, detail=detail
        )
    return _shown(found, who)


async def remove(console: Console, who: Person, number: int) -> None:
    """Forget one of one's own; an admin forgets shared ones, too.

    Raises:
        Forbidden: if it is somebody else's.
        NotFound: if there is none, or it is not his to know of.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.write() as session:
        found = await rows.get(session, number)
        visible = found is not None and (found.owner == who.login or (found.shared and who.may(Permission.CALLS_ALL)))
        if found is None or not visible:
            raise NotFound(Text(f"no saved search {number}", f"没有已存搜索 {number}"))
        if found.owner != who.login and not who.may(Permission.USERS):
            raise Forbidden(Text("it is somebody else's", "该搜索属于他人"))
        await rows.remove(session, found)
        await audit.append(
            session, actor=who.login, action="search.remove", object=f"search:{number}", at=console.clock.now(),
            detail={"title": found.title, "owner": found.owner},
        )  # fmt: skip


def _shown(row: SavedSearch, who: Person) -> Saved:
    filters = {str(name): str(value) for name, value in row.filters.items()}
    return Saved(
        id=row.id, title=row.title, owner=row.owner, shared=row.shared, mine=row.owner == who.login, filters=filters,
        path=f"/calls?{urlencode(filters)}" if filters else "/calls", created_at=row.created_at,
    )  # fmt: skip


__all__ = ["Saved", "keep", "listed", "remove"]
