"""The audit as admins see it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ivr.console.errors import Forbidden
from ivr.console.security.permissions import Permission, Role
from ivr.console.security.person import Person
from ivr.console.services import audit as service
from ivr.storage import audit
from tests.unit.console.security.conftest import NOW, House

ADMIN = Person(1, "boss", "Boss", Role.ADMIN, session=1)


async def fill(house: House, count: int = 25) -> None:
    async with house.database.write() as session:
        for number in range(count):
            await audit.append(
                session, actor="ann" if number % 2 else "bob", action="listen", object=f"call:{number % 5}",
                at=NOW + timedelta(minutes=number), detail={"to": "13812345678", "n": [number]},
            )  # fmt: skip


async def test_rows_come_the_newest_first_page_by_page(house: House) -> None:
    await fill(house)
    seen: list[int] = []
    before = None
    while True:
        page = await service.search(house.console, ADMIN, before=before, limit=10)
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        before = page.next
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 25


async def test_rows_are_found_by_who_what_and_when(house: House) -> None:
    await fill(house)
    for asked, count in (
        ({"actor": "ann"}, 12), ({"actor": "an"}, 0), ({"action": "listen"}, 25), ({"object": "call:3"}, 5),
        ({"object": "call:3", "actor": "ann"}, 3), ({"since": NOW + timedelta(minutes=20)}, 5),
        ({"until": NOW + timedelta(minutes=20)}, 20), ({"actor": "ann\x00"}, 12),
    ):  # fmt: skip
        assert len((await service.search(house.console, ADMIN, **asked)).rows) == count, asked  # type: ignore[arg-type]


async def test_only_who_may_sees_it_and_numbers_only_who_may_see_those(house: House) -> None:
    await fill(house, 1)
    for role in (Role.AGENT, Role.QA, Role.SUPERVISOR):
        who = Person(2, "x", "x", role, session=1)
        for work in (service.search(house.console, who), service.verify(house.console, who)):
            with pytest.raises(Forbidden):
                await work
    token = Person(1, "boss", "Boss", Role.ADMIN, scopes=frozenset({Permission.AUDIT}))
    (plain,) = (await service.search(house.console, ADMIN)).rows
    (masked,) = (await service.search(house.console, token)).rows
    assert json.loads(plain.detail) == {"to": "13812345678", "n": [0]}
    assert "13812345678" not in masked.detail


async def test_a_changed_row_shows(house: House) -> None:
    await fill(house, 3)
    assert (await service.verify(house.console, ADMIN)).ok
    async with house.database.write() as session:
        raw = await session.connection()
        await raw.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE id = 2")
    found = await service.verify(house.console, ADMIN)
    assert (found.ok, found.row) == (False, 2)
    assert "2" in found.error and found.cure
