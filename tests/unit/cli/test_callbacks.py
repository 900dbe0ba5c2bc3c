"""``ivr callbacks`` as its user runs it: without an engine, on the book alone."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.waiting import CallbackSettings
from ivr.core.clock import FixedClock
from ivr.queues.callbacks.book import Book, Wish
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from tests.unit.cli.conftest import Ivr

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SETTINGS = CallbackSettings(dial="PJSIP/{number}@trunk", allowed=["139XXXXXXXX"])


@pytest.fixture
def book(home: Path) -> str:
    """A book of two callbacks; the second to be noted has waited longer."""
    url = f"sqlite+aiosqlite:///{home}/ivr.db"
    home.mkdir()
    upgrade(url)

    async def fill() -> None:
        async with Database(url) as database:
            notes = Book(database, FixedClock(NOON))
            for number, waited in (("13900000001", 10), ("13900000002", 60)):
                wish = Wish(
                    queue="service",
                    number=number,
                    language="zh-CN",
                    priority=0,
                    place=NOON - timedelta(seconds=waited),
                    linkedid=f"1.{waited}",
                    service_number="1000",
                    flow="main",
                    step="later",
                    site_version="v",
                )
                await notes.note(wish, SETTINGS)

    asyncio.run(fill())
    return url


def test_they_are_listed_in_the_order_of_their_places_and_masked(ivr: Ivr, book: str) -> None:
    found = json.loads(ivr("callbacks", "list", "--json").stdout)
    assert [(one["id"], one["number"], one["state"]) for one in found] == [
        (2, "*********02", "waiting"),
        (1, "*********01", "waiting"),
    ]
    shown = ivr("callbacks", "list").stdout
    assert "13900000001" not in shown
    assert "2026-03-04 19:59:00" in shown, "by the clock of the site's zone"
    assert shown.index("*02") < shown.index("*01")


def test_one_is_taken_out_and_the_audit_chain_says_by_whom(ivr: Ivr, book: str) -> None:
    done = ivr("callbacks", "cancel", "1")
    assert done.exit_code == 0
    assert [one["id"] for one in json.loads(ivr("callbacks", "list", "--json").stdout)] == [2]
    every = json.loads(ivr("callbacks", "list", "--all", "--json").stdout)
    assert {one["id"]: one["state"] for one in every} == {1: "cancelled", 2: "waiting"}

    async def rows() -> list[tuple[str, str]]:
        async with Database(book) as database, database.read() as session:
            return [(row.action, row.object) for row in await audit.list_rows(session)]

    assert ("callback.cancel", "callback:1") in asyncio.run(rows())


@pytest.mark.parametrize("callback", ["99", "1"])
def test_what_cannot_be_cancelled_is_wrong_use(ivr: Ivr, book: str, callback: str) -> None:
    if callback == "1":
        ivr("callbacks", "cancel", "1")
    refused = ivr("callbacks", "cancel", callback, "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["cure"]


def test_an_empty_book(ivr: Ivr, home: Path) -> None:
    ivr("db", "upgrade")
    assert json.loads(ivr("callbacks", "list", "--json").stdout) == []
    assert ivr("callbacks", "list").exit_code == 0
