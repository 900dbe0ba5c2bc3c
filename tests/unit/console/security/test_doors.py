"""The ways in, through the guard: password, link, issuer; what each answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from ivr.console.api import session
from ivr.console.api.base import PREFIX, answer_errors
from ivr.console.security import doors, people
from ivr.console.security.guard import Guard
from ivr.console.security.login import BY_LOGIN
from tests.unit.console.security.conftest import NOW, PASSWORD, House
from tests.unit.console.security.issuer import CLIENT, SECRET, LocalIssuer, serving

OTHER = "kettle sofa river owl"


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.console = house.console
    answer_errors(app)
    app.include_router(session.router, prefix=PREFIX)
    app.include_router(doors.router)
    transport = httpx.ASGITransport(app=Guard(app, house.console), client=("192.0.2.7", 1))
    base = "https://127.0.0.1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"accept-language": "en"}) as client:
        yield client


async def test_one_logs_in_is_known_and_logs_out(house: House, browser: httpx.AsyncClient) -> None:
    await house.add("ann", "supervisor", title="Ann Lee")
    answer = await browser.post("/api/v1/session", json={"login": "ann", "password": PASSWORD})
    assert answer.status_code == 200
    csrf = answer.json()["csrf"]
    me = (await browser.get("/api/v1/session")).json()
    assert (me["login"], me["title"], me["csrf"]) == ("ann", "Ann Lee", csrf) and "supervise" in me["permissions"]
    assert (await browser.delete("/api/v1/session")).status_code == 403
    assert (await browser.delete("/api/v1/session", headers={"X-CSRF-Token": csrf})).status_code == 204
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_refusals_are_told_in_the_language_of_the_browser(house: House, browser: httpx.AsyncClient) -> None:
    wrong = {"login": "ann", "password": "wrong"}
    answer = await browser.post("/api/v1/session", json=wrong)
    assert answer.status_code == 401 and "wrong" in answer.json()["error"]
    answer = await browser.post("/api/v1/session", json=wrong, headers={"accept-language": "zh-CN"})
    assert "密码错误" in answer.json()["error"]
    for _ in range(BY_LOGIN[0]):
        answer = await browser.post("/api/v1/session", json=wrong)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert (await browser.post("/api/v1/session", json={"login": "ann"})).status_code == 422


async def test_a_password_that_must_be_replaced_leads_to_a_link_and_no_cookie(
    house: House, browser: httpx.AsyncClient
) -> None:
    await house.add("ann")
    async with house.database.write() as writing:
        (await people.found(writing, "ann")).must_change = True
    answer = await browser.post("/api/v1/session", json={"login": "ann", "password": PASSWORD})
    assert not answer.cookies and answer.json()["login"] == ""
    link = answer.json()["welcome"].removeprefix("/welcome#")
    assert (await browser.post("/api/v1/session/link", json={"link": link})).json() == {"login": "ann"}
    answer = await browser.post("/api/v1/session/welcome", json={"link": link, "password": OTHER})
    assert set(answer.cookies) == {"__Host-ivr_session", "__Host-ivr_csrf"}
    assert (await browser.get("/api/v1/session")).json()["login"] == "ann"
    assert (await browser.post("/api/v1/session/welcome", json={"link": link, "password": OTHER})).status_code == 401


@pytest.mark.parametrize(("path", "words"), [("/login", ("Log in", "登录")), ("/welcome", ("Choose", "设置密码"))])
async def test_the_pages_before_a_login_have_no_script_in_them(
    browser: httpx.AsyncClient, path: str, words: tuple[str, str]
) -> None:
    for language, word in zip(("en", "zh"), words, strict=True):
        for answer in (await browser.get(path, headers={"accept-language": language}),
                       await browser.get(path, params={"lang": language})):  # fmt: skip
            assert answer.status_code == 200 and f"<h1>{word}" in answer.text
            assert "<script>" not in answer.text and " onclick" not in answer.text and "style=" not in answer.text
            assert "unsafe" not in answer.headers["content-security-policy"]
    text = (await browser.get(path, params={"lang": "<b>", "next": '"><script>alert(1)</script>'})).text
    assert "<b>" not in text and "alert(1)" not in text
    assert "/oidc/login" not in text


async def test_one_comes_back_from_the_issuer_logged_in(house: House, browser: httpx.AsyncClient) -> None:
    await house.add("ann", password="", subject="42")
    assert (await browser.get("/oidc/login")).status_code == 422
    with serving(LocalIssuer(int(NOW.timestamp()))) as issuer:
        settings = house.console.settings
        settings.oidc_issuer, settings.oidc_client, settings.oidc_secret = issuer.url, CLIENT, SecretStr(SECRET)
        settings.oidc_title = "<i>Company</i>"
        assert "&lt;i&gt;Company" in (await browser.get("/login")).text
        leaving = await browser.get("/oidc/login", params={"next": "/calls/7"})
        cookie = leaving.headers["set-cookie"]
        assert leaving.status_code == 303 and "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" in cookie
        query = issuer.authorize(leaving.headers["location"])
        assert next(iter(issuer.codes.values()))["redirect_uri"] == "https://127.0.0.1/oidc/callback"
        back = await browser.get("/oidc/callback", params=query, headers={"sec-fetch-site": "cross-site"})
        assert (back.status_code, back.headers["location"]) == (303, "/calls/7")
        assert (await browser.get("/api/v1/session")).json()["login"] == "ann"
        again = await browser.get("/oidc/callback", params=query | {"error_description": "<script>"})
        assert again.status_code == 401 and "not begun in this browser" in again.text and "<script>" not in again.text
