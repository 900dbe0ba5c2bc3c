from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dialplan.model import Site
from ivr.asterisk.apply import Applied
from ivr.call.sites import KEPT_VERSIONS, SiteBook
from ivr.call.versions import Edition, VersionStore, load_edition
from ivr.call.versions.requests import site_routes
from ivr.call.versions.swap import Order, locked, swap
from ivr.core.errors import AsteriskError, IvrError, SetupError, UsageError
from ivr.core.settings import Settings
from tests.unit.call.versions.test_store import AT, keep
from tests.unit.dialplan.sites import write_site


class Line:
    """A store with two versions, the first in force; an Asterisk and an engine that do as told."""

    def __init__(self, root: Path) -> None:
        self.store = VersionStore(root / "versions")
        folder = write_site(root / "site")
        self.folder = folder
        self.old, self.new = keep(self.store, folder, 1), keep(self.store, folder, 2, forced=False)
        self.asterisk: list[tuple[str, int | None]] = []
        self.engine: list[str] = []
        self.asterisk_refuses: IvrError | None = None
        self.engine_refuses: IvrError | None = None
        self.waits: tuple[str, ...] = ()

    def apply(self, edition: Edition, before: Site | None) -> Applied:
        self.asterisk.append((edition.version, before.pause_limit if before else None))
        if self.asterisk_refuses is not None:
            raise self.asterisk_refuses
        return Applied(True, ("queues.conf",), self.waits)

    def tell(self) -> Mapping[str, Any] | None:
        force = self.store.in_force()
        assert force is not None
        self.engine.append(force.version)
        if self.engine_refuses is not None:
            raise self.engine_refuses
        return {"version": force.version}

    def order(self, version: str) -> Order:
        return Order(version, self.folder, "cli:me", "why", AT)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_asterisk_first_then_the_engine(line: Line) -> None:
    line.waits = ("indications.conf",)
    found = swap(line.store, line.order(line.new), line.apply, line.tell)
    assert line.asterisk == [(line.new, 101)]
    assert line.engine == [line.new]
    assert (found.version, found.before, found.engine) == (line.new, line.old, True)
    assert "indications.conf" in found.waits[0].en
    assert line.store.about(line.new).times[-1].note == "why"
    swap(line.store, line.order(line.new), line.apply, line.tell)
    assert len(line.store.about(line.new).times) == 1, "the same again is told, but no change"


def test_when_asterisk_refuses_nothing_has_changed(line: Line) -> None:
    line.asterisk_refuses = AsteriskError("no")
    with pytest.raises(AsteriskError):
        swap(line.store, line.order(line.new), line.apply, line.tell)
    assert line.engine == []
    force = line.store.in_force()
    assert force is not None
    assert force.version == line.old
    assert line.store.about(line.new).times == ()


def test_when_the_engine_refuses_everything_is_put_back(line: Line) -> None:
    line.engine_refuses = SetupError("no")
    with pytest.raises(SetupError):
        swap(line.store, line.order(line.new), line.apply, line.tell)
    assert [version for version, _ in line.asterisk] == [line.new, line.old]
    assert line.engine == [line.new, line.old], "it is told what is in force after all"
    force = line.store.in_force()
    assert force is not None
    assert force.version == line.old
    assert line.store.about(line.new).times == ()


def test_without_an_engine_it_holds_from_its_start(line: Line) -> None:
    found = swap(line.store, line.order(line.new), lambda *_: None, lambda: None)
    assert (found.engine, found.asterisk, found.waits) == (False, None, ())


def test_two_admins_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with locked(settings), pytest.raises(UsageError, match="somebody else"), locked(settings):
        pytest.fail("both at once")
    with locked(settings):
        pass


async def test_the_engine_takes_what_is_in_force(line: Line) -> None:
    def stored(version: str) -> Edition:
        return load_edition(line.store.folder(version), version)

    sites = SiteBook(stored(line.old), stored)
    routes = site_routes(sites, line.store, stored)
    assert (await routes["GET site"]("", {}))["version"] == line.old
    line.store.put_in_force(line.new, configured=line.folder, at=AT, by="cli:me")
    answer = await routes["POST site"]("", {})
    assert (answer["version"], answer["before"]) == (line.new, line.old)
    assert (sites.version, sites.site.pause_limit) == (line.new, 102)
    line.store.set_in_force(None)
    with pytest.raises(SetupError):
        await routes["POST site"]("", {})
    assert sites.version == line.new


async def test_a_call_finds_the_version_it_began_with_on_disk(line: Line) -> None:
    read: list[str] = []

    def stored(version: str) -> Edition:
        read.append(version)
        return load_edition(line.store.folder(version), version)

    sites = SiteBook(stored(line.new), stored)
    assert (await sites.begun_with(line.old)).site.pause_limit == 101
    assert (await sites.begun_with(line.old)).version == line.old
    assert read == [line.new, line.old], "once"
    assert sites.version == line.new, "new calls are served as before"
    for unknown in ("000000000000", "../../etc/passwd", ""):
        assert (await sites.begun_with(unknown)).version == line.new
    for number in range(KEPT_VERSIONS + 3):
        sites.use(sites.site.model_copy(update={"pause_limit": 200 + number}))
    assert (await sites.begun_with(line.old)).version == line.old
    assert sites.site.pause_limit == 200 + KEPT_VERSIONS + 2


async def test_a_version_put_in_force_while_a_call_reads_it_serves_on(line: Line) -> None:
    reading, read_on = threading.Event(), threading.Event()

    def slowly(version: str) -> Edition:
        reading.set()
        assert read_on.wait(10)
        return load_edition(line.store.folder(version), version)

    old = load_edition(line.store.folder(line.old), line.old)
    sites = SiteBook(load_edition(line.store.folder(line.new), line.new), slowly)
    call = asyncio.create_task(sites.begun_with(line.old))
    assert await asyncio.to_thread(reading.wait, 10)
    sites.use(old)
    read_on.set()
    assert (await call).version == line.old
    assert sites.version == line.old


async def test_the_engine_ends_with_what_is_in_force_however_slowly_it_was_read(line: Line) -> None:
    reading, read_on = threading.Event(), threading.Event()

    def stored(version: str) -> Edition:
        if version == line.new:
            reading.set()
            assert read_on.wait(10)
        return load_edition(line.store.folder(version), version)

    sites = SiteBook(stored(line.old), stored)
    routes = site_routes(sites, line.store, stored)
    line.store.put_in_force(line.new, configured=line.folder, at=AT, by="cli:me")
    first = asyncio.ensure_future(routes["POST site"]("", {}))
    assert await asyncio.to_thread(reading.wait, 10)
    line.store.put_in_force(line.old, configured=line.folder, at=AT, by="cli:me")
    second = asyncio.ensure_future(routes["POST site"]("", {}))
    _, unfinished = await asyncio.wait({second}, timeout=0.2)
    read_on.set()
    await asyncio.gather(first, second)
    assert sites.version == line.old
    assert unfinished == {second}, "it waits for its turn"


def test_a_number_that_is_just_gone_is_served_as_before(line: Line) -> None:
    old = load_edition(line.store.folder(line.old), line.old)
    number = next(iter(old.site.numbers))
    sites = SiteBook(old)
    sites.use(Edition.of(old.site.model_copy(update={"numbers": {"7777": "main"}})))
    assert sites.for_number(number).version == line.old
    assert sites.for_number("7777").version == sites.version
    assert sites.for_number("0").version == sites.version
