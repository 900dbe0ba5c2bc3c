from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.console.errors import Conflict, Forbidden, NotFound, NotLoggedIn
from ivr.console.security import links, people, sessions, tokens
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.security.secrets import digest
from ivr.console.services import me, users
from ivr.console.services import tokens as token_service
from ivr.core.errors import UsageError
from tests.unit.console.security.conftest import HERE, PASSWORD, House

OTHER = "kettle sofa river owl"
HOUR = 3600.0


async def known(house: House, token: str) -> sessions.Known | None:
    return await sessions.known(house.console, token)


async def test_a_session_ends_after_hours_without_use(house: House) -> None:
    await house.add("ann")
    token = (await house.login("ann")).token
    for _ in range(2):
        house.clock.advance(7.9 * HOUR)
        one = await known(house, token)
        assert one is not None
        await sessions.seen(house.console, one)
    house.clock.advance(8 * HOUR)
    assert await known(house, token) is None


async def test_a_session_ends_after_a_day_however_it_is_used(house: House) -> None:
    await house.add("ann")
    token = (await house.login("ann")).token
    for _ in range(23):
        house.clock.advance(HOUR)
        one = await known(house, token)
        assert one is not None
        await sessions.seen(house.console, one)
    house.clock.advance(HOUR)
    assert await known(house, token) is None


async def test_only_digests_are_kept(house: House) -> None:
    await house.add("ann")
    begun = await house.login("ann")
    async with house.database.read() as session:
        raw = await session.connection()
        rows = (await raw.exec_driver_sql("SELECT hash FROM login_sessions")).all()
    assert rows == [(digest(begun.token),)]
    assert await known(house, digest(begun.token)) is None
    for nonsense in ("", "x" * 500, begun.token[:-1], "\x00"):
        assert await known(house, nonsense) is None


async def test_the_number_of_an_ended_session_is_not_given_again(house: House) -> None:
    await house.add("ann")
    first = (await house.login("ann")).known.person
    await me.logout(house.console, first)
    assert (await house.login("ann")).known.person.session != first.session


async def test_disabling_and_another_role_end_sessions(house: House) -> None:
    await house.add("ann")
    await house.add("boss", "admin")
    boss = (await house.login("boss")).known.person
    token = (await house.login("ann")).token
    await users.change(house.console, boss, "ann", title="Ann Lee")
    assert await known(house, token) is not None
    await users.change(house.console, boss, "ann", role="supervisor")
    assert await known(house, token) is None
    token = (await house.login("ann")).token
    await users.disable(house.console, boss, "ann")
    assert await known(house, token) is None
    with pytest.raises(NotLoggedIn):
        await house.login("ann")
    await users.enable(house.console, boss, "ann")
    await house.login("ann")


async def test_another_password_ends_all_other_sessions(house: House) -> None:
    await house.add("ann")
    one, two = await house.login("ann"), await house.login("ann")
    who = two.known.person
    with pytest.raises(UsageError, match="is wrong"):
        await me.change_password(house.console, who, old="not this", new=OTHER)
    with pytest.raises(UsageError, match="easily guessed"):
        await me.change_password(house.console, who, old=PASSWORD, new="password12345")
    with pytest.raises(UsageError, match="the password you have"):
        await me.change_password(house.console, who, old=PASSWORD, new=PASSWORD)
    assert await known(house, one.token) is not None
    await me.change_password(house.console, who, old=PASSWORD, new=OTHER)
    assert await known(house, one.token) is None
    assert await known(house, two.token) is not None
    with pytest.raises(NotLoggedIn):
        await house.login("ann", PASSWORD)
    await house.login("ann", OTHER)


async def test_nobody_ends_the_session_of_another(house: House) -> None:
    await house.add("ann")
    await house.add("bob")
    ann, bob = await house.login("ann"), await house.login("bob")
    with pytest.raises(NotFound):
        await me.end_session(house.console, bob.known.person, ann.known.person.session)
    assert [one.this for one in await me.list_sessions(house.console, bob.known.person)] == [True]
    await me.end_session(house.console, ann.known.person, ann.known.person.session)
    assert await known(house, ann.token) is None
    assert await known(house, bob.token) is not None


