"""Services over HTTP, asked for real on the loopback: what comes back, what is refused, what is kept."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.asterisk import certificate
from ivr.call import lookups
from ivr.call.answers import LONGEST, read, text_of, value_at
from ivr.call.lookups import HttpServices
from ivr.call.services import Request
from ivr.core.settings import Settings
from tests.unit.call.service import Answer, Server, drips, hangs_up, never, says

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the machine's certificates take a while to read


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[tuple[Server, HttpServices]]:
    services = HttpServices({}, trust=NOBODY)
    async with Server(list(answers)).listening() as server:
        try:
            yield server, services
        finally:
            await services.close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "PAUSE", 0.0)


async def test_a_question_arrives_as_it_was_asked() -> None:
    async with serving(says({"a": 1})) as (server, services):
        headers = {"X-Api-Key": "k3y", "X-Name": "王"}
        reply = await services.ask(
            Request("POST", server.url + "/o/%2F%E7%8E%8B?x=1&y=%26", headers, {"pin": "1234"}, 2.0)
        )
    assert (reply.status, reply.json, reply.problem, reply.tries) == (200, {"a": 1}, "", 1)
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /o/%2F%E7%8E%8B?x=1&y=%26 HTTP/1.1\r\n")
    for line in ("X-Api-Key: k3y", "X-Name: 王", "Accept: application/json", "Accept-Encoding: identity"):
        assert line.encode() in head.split(b"\r\n")
    assert json.loads(body) == {"pin": "1234"}


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (says({}, "404 Not Found"), 404, "status 404"),
        (says({}, "403 Forbidden"), 403, "status 403"),
        (says({}, "302 Found", "Location: http://127.0.0.1:1/"), 302, "status 302"),
        (says(raw=b"<html>"), 200, "no JSON"),
        (says(raw=b'{"a": NaN}'), 200, "no JSON"),
        (says(raw=b"\xff\xfe\xfd"), 200, "no JSON"),
        (says(raw=b"[" * 30000), 200, "no JSON"),
        (says(raw=b"9" * 5000), 200, "no JSON"),
        (says(raw=b"[" * 40 + b"]" * 40), 200, "nested more than 32 deep"),
        (says(raw=b" " * (LONGEST + 1)), 200, "longer than 64 KiB"),
        (says({}, "200 OK", "Content-Encoding: gzip"), 200, "compressed, though that was not wanted"),
        (says(raw=b""), 200, ""),
    ],
)
async def test_what_cannot_be_used_is_asked_for_once(answer: Answer, status: int, problem: str) -> None:
    async with serving(answer) as (server, services):
        reply = await services.ask(Request("GET", server.url + "/", tries=3))
    assert (reply.status, reply.json, reply.problem, reply.tries) == (status, None, problem, 1)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (says({}, "503 Busy"), 503, "status 503"),
        (hangs_up, 0, "broken off: RemoteProtocolError"),
        (never, 0, "no answer in time"),
        (drips, 0, "no answer in time"),
    ],
)
async def test_no_answer_and_faults_are_asked_again_and_no_more_than_allowed(
    answer: Answer, status: int, problem: str
) -> None:
    async with serving(answer) as (server, services):
        reply = await services.ask(Request("GET", server.url + "/", timeout=0.2, tries=3))
    assert (reply.status, reply.problem, reply.tries) == (status, problem, 3)
    assert len(server.asked) == 3


async def test_the_second_or_third_answer_may_be_good() -> None:
    async with serving(says({}, "500 Oh"), hangs_up, says({"ok": True})) as (server, services):
        reply = await services.ask(Request("GET", server.url + "/", tries=3))
    assert (reply.status, reply.json, reply.tries) == (200, {"ok": True}, 3)


async def test_nobody_there() -> None:
    async with serving(never) as (server, services):
        gone = server.url
    reply = await services.ask(Request("GET", gone + "/", tries=2))
    await services.close()
    assert (reply.status, reply.problem, reply.tries) == (0, "not reached", 2)


@pytest.mark.parametrize("url", ["http://./x", "http://a..b/", "http://127.0.0.1:99999/", "http://xn--a/", "http:///"])
async def test_addresses_that_are_none(url: str) -> None:
    services = HttpServices({}, trust=NOBODY)
    reply = await services.ask(Request("GET", url, timeout=1.0))
    await services.close()
    assert reply.status == 0
    assert reply.problem


async def test_a_header_that_breaks_the_protocol_is_not_sent() -> None:
    async with serving(says({})) as (server, services):
        reply = await services.ask(Request("GET", server.url + "/", {"X-A": "1\r\nX-B: 2"}))
    assert reply.status == 0
    assert server.asked == []


async def test_only_a_server_with_a_trusted_certificate_is_asked(tmp_path: Path) -> None:
    made = certificate.ensure(Settings(host="127.0.0.1"), tmp_path, datetime.now(UTC))
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(made.certificate, made.key)
    server = Server([says({"a": 1})])
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=ours)
    url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    replies = []
    for trust in (NOBODY, ssl.create_default_context(cafile=made.certificate)):
        services = HttpServices({}, trust=trust)
        replies.append(await services.ask(Request("GET", url, timeout=5.0)))
        await services.close()
    listening.close()
    assert [(reply.status, reply.problem) for reply in replies] == [(0, "not reached"), (200, "")]
    assert len(server.asked) == 1


async def test_callers_share_no_cookies() -> None:
    async with serving(says({}, "200 OK", "Set-Cookie: session=1; Path=/")) as (server, services):
        for _ in range(2):
            assert (await services.ask(Request("GET", server.url + "/"))).status == 200
    assert b"cookie" not in server.asked[1].lower()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    async with serving(says({})) as (server, services):
        assert (await services.ask(Request("GET", server.url + "/"))).status == 200


async def test_who_no_longer_waits_is_no_longer_asked_for() -> None:
    async with serving(never) as (server, services):
        asking = asyncio.create_task(services.ask(Request("GET", server.url + "/", timeout=10, tries=3)))
        while not server.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert len(server.asked) == 1


async def test_questions_that_were_given_up_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "AT_ONCE", 3)
    async with serving(*[never] * 3, says({})) as (server, services):
        asking = [asyncio.create_task(services.ask(Request("GET", server.url + "/", timeout=10))) for _ in range(12)]
        while len(server.asked) < 3:
            await asyncio.sleep(0.01)
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)
        assert (await services.ask(Request("GET", server.url + "/", timeout=5))).status == 200
    assert len(server.asked) == 4


async def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(says({})) as (server, services):
        request = Request("GET", server.url + "/s3cret", {"X-Key": "s3cret"}, {"pin": "s3cret"})
        reply = await services.ask(request)
    assert reply.status == 200
    assert "s3cret" not in caplog.text
    assert "s3cret" not in repr(request)


def test_only_names_meant_for_lookups_are_read() -> None:
    services = HttpServices({"IVR_LOOKUP_KEY": "k3y", "HOME": "/home"})
    assert [services.secret(name) for name in ("IVR_LOOKUP_KEY", "IVR_LOOKUP_OTHER", "HOME")] == ["k3y", None, None]


ANSWER = read(
    rb"""{"order": {"lines": [{"name": "\u9505\u202e\u7089\n"}, 2], "paid": true, "open": false, "cost": 12.50,
    "count": 3, "tiny": 1e-30, "huge": 1e999999, "big": 1e3, "long": 123456789012345678901, "none": null,
    "text": "  007 "}}"""
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("order.lines[0].name", "锅炉"),
        ("order.lines[1]", "2"),
        ("order.lines[2]", ""),
        ("order.lines", ""),
        ("order.lines.name", ""),
        ("order[0]", ""),
        ("order.paid", "true"),
        ("order.open", "false"),
        ("order.cost", "12.50"),
        ("order.count", "3"),
        ("order.big", "1000"),
        ("order.tiny", ""),
        ("order.huge", ""),
        ("order.long", ""),
        ("order.none", ""),
        ("order.text", "007"),
        ("nothing.there", ""),
    ],
)
def test_values_become_text(path: str, text: str) -> None:
    assert value_at(ANSWER, path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("x" * 300, "x" * 200), (12.5, "12.5"), (float("nan"), ""), (10**40, ""), (Decimal("NaN"), ""), (object(), "")],
)
def test_odd_values_become_bounded_text(value: object, text: str) -> None:
    assert text_of(value) == text
