"""Logging in at an issuer: the whole way, and each thing that must not be believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from ivr.console.errors import NotLoggedIn
from ivr.console.security import oidc, people, sessions
from ivr.console.security.oidc import PENDING_FOR, Elsewhere, safe_path
from ivr.core.errors import SetupError, UsageError
from ivr.core.settings import Settings
from tests.unit.console.security.conftest import HERE, NOW, House
from tests.unit.console.security.issuer import CLIENT, SECRET, LocalIssuer, serving

ORIGIN = "http://127.0.0.1:8080"


@pytest.fixture
def issuer(house: House) -> Iterator[LocalIssuer]:
    with serving(LocalIssuer(int(NOW.timestamp()))) as issuer:
        settings = house.console.settings
        settings.oidc_issuer, settings.oidc_client, settings.oidc_secret = issuer.url, CLIENT, SecretStr(SECRET)
        yield issuer


async def come(house: House, issuer: LocalIssuer, **bent: Any) -> tuple[str, str]:
    """Go to the issuer and come back; gives the login and the page one is led to."""
    elsewhere = Elsewhere.of(house.console)
    begin = await elsewhere.begin(ORIGIN, bent.pop("then", "/calls/7"))
    cookie = bent.pop("cookie", begin.cookie)
    query = issuer.authorize(begin.url) | bent
    begun, then = await elsewhere.finish(query, cookie, HERE)
    assert await sessions.known(house.console, begun.token) is not None
    return begun.known.person.login, then


async def test_who_the_issuer_knows_is_logged_in_by_his_subject(house: House, issuer: LocalIssuer) -> None:
    await house.add("ann", password="", subject="42")
    await house.add("bob", password="", subject="43")
    assert await come(house, issuer) == ("ann", "/calls/7")
    issuer.claims = {"sub": "43", "aud": [CLIENT], "preferred_username": "ann", "email": "ann@example.org"}
    assert await come(house, issuer, then="//evil.example") == ("bob", "/")
    assert [row.detail["how"] for row in await house.audited("login")] == ["oidc", "oidc"]
    assert issuer.asked.count("/keys") == issuer.asked.count("/.well-known/openid-configuration") == 1


async def test_who_has_no_account_stays_outside_whatever_he_is_called(house: House, issuer: LocalIssuer) -> None:
    await house.add("ann")
    await house.add("off", subject="43")
    async with house.database.write() as session:
        await people.disable(session, house.clock, "test", "off")
    for claims in ({"preferred_username": "ann", "email": "ann@example.org"}, {"sub": "43"}):
        issuer.claims = claims
        with pytest.raises(NotLoggedIn, match="no account"):
            await come(house, issuer)


@pytest.mark.parametrize(
    "claims",
    [{"iss": "http://127.0.0.1:1"}, {"aud": "another"}, {"aud": [CLIENT, "another"]},
     {"aud": [CLIENT], "azp": "another"}, {"nonce": "another"}, {"nonce": None},
     {"exp": int(NOW.timestamp()) - 61}, {"exp": None}, {"sub": None},
     {"iat": int(NOW.timestamp()) + 3600}],
    ids=str,
)  # fmt: skip
async def test_what_was_signed_for_others_or_another_time_is_refused(
    house: House, issuer: LocalIssuer, claims: dict[str, Any]
) -> None:
    await house.add("ann", subject="42")
    issuer.claims = claims
    with pytest.raises(NotLoggedIn, match="does not hold"):
        await come(house, issuer)


async def test_what_another_key_signed_is_refused_and_a_new_key_is_learnt(house: House, issuer: LocalIssuer) -> None:
    await house.add("ann", subject="42")
    await come(house, issuer)
    for kid in ("one", "two"):
        issuer.sign_with = ECKey.generate_key("P-256", parameters={"kid": kid})
        with pytest.raises(NotLoggedIn, match="does not hold"):
            await come(house, issuer)
    issuer.key = issuer.sign_with
    with pytest.raises(NotLoggedIn):
        await come(house, issuer)
    house.clock.advance(61)
    await come(house, issuer)


async def test_a_login_ends_where_it_began_once_and_in_time(house: House, issuer: LocalIssuer) -> None:
    await house.add("ann", subject="42")
    for bent in ({"cookie": "of another browser"}, {"state": "guessed"}, {"code": ""}, {"error": "access_denied"},
                 {"code": "guessed"}):  # fmt: skip
        with pytest.raises(NotLoggedIn):
            await come(house, issuer, **bent)
    elsewhere = Elsewhere.of(house.console)
    begin = await elsewhere.begin(ORIGIN, "/")
    query = issuer.authorize(begin.url)
    await elsewhere.finish(query, begin.cookie, HERE)
    with pytest.raises(NotLoggedIn, match="not begun"):
        await elsewhere.finish(query, begin.cookie, HERE)
    begin = await elsewhere.begin(ORIGIN, "/")
    query = issuer.authorize(begin.url)
    house.clock.advance(PENDING_FOR)
    with pytest.raises(NotLoggedIn, match="not begun"):
        await elsewhere.finish(query, begin.cookie, HERE)


async def test_a_claim_says_the_role_and_makes_the_account(house: House, issuer: LocalIssuer) -> None:
    settings = house.console.settings
    settings.oidc_role_claim, settings.oidc_roles = "groups", "cc-lead=supervisor, cc-qa=qa"
    await house.add("taken")
    issuer.claims = {"preferred_username": "Ann", "name": "Ann Lee", "groups": ["all", "cc-qa"]}
    assert (await come(house, issuer))[0] == "ann"
    assert (await house.account("ann")).role == "qa"
    issuer.claims["groups"] = ["cc-qa", "cc-lead"]
    await come(house, issuer)
    assert (await house.account("ann")).role == "supervisor"
    for claims in ({"groups": ["all"]}, {"groups": None}, {"sub": "44", "preferred_username": "taken"},
                   {"sub": "44", "preferred_username": "<b>"}, {"sub": "44", "groups": "admin"}):  # fmt: skip
        before = dict(issuer.claims)
        issuer.claims |= claims
        with pytest.raises(NotLoggedIn, match="no account"):
            await come(house, issuer)
        issuer.claims = before


async def test_an_issuer_that_is_not_what_it_should_be_is_not_used(house: House, issuer: LocalIssuer) -> None:
    for says in (
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": ""},
    ):
        issuer.says = says
        with pytest.raises(SetupError, match="cannot be used"):
            await Elsewhere.of(house.console).begin(ORIGIN, "/")
    house.console.settings.oidc_issuer = "http://127.0.0.1:9"
    with pytest.raises(SetupError, match="cannot be used"):
        await Elsewhere(house.console).begin(ORIGIN, "/")


@pytest.mark.parametrize(
    ("wanted", "path"),
    [("/calls/7?a=b#c", "/calls/7?a=b#c"), ("", "/"), ("calls", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"),
     ("https://evil.example", "/"), ("/a\nb", "/"), ("/a\\b", "/")],
)  # fmt: skip
def test_one_is_led_back_to_a_page_of_this_console_only(wanted: str, path: str) -> None:
    assert safe_path(wanted) == path


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"oidc_issuer": "https://id.example"}, "IVR_OIDC_CLIENT"),
        ({"oidc_issuer": "http://id.example", "oidc_client": "x"}, "https"),
        ({"oidc_issuer": "https://id.example", "oidc_client": "x", "oidc_roles": "a=qa"}, "IVR_OIDC_ROLE_CLAIM"),
        ({"oidc_issuer": "https://id.example", "oidc_client": "x", "oidc_roles": "a=boss"}, "boss"),
        ({"oidc_issuer": "https://id.example", "oidc_client": "x", "oidc_roles": "qa"}, "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_told_at_the_start(settings: dict[str, str], words: str) -> None:
    with pytest.raises((UsageError, SetupError), match=words):
        oidc.check(Settings(**settings))  # type: ignore[arg-type]
    oidc.check(Settings())
    oidc.check(Settings(oidc_issuer="https://id.example", oidc_client="x", oidc_role_claim="g", oidc_roles="a=qa"))