async def token_of(house: House, who: Person, *scopes: Permission, days: int = 30) -> str:
    made = await token_service.add(house.console, who, name="exporter", scopes=scopes, days=days)
    return made.token


async def test_a_token_may_what_its_scopes_and_its_owner_may(house: House) -> None:
    await house.add("ann", "supervisor")
    ann = (await house.login("ann")).known.person
    token = await token_of(house, ann, Permission.CALLS_ALL, Permission.SUPERVISE)
    who = await tokens.person_of(house.console, token)
    assert who is not None and who.session == 0
    assert who.permissions == {Permission.CALLS_ALL, Permission.SUPERVISE}
    async with house.database.write() as session:
        await people.change(session, house.clock, "test", "ann", role="qa")
    who = await tokens.person_of(house.console, token)
    assert who is not None and who.permissions == {Permission.CALLS_ALL}
    async with house.database.write() as session:
        await people.disable(session, house.clock, "test", "ann")
    assert await tokens.person_of(house.console, token) is None


async def test_nobody_makes_a_token_that_may_more_than_himself(house: House) -> None:
    await house.add("ann", "agent")
    ann = (await house.login("ann")).known.person
    with pytest.raises(Forbidden):
        await token_of(house, ann, Permission.CALLS_OWN, Permission.CALLS_ALL)
    for scopes, days in (((), 30), ((Permission.CALLS_OWN,), 0), ((Permission.CALLS_OWN,), 367)):
        with pytest.raises(UsageError):
            await token_of(house, ann, *scopes, days=days)
    assert await token_service.list_tokens(house.console, ann) == []


async def test_a_token_makes_nothing_that_outlives_or_exceeds_it(house: House) -> None:
    await house.add("boss", "admin")
    boss = (await house.login("boss")).known.person
    who = await tokens.person_of(house.console, await token_of(house, boss, *boss.permissions))
    assert who is not None
    for work in (
        token_service.add(house.console, who, name="x", scopes=[Permission.USERS], days=1),
        token_service.list_tokens(house.console, who),
        users.add(house.console, who, login="mallory", role="admin"),
        users.link(house.console, who, "boss"),
        users.change(house.console, who, "boss", title="x"),
        users.disable(house.console, who, "boss"),
        me.change_password(house.console, who, old=PASSWORD, new=OTHER),
        me.logout(house.console, who),
        me.change(house.console, who, language="en"),
    ):
        with pytest.raises(Forbidden):
            await work
    assert (await users.list_users(house.console, who)).users[0].login == "boss"


async def test_tokens_end_with_their_time_or_when_they_are_taken_away(house: House) -> None:
    await house.add("ann")
    await house.add("bob")
    await house.add("boss", "admin")
    ann, bob, boss = [(await house.login(login)).known.person for login in ("ann", "bob", "boss")]
    token = await token_of(house, ann, Permission.TRENDS, days=1)
    house.clock.advance(timedelta(days=1).total_seconds() - 1)
    assert await tokens.person_of(house.console, token) is not None
    house.clock.advance(1)
    assert await tokens.person_of(house.console, token) is None
    token = await token_of(house, ann, Permission.TRENDS)
    (mine, _) = await token_service.list_tokens(house.console, ann)
    assert token.startswith(mine.start) and mine.start != token
    with pytest.raises(NotFound):
        await token_service.remove(house.console, bob, mine.id)
    with pytest.raises(Forbidden):
        await token_service.list_tokens(house.console, bob, everybody=True)
    await token_service.remove(house.console, boss, mine.id)
    assert await tokens.person_of(house.console, token) is None


