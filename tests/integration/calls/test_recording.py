"""Both sides of a call, each in a file of its own: whose words, when, closed, in the ledger."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import write_wav
from ivr.storage.models import Call
from tests.integration.calls.conftest import Line, prompt
from tests.integration.hearing import best_part, hears
from tests.unit.softphones.noise import noise

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

# Seconds between what two files say of the same moment: phones begin to send when they can.
ALIGNED = 0.25


async def to_the_agent(line: Line, caller) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(await caller.call("1000", within=20), Established)
    await line.watch.heard(caller.account.user, "language-offer-1")
    await caller.send_digits("1")
    await line.watch.heard(caller.account.user, "main-menu")
    await caller.send_digits("1")
    assert isinstance(await line.agent.answer(within=30), Established)


async def closed(line: Line, number: str) -> Call:
    await line.watch.ended(number)
    return await line.watch.until(
        number,
        "its files in the ledger",
        lambda call: bool(call.recordings) and all(one.state == "closed" for one in call.recordings),
        within=20,
    )


async def test_each_party_is_in_its_own_file_and_the_two_are_in_step(line: Line, tmp_path: Path) -> None:
    asked, told = tmp_path / "asked.wav", tmp_path / "told.wav"
    write_wav(asked, noise(1, 1.5))
    write_wav(told, noise(2, 1.5))
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await asyncio.sleep(0.5)
        from_caller = await caller.say(asked)
        from_agent = await line.agent.say(told)
        await asyncio.sleep(0.5)
        await caller.hangup()
        await line.agent.wait_for(Closed, within=10)
        call = await closed(line, caller.account.user)

    files = {one.role: one for one in call.recordings}
    assert set(files) == {"caller", "agent"}
    assert files["agent"].agent == "agent-lee"
    folder = line.house.settings.recordings
    for row in files.values():
        content = (folder / row.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.sha256
        assert row.bytes == len(content)
        assert row.rate == 8000
        assert row.frames

    asked_at = best_part(asked, folder / files["caller"].file)
    told_at = best_part(told, folder / files["agent"].file)
    assert asked_at.correlation > 0.95
    assert told_at.correlation > 0.95
    assert not hears(folder / files["caller"].file, told)
    assert not hears(folder / files["agent"].file, asked)
    # What the line itself says is in nobody's file.
    for name in ("recording-notice", "queue-join"):
        for row in files.values():
            if row.frames and row.frames / 8000 > 5:
                assert find_sound(prompt("zh-CN", name), folder / row.file).correlation < 0.5

    assert files["caller"].started_at is not None
    assert files["agent"].started_at is not None
    between_starts = (files["agent"].started_at - files["caller"].started_at).total_seconds()
    seen = between_starts + told_at.offset - asked_at.offset
    assert seen == pytest.approx(from_agent.started - from_caller.started, abs=ALIGNED)


async def test_the_story_of_an_answered_call(line: Line) -> None:
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await asyncio.sleep(1.5)
        await line.agent.hangup()
        await caller.wait_for(Closed, within=30)
        call = await closed(line, caller.account.user)
        heard = await caller.heard()
        assert find_sound(prompt("zh-CN", "thanks-for-calling"), heard).correlation > 0.6
    visit = call.visits[0]
    assert (call.outcome, call.hung_up_by, call.route, call.language) == ("answered", "agent", "engine", "zh-CN")
    assert (visit.queue, visit.outcome, visit.agent, visit.ended_by) == ("service", "answered", "agent-lee", "agent")
    assert [ring.result for ring in visit.rings] == ["answered"]
    assert visit.connected_at is not None
    assert visit.completed_at is not None
    assert 1.0 < (visit.completed_at - visit.connected_at).total_seconds() < 10
    assert [step.detail["key"] for step in call.steps if step.event == "key"] == ["1", "1"]


async def test_a_caller_who_hangs_up_in_the_menu_is_recorded_and_told(line: Line) -> None:
    async with line.caller() as caller:
        assert isinstance(await caller.call("1000", within=20), Established)
        await line.watch.heard(caller.account.user, "language-offer-2")
        await caller.hangup()
        call = await closed(line, caller.account.user)
    assert (call.outcome, call.hung_up_by) == ("self_service", "caller")
    assert [one.role for one in call.recordings] == ["caller"]


async def test_a_message_left_on_a_closed_line_is_kept_when_the_caller_hangs_up(line: Line, tmp_path: Path) -> None:
    message = tmp_path / "message.wav"
    write_wav(message, noise(3, 2.0))
    async with line.caller() as caller:
        assert isinstance(await caller.call("2000", within=20), Established)
        await line.watch.heard(caller.account.user, "language-offer-1")
        await caller.send_digits("1")
        await line.watch.until(
            caller.account.user,
            "the tone",
            lambda call: any(step.event == "record" for step in call.steps),
            within=60,
        )
        await asyncio.sleep(1.5)
        await caller.say(message)
        await asyncio.sleep(0.5)
        await caller.hangup()
        call = await closed(line, caller.account.user)
    assert call.outcome == "voicemail"
    assert {one.role for one in call.recordings} == {"caller", "voicemail"}
    kept = next(one for one in call.recordings if one.role == "voicemail")
    assert hears(line.house.settings.recordings / kept.file, message)


async def test_a_number_nobody_serves_is_refused(line: Line) -> None:
    async with line.caller() as caller:
        outcome = await caller.call("4711", within=20)
        assert isinstance(outcome, Closed)
