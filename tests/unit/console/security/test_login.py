from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from ivr.console.errors import NotLoggedIn, TooMany
from ivr.console.security import links, people
from ivr.console.security.limits import Limit, network
from ivr.console.security.login import BY_ADDRESS, BY_LOGIN, FREE_FAILURES, Came, Door, MustChange
from ivr.core.clock import FixedClock
from tests.unit.console.security.conftest import HERE, NOW, PASSWORD, House

WRONG = "wrong horse battery staple"


async def refused(house: House, login: str, password: str = WRONG, address: str = "") -> str:
    came = Came(address or f"198.51.100.{house.passwords.verified % 250}")
    with pytest.raises(NotLoggedIn) as caught:
        await house.login(login, password, came)
    return str(caught.value)


async def test_who_has_the_password_is_logged_in_and_it_is_audited(house: House) -> None:
    number = await house.add("ann", title="Ann Lee", language="en")
    begun = await house.login(" ANN ")
    who = begun.known.person
    assert (who.id, who.login, who.title, who.role, who.language) == (number, "ann", "Ann Lee", "qa", "en")
    (row,) = await house.audited("login")
    assert (row.actor, row.object, row.detail) == (
        "ann",
        f"account:{number}",
        {"how": "password", "address": "192.0.2.7"},
    )


async def test_whoever_fails_is_told_the_same_after_the_same_work(house: House) -> None:
    await house.add("ann")
    await house.add("off")
    await house.add("new", password="")
    await house.add("shut")
    async with house.database.write() as session:
        await people.disable(session, house.clock, "test", "off")
        (await people.found(session, "shut")).locked_until = NOW + timedelta(hours=1)
    told, work = set(), []
    for login, password in (("ann", WRONG), ("nobody", WRONG), ("off", PASSWORD), ("new", WRONG), ("shut", PASSWORD),
                            ("\x00ann", WRONG)):  # fmt: skip
        before = house.passwords.verified
        told.add(await refused(house, login, password))
        work.append(house.passwords.verified - before)
    assert len(told) == 1
    assert work == [1] * 6
    rows = await house.audited("login.failed")
    assert [row.detail["why"] for row in rows] == ["password", "unknown", "disabled", "password", "locked", "password"]
    assert all("wrong horse" not in str(row.detail) and "nobody" not in str(row.detail) for row in rows)


async def test_after_five_wrong_passwords_an_account_is_locked_for_longer_each_time(house: House) -> None:
    await house.add("ann")
    for _ in range(FREE_FAILURES - 1):
        await refused(house, "ann")
    assert (await house.account("ann")).locked_until is None
    locks = []
    for _ in range(9):
        house.clock.advance(61)  # tries of one login within a minute are limited, too
        await refused(house, "ann")
        until = (await house.account("ann")).locked_until
        assert until is not None
        locks.append((until - house.clock.now()).total_seconds() / 60)
        await refused(house, "ann", PASSWORD)
        assert (await house.account("ann")).locked_until == until, "a try prolonged the lock"
        house.clock.advance((until - house.clock.now()).total_seconds())
    assert locks == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    await house.login("ann")
    account = await house.account("ann")
    assert (account.failures, account.locked_until) == (0, None)


async def test_an_admin_unlocks(house: House) -> None:
    await house.add("ann")
    for _ in range(FREE_FAILURES):
        await refused(house, "ann")
    await refused(house, "ann", PASSWORD)
    async with house.database.write() as session:
        await people.unlock(session, house.clock, "test", "ann")
    await house.login("ann")


async def test_failures_from_one_network_are_limited_whatever_they_try(house: House) -> None:
    await house.add("ann")
    for number in range(BY_ADDRESS[0]):
        await refused(house, f"guess{number}", address="203.0.113.9")
    with pytest.raises(TooMany) as caught:
        await house.login("ann", PASSWORD, Came("203.0.113.9"))
    assert 0 < caught.value.seconds <= BY_ADDRESS[1]
    await house.login("ann", PASSWORD, Came("203.0.113.10"))
    house.clock.advance(BY_ADDRESS[1])
    await house.login("ann", PASSWORD, Came("203.0.113.9"))


async def test_logging_in_rightly_is_never_limited(house: House) -> None:
    await house.add("ann")
    for _ in range(BY_ADDRESS[0] + BY_LOGIN[0]):
        await house.login("ann")


async def test_tries_of_a_login_that_there_is_not_are_limited_as_well(house: House) -> None:
    for _ in range(BY_LOGIN[0]):
        await refused(house, "nobody")
    with pytest.raises(TooMany):
        await house.login("nobody", WRONG, Came("198.51.100.254"))


async def test_a_hash_of_old_parameters_is_renewed_when_its_password_is_shown(house: House) -> None:
    await house.add("ann")
    old = (await house.account("ann")).password
    await refused(house, "ann")
    house.passwords.hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    assert (await house.account("ann")).password == old
    await house.login("ann")
    new = (await house.account("ann")).password
    assert new != old and "m=16,t=2" in new
    await house.login("ann")
    assert (await house.account("ann")).password == new


async def test_who_must_change_his_password_gets_a_link_and_no_session(house: House) -> None:
    number = await house.add("ann")
    async with house.database.write() as session:
        (await people.found(session, "ann")).must_change = True
    assert await Door.of(house.console).login("ann", PASSWORD, HERE) == MustChange(number)
    async with house.database.write() as session:
        secret = await links.make(session, house.clock, number)
    await links.choose(house.console, secret, "kettle sofa river owl", HERE)
    await house.login("ann", "kettle sofa river owl")


def test_a_limit_forgets_with_time_and_its_memory_is_bounded() -> None:
    clock = FixedClock(NOW)
    limit = Limit(clock, tries=2, seconds=10, names=3)
    for _ in range(2):
        limit.take("a")
    with pytest.raises(TooMany):
        limit.take("a")
    clock.advance(10)
    limit.take("a")
    limit.take("a")
    for name in "bcd":
        limit.take(name)
    limit.take("a")  # pushed out of memory by the others
    limit.give_back("a")
    limit.take("a")


def test_tries_are_counted_by_the_network_of_a_line() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("192.0.2.2")
    assert network("no address") == "?"