async def test_a_link_is_good_once_and_for_a_day(house: House) -> None:
    await house.add("ann", password="")
    async with house.database.write() as session:
        void = await people.link(session, house.clock, "test", "ann")
        secret = await people.link(session, house.clock, "test", "ann")
    with pytest.raises(NotLoggedIn):
        await links.choose(house.console, void, OTHER, HERE)
    assert await links.whose(house.console, secret, HERE) == "ann"
    with pytest.raises(UsageError):
        await links.choose(house.console, secret, "short", HERE)
    begun = await links.choose(house.console, secret, OTHER, HERE)
    assert await known(house, begun.token) is not None
    with pytest.raises(NotLoggedIn):
        await links.choose(house.console, secret, PASSWORD, HERE)
    async with house.database.write() as session:
        late = await people.link(session, house.clock, "test", "ann")
    house.clock.advance(24 * HOUR)
    with pytest.raises(NotLoggedIn):
        await links.whose(house.console, late, HERE)
    assert [row.detail for row in await house.audited("user.password")] == [{"how": "link"}]


async def test_a_link_of_somebody_disabled_is_void_and_cannot_be_made(house: House) -> None:
    await house.add("ann", password="")
    async with house.database.write() as session:
        secret = await people.link(session, house.clock, "test", "ann")
        await people.disable(session, house.clock, "test", "ann")
    with pytest.raises(NotLoggedIn):
        await links.choose(house.console, secret, OTHER, HERE)
    with pytest.raises(Conflict):
        async with house.database.write() as session:
            await people.link(session, house.clock, "test", "ann")


async def test_the_first_admin_gets_a_link_at_each_start_until_he_has_used_one(house: House) -> None:
    settings = house.console.settings
    first = await links.first_admin(house.database, settings, house.clock)
    second = await links.first_admin(house.database, settings, house.clock)
    assert first != second and second.startswith("http://127.0.0.1:8080/welcome#")
    with pytest.raises(NotLoggedIn):
        await links.choose(house.console, first.partition("#")[2], OTHER, HERE)
    begun = await links.choose(house.console, second.partition("#")[2], OTHER, HERE)
    assert begun.known.person.may(Permission.USERS)
    assert await links.first_admin(house.database, settings, house.clock) == ""
    assert [row.actor for row in await house.audited("user.add")] == ["start"]


async def test_a_database_with_an_admin_gets_no_link(house: House) -> None:
    await house.add("boss", "admin")
    assert await links.first_admin(house.database, house.console.settings, house.clock) == ""


async def test_the_last_admin_stays(house: House) -> None:
    await house.add("boss", "admin")
    boss = (await house.login("boss")).known.person
    for work in (users.disable(house.console, boss, "boss"), users.change(house.console, boss, "boss", role="qa")):
        with pytest.raises(Conflict):
            await work
    await house.add("second", "admin")
    await users.disable(house.console, boss, "second")
    with pytest.raises(Conflict):
        await users.disable(house.console, boss, "boss")


async def test_who_may_not_change_users_changes_none(house: House) -> None:
    for role in ("agent", "supervisor", "qa"):
        await house.add(role, role)
        who = (await house.login(role)).known.person
        for work in (
            users.list_users(house.console, who),
            users.add(house.console, who, login="mallory", role="admin"),
            users.change(house.console, who, role, role="admin"),
            users.link(house.console, who, "agent"),
            users.unlock(house.console, who, "agent"),
            users.enable(house.console, who, "agent"),
        ):
            with pytest.raises(Forbidden):
                await work


@pytest.mark.parametrize("login", ["", " ", "a b", "-ann", "änn", "a" * 49, "cli:root", "ann\n", "ann'--"])
async def test_what_cannot_be_a_login_is_refused(house: House, login: str) -> None:
    if login == "ann\n":
        login = "an\nn"
    with pytest.raises(UsageError):
        await house.add(login)


async def test_nobody_is_called_what_somebody_else_is(house: House) -> None:
    await house.add("ann", "agent", agent="agent-lee")
    await house.add("qa-bob")
    for login, agent in (("agent-lee", ""), ("ann", ""), ("carl", "qa-bob")):
        with pytest.raises(Conflict):
            await house.add(login, "agent", agent=agent)
    with pytest.raises(Conflict):
        async with house.database.write() as session:
            await people.change(session, house.clock, "test", "ann", agent="qa-bob")
    await house.add("agent-kim", "agent", agent="agent-kim")
