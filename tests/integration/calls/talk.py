"""What the tests of talks have in common: getting to an agent, sounds of one's own, where they are found."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ivr.asterisk.instance import Instance
from ivr.asterisk.registrations import parse
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Established
from ivr.softphones.sounds import write_wav
from ivr.storage.models import Call
from tests.integration.calls.conftest import Line
from tests.integration.hearing import hears
from tests.unit.softphones.noise import noise


async def to_the_agent(line: Line, caller: Softphone) -> Call:
    """From the dialling to the talk with the agent who is logged in; the call as it is then."""
    assert isinstance(await caller.call("1000", within=20), Established)
    await line.watch.heard(caller.account.user, "language-offer-1")
    await caller.send_digits("1")
    await line.watch.heard(caller.account.user, "main-menu")
    await caller.send_digits("1")
    assert isinstance(await line.agent.answer(within=30), Established)
    return await talking(line.watch, caller.account.user)


async def talking(watch: Watch, number: str) -> Call:
    """The call from a number, once an agent of a queue talks with it."""
    return await watch.until(number, "the talk", lambda call: any(one.connected_at for one in call.visits), within=30)


async def hand_on_outside(
    watch: Watch, number: str, said: dict[str, Path], *, agent: Softphone, caller: Softphone, outside: Softphone
) -> None:
    """Agent and caller talk; the agent hands him on to 9001, whose phone answers; the two talk.

    Args:
        said: what is said, as ``caller``, ``agent``, then ``caller-2``, ``outside``.
    """
    await talking(watch, number)
    await asyncio.gather(caller.say(said["caller"]), agent.say(said["agent"]))
    await asyncio.sleep(0.8)
    await agent.transfer("9001")
    assert isinstance(await outside.answer(within=20), Established)
    await asyncio.sleep(1.0)
    await asyncio.gather(caller.say(said["caller-2"]), outside.say(said["outside"]))


async def heard_by(said: dict[str, Path], **phones: Softphone) -> dict[str, set[str]]:
    """Which of the sounds each of the phones has heard."""
    files = await asyncio.gather(*(phone.heard() for phone in phones.values()))
    return {
        who: {name for name, sound in said.items() if hears(file, sound)}
        for who, file in zip(phones, files, strict=True)
    }


async def registered(asterisk: Instance, trunk: str) -> dict[str, str]:
    """What Asterisk says of its registrations once that of a trunk is there; it asks up to 10 s after its start."""
    async with asyncio.timeout(40):
        while True:
            told = parse(await asyncio.to_thread(asterisk.run_cli, "pjsip show registrations"))
            if told.get(trunk) == "registered":
                return told
            await asyncio.sleep(0.3)


async def settled(line: Line, number: str, files: int) -> Call:
    """The call, once it is over and ``files`` files of it are no longer open."""
    await line.watch.ended(number)
    return await line.watch.until(
        number,
        f"{files} files in the ledger",
        lambda call: len(call.recordings) == files and all(one.state != "open" for one in call.recordings),
        within=20,
    )


def sounds(folder: Path, *names: str, seconds: float = 1.2) -> dict[str, Path]:
    """One sound per name, all different."""
    found = {}
    for number, name in enumerate(names):
        found[name] = folder / f"{name}.wav"
        write_wav(found[name], noise(100 + number, seconds))
    return found


def holds(line: Line, file: str, sound: Path) -> bool:
    """Whether a recording holds the sound; neither a clear yes nor a clear no fails the test."""
    return hears(line.house.settings.recordings / file, sound)


async def hang_up_after(phone: Softphone) -> None:
    """Hang up a moment after the last word: a loaded machine still has some of it to send."""
    await asyncio.sleep(0.8)
    await phone.hangup()
