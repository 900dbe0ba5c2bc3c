"""Callers who send what no phone sends, dial what nobody serves, or leave at the worst moment."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import pytest

from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.storage import calls
from ivr.storage.models import Call
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.raw_caller import RawCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(90)]

FORGED = "[2026-01-01 00:00:00.000] ERROR[1] forged.c: forged"


def sip(number: str) -> bytes:
    """A From header with ``number`` in it, as a SIP URI carries any character."""
    return f"<sip:{quote(number, safe='')}@127.0.0.1>".encode()


async def told(line: Line, before: str) -> Call:
    """The call after ``before``, once it is over and its files are in the ledger."""
    async with asyncio.timeout(20):
        while True:
            async with line.database.read() as session:
                found = await calls.list_calls(session, limit=1)
            if found and found[0].linkedid != before and found[0].ended_at is not None:
                files = [recording.state for recording in found[0].recordings]
                if files and "open" not in files:
                    return found[0]
            await asyncio.sleep(0.1)


async def last(line: Line) -> str:
    """Linkedid of the newest call, ``""`` for none."""
    async with line.database.read() as session:
        return next((call.linkedid for call in await calls.list_calls(session, limit=1)), "")


async def empty(line: Line) -> None:
    """Wait until Asterisk has no channel any more."""
    async with asyncio.timeout(20):
        while not (await asyncio.to_thread(line.house.asterisk.run_cli, "core show channels count")).startswith("0 "):
            await asyncio.sleep(0.2)


def assert_nothing_forged(line: Line) -> None:
    """Asterisk's log and ours: JSON, line by line, but for the banner."""
    for path in (line.house.asterisk.dirs.messages, line.house.settings.logs / "serve.log"):
        for text in path.read_text("utf-8").splitlines():
            assert " built by " in text or isinstance(json.loads(text), dict), f"{path.name}: {text[:200]}"


@pytest.mark.parametrize(
    ("sender", "caller"),
    [
        (sip("139\nagi_arg_1: 2000"), "139agi_arg_12000"),
        (sip("139\n\n200 result=1"), "139200result1"),
        (sip("139\r\nUniqueid: 1.1\r\nLinkedid: 1.1"), "139Uniqueid1.1Linkedid1.1"),
        (sip("${SHELL(id)}|,'`<script>\""), "SHELLidscript"),
        (sip("139003;x=${SHELL(id)}"), "139003"),
        (
            b'"\xcd\xf5 ${SHELL(id)}\r<script>" ' + sip("139002\n" + FORGED),
            "13900220260101000000.000ERROR1forged.cforged",
        ),
        (sip("9" * 1000), "9" * 64),
        (b"<sip:127.0.0.1>", ""),
    ],
)
async def test_whatever_the_caller_id_holds_the_call_is_like_any_other(line: Line, sender: bytes, caller: str) -> None:
    before = await last(line)
    async with RawCaller(line.house.settings.sip_port, sender=sender) as hostile:
        assert await hostile.invite() == 200
        await asyncio.sleep(0.3)
    call = await told(line, before)
    assert (call.caller, call.number, call.flow) == (caller, "1000", "main")
    assert (call.outcome, call.hung_up_by, call.route) == ("self_service", "caller", "engine")
    assert [recording.role for recording in call.recordings] == ["caller"]
    assert_nothing_forged(line)


async def test_a_caller_cannot_end_the_story_of_another(line: Line) -> None:
    """In 79 characters there is room for a manager event of one's own."""
    async with RawCaller(line.house.settings.sip_port) as victim:
        before = await last(line)
        assert await victim.invite() == 200
        async with asyncio.timeout(5):
            while (linkedid := await last(line)) == before:
                await asyncio.sleep(0.1)
        event = f"\r\n\r\nEvent: Hangup\r\nUniqueid: {linkedid}\r\nLinkedid: {linkedid}\r\n\r\n"
        async with RawCaller(line.house.settings.sip_port, sender=sip(event)) as hostile:
            assert await hostile.invite() == 200
            await asyncio.sleep(0.3)
        await told(line, linkedid)
        async with line.database.read() as session:
            call = await calls.find(session, linkedid)
        assert call is not None
        assert call.ended_at is None
    await empty(line)


@pytest.mark.parametrize(
    "user",
    ["*45", "6001", "s", "h", "i", "t", "T", "o", "1000;npdi", "1000&2000", "../x", "ivr-login", "%0a" + FORGED[-6:]],
)
async def test_only_service_numbers_are_served(line: Line, user: str) -> None:
    async with RawCaller(line.house.settings.sip_port, user=user) as hostile:
        assert await hostile.invite() == 404
    assert_nothing_forged(line)


async def test_agents_accounts_want_their_password(line: Line) -> None:
    async with RawCaller(line.house.settings.sip_port, user="*45", sender=sip("6001")) as hostile:
        assert await hostile.invite() == 401


async def test_a_waiting_caller_can_neither_transfer_nor_stop_the_line(line: Line) -> None:
    async with RawCaller(line.house.settings.sip_port) as hostile:
        before = await last(line)
        assert await hostile.invite() == 200
        hostile.send("REFER", more=b"Refer-To: <sip:6001@127.0.0.1>")
        assert await hostile.status(1.0) not in range(200, 300)
        for _ in range(40):
            hostile.send("INVITE", b"no session description", "application/sdp")
            hostile.send("INFO", b"Signal=1\r\nDuration=100\r\n", "application/dtmf-relay")
        assert not line.agent.in_call
        async with line.caller() as caller:
            assert isinstance(await caller.call("1000", within=20), Established)
            await line.watch.heard(caller.account.user, "language-offer-1")
            await caller.hangup()
    await empty(line)
    call = await told(line, before)
    assert call.ended_at is not None


async def test_who_hangs_up_in_the_tone_has_left_no_message(line: Line) -> None:
    async with line.caller() as caller:
        assert isinstance(await caller.call("2000", within=20), Established)
        await line.watch.heard(caller.account.user, "language-offer-1")
        await caller.send_digits("1")
        await line.watch.until(
            caller.account.user, "the tone", lambda call: any(one.event == "record" for one in call.steps), within=60
        )
        await caller.hangup()
        call = await line.watch.ended(caller.account.user)
    assert call.outcome == "closed"
    assert [recording.role for recording in call.recordings] == ["caller"]


async def test_nobody_is_thanked_for_a_message_that_could_not_be_written(line: Line) -> None:
    folder = line.house.settings.recordings
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("a file where the folder was", "ascii")
    try:
        async with line.caller() as caller:
            assert isinstance(await caller.call("2000", within=20), Established)
            await line.watch.heard(caller.account.user, "language-offer-1")
            await caller.send_digits("1")
            await caller.wait_for(Closed, within=60)
            told_to_call_again = find_sound(prompt("zh-CN", "emergency-busy"), await caller.heard())
            call = await line.watch.until(
                caller.account.user,
                "its files in the ledger",
                lambda call: len(call.recordings) == 2 and all(one.state != "open" for one in call.recordings),
                within=20,
            )
    finally:
        folder.unlink()
        aside.rename(folder)
    assert told_to_call_again.correlation > 0.6
    assert (call.outcome, call.route) == ("closed", "emergency")
    assert {one.role: one.state for one in call.recordings} == {"caller": "missing", "voicemail": "missing"}
