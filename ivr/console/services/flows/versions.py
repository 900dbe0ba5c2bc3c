"""Versions of the site: kept, compared, and put in force by a person of the console."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from dialplan.differing import Side, compare
from ivr.call.versions import VersionStore
from ivr.call.versions.putting import changes, note_swap, put_in_force, serving_version, side_of, side_of_folder
from ivr.call.versions.start import Checked, check_folder, differs
from ivr.call.versions.store import Stored
from ivr.call.versions.swap import Swapped, locked
from ivr.console.context import Console
from ivr.console.errors import Conflict, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.flows.models import (
    ChangeTold,
    ProblemTold,
    SwapTold,
    TimeTold,
    VersionsTold,
    VersionTold,
)
from ivr.console.services.flows.shelf import FOLDER, IN_FORCE, folder_of, opened
from ivr.core.errors import IvrError, SiteError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.problems import Problem

log = get_logger("console")


async def versions(console: Console, who: Person) -> VersionsTold:
    """The versions that are kept, those last in force first.

    Raises:
        Forbidden: if he may not see flows.
    """
    who.must(Permission.FLOWS)
    return await asyncio.to_thread(_versions, console)


async def diff(console: Console, who: Person, old: str, new: str) -> list[ChangeTold]:
    """What changes from one site to another, in words: numbers, calls, hours, people.

    Args:
        old, new: ``in-force``, ``folder``, or a version.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such version.
        SiteError: if one cannot be read, or the folder has errors.
    """
    who.must(Permission.FLOWS)
    sides = [await _side(console, one) for one in (old, new)]
    found = await asyncio.to_thread(compare, sides[0], sides[1])
    return [ChangeTold.of(one) for one in found]


async def reload(console: Console, who: Person, *, note: str = "", expected: str = "") -> SwapTold:
    """Check the folder and put what it holds in force; calls under way go on as they began. Audited.

    Args:
        note: why, for those who look later.
        expected: the version he has looked at; what the folder holds must still be it.

    Raises:
        Forbidden: if he may not.
        Conflict: if the folder has changed since he looked.
        SiteError: if it has errors.
        IvrError: if Asterisk or the engine refuse it; then all is as it was.
    """
    who.must(Permission.FLOWS_CHANGE)

    def swap() -> tuple[Swapped, Sequence[Problem]]:
        folder, store = folder_of(console.settings), VersionStore.of(console.settings)
        found = _checked(folder, console)
        edition = found.edition
        assert edition is not None
        if expected and edition.version != expected:
            raise Conflict(
                Text("the folder has changed since you looked", "站点目录在您查看之后已被更改"),
                cure=Text("look at the differences again", "请重新查看差异"),
            )
        now = console.clock.now()
        with locked(console.settings):
            store.put(found.snapshot, edition.version, site=edition.site.name, source=folder, at=now)
            return _put(console, store, edition.version, who, note, now), found.problems

    return await _swapped(console, who, swap, action="site.reload", note=note)


async def rollback(console: Console, who: Person, version: str = "", *, note: str = "") -> SwapTold:
    """Put an earlier version in force; the site's folder stays as it is. Audited.

    Args:
        version: or how it begins; the one in force before when not given.

    Raises:
        Forbidden: if he may not.
        NotFound: if it is not kept.
        IvrError: if Asterisk or the engine refuse it; then all is as it was.
    """
    who.must(Permission.FLOWS_CHANGE)

    def swap() -> tuple[Swapped, Sequence[Problem]]:
        store = VersionStore.of(console.settings)
        with locked(console.settings):
            chosen = _found(store, version) if version else store.before()
            problems = check_folder(store.folder(chosen)).problems
            return _put(console, store, chosen, who, note, console.clock.now()), problems

    return await _swapped(console, who, swap, action="site.rollback", note=note)


def _found(store: VersionStore, version: str) -> str:
    try:
        return store.find(version).version
    except IvrError as error:
        raise NotFound(Text(f"no version {version!r:.20} is kept", f"没有保存版本 {version!r:.20}")) from error


def _checked(folder: Path, console: Console) -> Checked:
    found = check_folder(folder, today=console.clock.now().astimezone().date())
    if found.edition is None:
        raise SiteError(
            Text(f"the folder has {len(found.problems)} problems", f"站点目录有 {len(found.problems)} 个问题"),
            found.problems,
            cure=Text("see the checks, mend the files, reload again", "请查看检查结果，修正后重新加载"),
        )
    return found


def _put(console: Console, store: VersionStore, version: str, who: Person, note: str, at: datetime) -> Swapped:
    return put_in_force(console.settings, store, version, by=who.login, why=note, at=at)


async def _swapped(
    console: Console,
    who: Person,
    swap: Callable[[], tuple[Swapped, Sequence[Problem]]],
    *,
    action: str,
    note: str,
) -> SwapTold:
    found, problems = await asyncio.to_thread(swap)
    try:
        store = VersionStore.of(console.settings)
        await note_swap(console.database, store, found, action=action, by=who.login, why=note, clock=console.clock)
    except IvrError as error:  # the line runs on it all the same
        log.error("not in the audit", action=action, version=found.version, problem=str(error))
    return SwapTold(
        version=found.version,
        before=found.before,
        engine=found.engine,
        asterisk=found.asterisk is not None and found.asterisk.running,
        waits=[str(one) for one in found.waits],
        changes=[ChangeTold.of(one) for one in await asyncio.to_thread(changes, found)],
        problems=[ProblemTold.of(one) for one in problems],
    )


async def _side(console: Console, name: str) -> Side:
    if name == FOLDER:
        return await asyncio.to_thread(side_of_folder, folder_of(console.settings))
    one = await opened(console, name or IN_FORCE)
    return side_of(one.site, one.book)


def _versions(console: Console) -> VersionsTold:
    store, folder = VersionStore.of(console.settings), folder_of(console.settings)
    force = store.in_force()
    try:
        holds = check_folder(folder).edition
    except SiteError:
        holds = None
    try:
        engine = serving_version(console.settings)
    except IvrError:
        engine = None
    return VersionsTold(
        in_force=force.version if force else None,
        engine=engine,
        folder=str(folder),
        folder_version=holds.version if holds else None,
        folder_differs=force is not None and differs(store, folder, force.version),
        versions=[_kept(one, force.version if force else "") for one in store.kept()],
    )


def _kept(one: Stored, force: str) -> VersionTold:
    return VersionTold(
        version=one.version,
        site=one.site,
        stored=one.stored,
        in_force=one.version == force,
        times=[TimeTold(at=time.at, by=time.by, note=time.note) for time in reversed(one.times)],
    )


__all__ = ["diff", "reload", "rollback", "versions"]
