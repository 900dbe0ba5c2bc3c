"""A caller who does not want to be recorded is not: nothing of the talk is kept, on either side."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.storage import jobs
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, sounds
from tests.integration.hearing import hears

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


async def test_a_caller_refuses_to_be_recorded(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "early", "agent")
    async with line.caller() as caller:
        assert isinstance(await caller.call("3000", within=20), Established)
        await line.watch.heard(caller.account.user, "recording-notice")
        await caller.say(said["early"])
        await line.watch.heard(caller.account.user, "recording-refusal-9")
        await caller.send_digits("9")
        await line.watch.heard(caller.account.user, "recording-refused")
        assert isinstance(await line.agent.answer(within=30), Established)
        await asyncio.sleep(0.5)
        await line.agent.say(said["agent"])
        await hang_up_after(caller)
        await line.agent.wait_for(Closed, within=10)
        heard = await caller.heard()
        assert hears(heard, said["agent"])
        assert find_sound(prompt("zh-CN", "recording-refused"), heard).correlation > 0.5
        await line.watch.ended(caller.account.user)
        call = await line.watch.until(
            caller.account.user,
            "its file thrown away",
            lambda call: bool(call.recordings) and all(one.deleted_at for one in call.recordings),
            within=20,
        )
    (row,) = call.recordings
    assert (row.role, row.state, row.gap_cause) == ("caller", "refused", "refused by the caller")
    assert (row.frames, row.sha256) == (None, "")
    uniqueids = {leg.uniqueid for leg in call.legs}
    left = [path.name for path in line.house.settings.recordings.iterdir()]
    assert [name for name in left if any(name.startswith(f"{uniqueid}-") for uniqueid in uniqueids)] == []
    assert (call.outcome, {leg.agent for leg in call.legs if leg.role == "agent"}) == ("answered", {"agent-lee"})
    assert [step.event for step in call.steps if step.event == "recording_refused"] == ["recording_refused"]
    await asyncio.sleep(2.5)  # the ledger looks every second
    async with line.database.read() as session:
        assert await jobs.find(session, "judge", call.id) is None
