"""Asterisk is killed in the middle of a talk: what it had written is named, once, and the work begins."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.core.clock import Clock, FixedClock, SystemClock
from ivr.storage import jobs
from recording.audio import read_wav
from recording.keeping.faults import Fault
from recording.keeping.repair import Repair
from recording.keeping.verify import Verification
from recording.ledger import GIVE_UP, Ledger
from recording.vault import Vault
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import sounds, to_the_agent

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


async def test_asterisk_is_killed_while_it_records(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "said", seconds=3.0)
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await line.agent.say(said["said"])
        pid = line.house.asterisk.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(line.house.asterisk.start)
        call = await line.watch.ended(caller.account.user)
    assert call.outcome == "interrupted"
    assert {one.state for one in call.recordings} == {"open"}
    # The engine waits for their closing; so much later nobody does any more.
    clock = FixedClock(SystemClock().now() + GIVE_UP + timedelta(seconds=10))
    settings = line.house.settings
    ledger = Ledger(line.database, settings.recordings, settings.spool, clock)
    assert await ledger.settle() == 1
    assert await ledger.settle() == 0
    call = await line.watch.until(
        caller.account.user, "its files", lambda call: all(one.state != "open" for one in call.recordings), within=5
    )
    assert {(one.role, one.state, one.gap_cause) for one in call.recordings} == {
        ("caller", "broken", "asterisk killed"),
        ("agent", "broken", "asterisk killed"),
    }
    assert all(one.bytes for one in call.recordings)
    async with line.database.read() as session:
        assert await jobs.find(session, "judge", call.id) is not None
    await _mended(line, clock, {one.file for one in call.recordings})


async def _mended(line: Line, clock: Clock, files: set[str]) -> None:
    """What a killed Asterisk leaves is a header without sizes; the sound is there."""
    folder, vault = line.house.settings.recordings, Vault()

    async def faults() -> list[Fault]:
        check = Verification(line.database, folder, vault, clock, deep=True)
        return [fault async for fault in check.faults() if fault.where in files]

    found = await faults()
    assert [fault.code for fault in found] == ["broken", "broken"]
    repair = Repair(line.database, folder, vault, clock, "test")
    assert [(await repair.mend(fault)).ok for fault in found] == [True, True]
    assert await faults() == []
    assert all(read_wav(folder / file).duration > 1 for file in files)
