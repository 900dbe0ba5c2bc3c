"""One version takes another's place: Asterisk first, which may refuse, then what is in force, then the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dialplan.model import Site
from ivr.asterisk.apply import Applied
from ivr.call.versions.edition import Edition, load_edition
from ivr.call.versions.store import InForce, VersionStore
from ivr.core.alone import alone
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

Apply = Callable[[Edition, Site | None], Applied | None]
TellEngine = Callable[[], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Swapped:
    """What came of it.

    Args:
        version: in force now.
        before: in force before.
        asterisk: what Asterisk made of it; None if there is none on this machine.
        engine: whether an engine runs here and serves new calls with it.
        waits: what holds only when something is started anew.
        old, new: what was in force, if it could still be read, and what is.
    """

    version: str
    before: str
    asterisk: Applied | None
    engine: bool
    waits: tuple[Text, ...]
    old: Edition | None
    new: Edition


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Be the only one on this machine who changes what is in force.

    Raises:
        UsageError: if somebody else does so now.
    """
    busy = UsageError(
        Text("somebody else is changing what is in force", "另有人正在更改生效版本"),
        cure=Text("look at what he has done, then try again: ivr dialplan versions",
                  "请先查看其结果再重试：ivr dialplan versions"),
    )  # fmt: skip
    with alone(settings.run / "versions.lock", busy):
        yield


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants which version in force, and why.

    Args:
        version: kept in the store.
        configured: the folder set as the site's.
        by, note: who and why.
        at: when.
    """

    version: str
    configured: Path | None
    by: str
    note: str
    at: datetime


def swap(store: VersionStore, order: Order, apply: Apply, tell_engine: TellEngine) -> Swapped:
    """Put a version in force; when anything refuses, everything is as it was.

    Args:
        store: holds the version; the caller holds ``locked``.
        apply: lets Asterisk take an edition over, given the site in force before; raises if it does not, having put
            its files back; None where there is no Asterisk.
        tell_engine: has the engine take what is in force; None when none runs.

    Raises:
        IvrError: what refused, and why.
    """
    force = store.in_force()
    before = _before(store, force)
    edition = load_edition(store.folder(order.version), order.version)
    applied = apply(edition, before.site if before else None)
    same = force is not None and (force.version, force.configured) == (order.version, str(order.configured or ""))
    if not same:
        store.put_in_force(order.version, configured=order.configured, at=order.at, by=order.by, note=order.note)
    try:
        answer = tell_engine()
    except BaseException:
        if not same:
            store.set_in_force(force)
            store.forget_last(order.version)
        if before is not None:
            with contextlib.suppress(IvrError):
                apply(before, edition.site)
            with contextlib.suppress(IvrError):
                tell_engine()
        raise
    waits = tuple(unfollowed(before.site if before else None, edition.site, applied, engine=answer is not None))
    was = force.version if force else ""
    return Swapped(order.version, was, applied, answer is not None, waits, before, edition)


def _before(store: VersionStore, force: InForce | None) -> Edition | None:
    if force is None:
        return None
    try:
        return load_edition(store.folder(force.version), force.version)
    except (IvrError, ValueError):
        return None


def unfollowed(before: Site | None, now: Site, applied: Applied | None, *, engine: bool) -> Iterator[Text]:
    """What does not follow without a restart, in words."""
    if applied is not None and applied.running:
        for name in applied.waits:
            yield Text(
                f"{name} of Asterisk: holds when Asterisk is started anew, which ends calls",
                f"Asterisk 的 {name}：须重启 Asterisk 才生效（会中断通话）",
            )
    if before is not None and before.zone != now.zone and engine:
        yield Text(
            "zone: the nightly work of `ivr up` keeps to the old one until it is started anew",
            "zone：`ivr up` 的夜间任务在重启前仍按原时区",
        )


__all__ = ["Order", "Swapped", "locked", "swap", "unfollowed"]
