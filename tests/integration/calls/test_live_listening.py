"""A real talk heard live in the browser's way: what is streamed is what is spoken, each party on his own side."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import live_sound
from ivr.core.errors import UsageError
from ivr.softphones.events import Closed
from ivr.storage import audit
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import hang_up_after, sounds, to_the_agent
from tests.integration.hearing import hears

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

WHO = Person(1, "wang", "Wang", Role.QA, language="en")


async def test_what_is_streamed_while_they_talk_is_what_they_say(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "caller later", "agent later")
    console = Console.of(line.house.settings, line.database)
    with pytest.raises(UsageError, match="in no talk"):
        await live_sound.begin(console, WHO, "agent-lee")
    parts: list[bytes] = []
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        heard = await live_sound.begin(console, WHO, "agent-lee")

        async def follow() -> None:
            async for data in heard.chunks():
                parts.append(data)

        following = asyncio.create_task(follow())
        for when in ("", " later"):
            await asyncio.gather(caller.say(said[f"caller{when}"]), line.agent.say(said[f"agent{when}"]))
            if not when:
                async with asyncio.timeout(15):  # it comes while they talk, not at the end
                    while sum(map(len, parts)) < 44 + 4 * heard.rate * 4:
                        await asyncio.sleep(0.1)
                assert caller.in_call
        await hang_up_after(line.agent)
        await caller.wait_for(Closed, within=30)
        await asyncio.wait_for(following, 20)
    sides = np.frombuffer(b"".join(parts)[44:], dtype="<i2").reshape(-1, 2)
    files = {name: tmp_path / f"heard-{name}.wav" for name in ("caller", "agent")}
    for side, file in enumerate(files.values()):
        with wave.open(str(file), "wb") as sound:
            sound.setparams((1, 2, heard.rate, 0, "NONE", ""))
            sound.writeframes(sides[:, side].tobytes())
    for name, file in files.items():
        assert {other for other, sound in said.items() if hears(file, sound)} == {name, f"{name} later"}
    async with line.database.read() as session:
        rows = [row for row in await audit.list_rows(session) if row.action == "listen"]
    assert [(row.actor, row.detail["live"], row.detail["agent"]) for row in rows] == [("wang", True, "agent-lee")]
