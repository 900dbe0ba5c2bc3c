"""Nothing is recorded in a pause, on any channel of the call; a card number reaches the machine and nobody else."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.demo.house import environment_of
from ivr.softphones.events import Closed, Established, KeyHeard
from ivr.softphones.listening import find_sound
from ivr.storage.models import Call, Recording
from prompts.sounds import duration
from recording.gaps import spans_of
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent
from tests.integration.hearing import hears

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

CARD = "4111111111111111"  # the card networks' own test number


def events(call: Call, kind: str = "recording") -> list[tuple[str, str]]:
    return [(step.event, str(step.detail.get("by", ""))) for step in call.steps if step.kind == kind]


def silent(line: Line, row: Recording, begin: float, end: float) -> bool:
    with wave.open(str(line.house.settings.recordings / row.file), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    part = samples[int(begin * 8000) : int(end * 8000)]
    return len(part) > 0 and not part.any()


async def ivr(line: Line, *words: str) -> tuple[int, dict[str, object]]:
    """Run the command as its user does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.app", *words, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | environment_of(line.house.settings),
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, json.loads(out)


async def test_an_agent_pauses_by_feature_code(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "before", "secret-1", "secret-2", "after")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await line.agent.say(said["before"])
        await line.agent.send_digits("*91")
        await line.watch.until(
            caller.account.user, "a pause", lambda call: ("paused", "agent-lee") in events(call), within=10
        )
        await asyncio.sleep(3)  # he is told
        await asyncio.gather(caller.say(said["secret-1"]), line.agent.say(said["secret-2"]))
        await line.agent.send_digits("*91")
        await line.watch.until(caller.account.user, "its end", lambda call: events(call)[-1][0] == "resumed", within=10)
        await asyncio.sleep(3)
        await line.agent.say(said["after"])
        await hang_up_after(line.agent)
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 2)
        heard = await caller.heard()
        assert hears(heard, said["secret-2"])  # the talk itself went on
        told = await line.agent.heard()
    assert find_sound(prompt("zh-CN", "recording-paused"), told).correlation > 0.5
    assert find_sound(prompt("zh-CN", "recording-resumed"), told).correlation > 0.5
    call = await line.watch.until(
        caller.account.user, "gaps", lambda call: all(spans_of(one) for one in call.recordings), within=10
    )
    for row in call.recordings:
        names = {name for name, sound in said.items() if holds(line, row.file, sound)}
        assert names == ({"before", "after"} if row.role == "agent" else set())
        ((begin, end),) = spans_of(row)
        assert 5 < end - begin < 30
        assert silent(line, row, begin + 0.5, end - 0.5)
        leg = next(leg for leg in call.legs if leg.uniqueid == row.uniqueid)
        assert row.frames and row.started_at and leg.ended_at
        # Silence, not a gap: the file is as long as the leg.
        assert row.frames / 8000 == pytest.approx((leg.ended_at - row.started_at).total_seconds(), abs=1.0)


async def test_a_pause_outlives_a_transfer_and_the_engine_and_ends_by_itself(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "hidden", "shown")
    async with line.caller() as caller, line.house.agent("agent-kim") as second:
        begun = await to_the_agent(line, caller)
        status, answer = await ivr(line, "calls", "pause", str(begun.id), "--seconds", "20")
        assert (status, answer.get("paused")) == (0, True)
        await line.agent.send_digits("*71")
        await asyncio.sleep(3)
        await line.agent.send_digits("6002")
        assert isinstance(await second.answer(within=20), Established)
        await asyncio.sleep(0.5)
        await second.say(said["hidden"])
        await line.house.engine.kill()
        await line.house.engine.start()
        await line.watch.until(caller.account.user, "its end", lambda call: events(call)[-1][0] == "resumed", within=30)
        await second.say(said["shown"])
        await hang_up_after(second)
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 3)
    row = next(one for one in call.recordings if one.agent == "agent-kim")
    assert {name for name, sound in said.items() if holds(line, row.file, sound)} == {"shown"}
    end = next(step for step in call.steps if step.event == "resumed")
    assert end.detail["ended_by"] == "limit"


async def test_a_card_number_reaches_nobody_but_the_machine(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "aloud", "again")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        before = len(keys(line))
        await caller.send_digits("7")
        await asyncio.sleep(1)
        assert len(keys(line)) > before  # an ordinary key does reach the agent's phone
        await line.agent.send_digits("*92")
        await line.watch.heard(caller.account.user, "card-enter")
        before = len(keys(line))
        await caller.say(said["aloud"])
        await caller.send_digits(CARD + "#")
        await line.watch.heard(caller.account.user, "card-received")
        await asyncio.sleep(duration("zh-CN", "card-received") + 1.5)
        assert len(keys(line)) == before
        await caller.say(said["again"])
        await asyncio.sleep(0.8)
        assert line.agent.in_call
        await line.agent.hangup()
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 2)
        told = await line.agent.heard()
    taken = [step for step in call.steps if step.kind == "card" and step.event == "digits"]
    assert [step.detail for step in taken] == [{"count": 16, "luhn": True}]
    assert not hears(told, said["aloud"])
    assert hears(told, said["again"])
    row = next(one for one in call.recordings if one.role == "caller")
    assert {name for name, sound in said.items() if holds(line, row.file, sound)} == {"again"}
    assert (call.visits[0].outcome, len(call.visits)) == ("answered", 1)
    assert leaks(line.house.settings.home) == []


def keys(line: Line) -> list[KeyHeard]:
    return [event for event in line.agent.events if isinstance(event, KeyHeard)]


def leaks(home: Path) -> list[str]:
    """Files other than sound that hold the number, most of it, or single keys in order of their telling."""
    found = []
    for path in home.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.suffix == ".wav" or path.parent.name == "etc":
            continue
        content = path.read_bytes()
        if any(part in content for part in (CARD.encode(), CARD[:6].encode(), CARD[-6:].encode(), b"DTMFEnd")):
            found.append(str(path))
    return found
