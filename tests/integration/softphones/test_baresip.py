"""Real baresip phones on a real Asterisk: registration, keys, speech, hanging up."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from ivr.core.errors import TelephonyError
from ivr.softphones import voice
from ivr.softphones.events import Closed, Established, Incoming, Ringing
from ivr.softphones.listening import Match, find_all, find_sound
from ivr.softphones.sounds import Sound, write_wav
from tests.integration.hearing import best_part, hears
from tests.integration.softphones.conftest import Line, MakePhone
from tests.unit.softphones.noise import noise

pytestmark = pytest.mark.integration

#: How far (seconds) a moment in a recording may be from the one asked for: a loaded machine, but no wrong order.
SLACK = 0.4


@pytest.fixture
def utterances(tmp_path: Path) -> list[Path]:
    """Three sounds of 1.0, 1.2 and 1.4 s that resemble nothing but themselves."""
    paths = [tmp_path / f"utterance-{number}.wav" for number in range(3)]
    for number, path in enumerate(paths):
        write_wav(path, noise(number, 1.0 + 0.2 * number))
    return paths


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def find_when_closed(sound: Path, recording: Path) -> Match:
    """Find ``sound`` once Asterisk has closed ``recording``, which comes shortly after the hangup."""
    for _ in range(250):
        try:
            return best_part(sound, recording)
        except TelephonyError:
            await asyncio.sleep(0.02)
    return best_part(sound, recording)


async def test_an_agent_registers_and_is_gone_afterwards(line: Line, agent: MakePhone) -> None:
    async with agent() as phone:
        assert f"127.0.0.1:{phone.sip_port}" in line.asterisk.run_cli("pjsip show contacts")
        pid = phone.pid
    assert not process_exists(pid)
    assert "6001/sip" not in line.asterisk.run_cli("pjsip show contacts")


async def test_a_wrong_secret_is_refused(agent: MakePhone) -> None:
    with pytest.raises(TelephonyError, match="the registrar said '401 Unauthorized'"):
        await agent("wrong-secret").__aenter__()


async def test_a_whole_call(line: Line, agent: MakePhone, caller: MakePhone, utterances: list[Path]) -> None:
    first, reply, last = utterances
    async with agent() as alice, caller("+8613800000001") as bob:
        answered = await bob.call("100")
        assert isinstance(answered, Established)
        assert await bob.send_digits("1#")
        began = await alice.answer(within=10, after=0.5)
        assert isinstance(began, Established)
        assert began.peer.startswith("sip:+8613800000001@")

        await asyncio.sleep(0.3)
        asked = await bob.say(first)
        told = await alice.say(reply)
        await asyncio.sleep(0.7)
        thanked = await bob.say(last)
        assert asked.complete
        assert told.complete
        assert thanked.complete
        await asyncio.sleep(0.8)
        assert await bob.hangup() is not None
        assert isinstance(await alice.wait_for(Closed, within=5), Closed)

        # What each was recorded to say, and when.
        said_first = await find_when_closed(first, line.recordings / "caller.wav")
        said_last = best_part(last, line.recordings / "caller.wav")
        replied = await find_when_closed(reply, line.recordings / "to-caller.wav")
        assert min(said_first.correlation, said_last.correlation, replied.correlation) > 0.95
        assert said_first.offset == pytest.approx(asked.started - answered.at, abs=SLACK)
        assert said_last.offset - said_first.offset == pytest.approx(thanked.started - asked.started, abs=SLACK)
        assert replied.offset - said_first.offset == pytest.approx(told.started - asked.started, abs=SLACK)
        assert not hears(line.recordings / "caller.wav", reply)

        # Each heard the other, and not himself.
        at_alice, at_bob = await alice.heard(), await bob.heard()
        assert hears(at_alice, first)
        assert hears(at_alice, last)
        assert not hears(at_alice, reply)
        assert hears(at_bob, reply)
        assert not hears(at_bob, first)
        pids = alice.pid, bob.pid

    assert line.variable("KEYS") == "1"  # '#' ends Read's input
    assert line.variable("NUMBER") == "+8613800000001"
    assert not any(process_exists(pid) for pid in pids)
    assert line.channels() == ""


async def test_all_keys_arrive(line: Line, caller: MakePhone, agent: MakePhone) -> None:
    async with agent() as alice:
        for keys in ("07", "*9"):
            async with caller() as bob:
                await bob.call("100")
                assert await bob.send_digits(keys)
                await alice.wait_for(Incoming, within=10)
                await alice.hangup()
                await bob.wait_for(Closed, within=5)
            assert line.variable("KEYS") == keys


async def test_the_line_hangs_up_in_mid_speech(caller: MakePhone, tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", noise(7, 20.0))
    async with caller() as bob:
        await bob.call("101")
        said = await asyncio.wait_for(bob.say(tmp_path / "long.wav"), 10)
        assert not said.complete
        assert (await bob.wait_for(Closed, within=1)).reason == "Connection reset by peer"
        assert not (await bob.say(tmp_path / "long.wav")).complete


async def test_a_call_outlasts_the_silence_it_began_with(
    line: Line, caller: MakePhone, utterances: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "SILENCE", 3.0)
    monkeypatch.setattr(voice, "RENEW_BEFORE", 2.0)
    async with caller() as bob:
        await bob.call("102")
        await asyncio.sleep(4)
        await bob.say(utterances[0])
        await asyncio.sleep(4)
        assert bob.in_call
        await bob.say(utterances[0])
        await asyncio.sleep(1)
        await bob.hangup()
        await find_when_closed(utterances[0], line.recordings / "echo.wav")
        assert len(find_all(utterances[0], line.recordings / "echo.wav", least=0.9)) == 2
        assert len(find_all(utterances[0], await bob.heard(), least=0.9)) == 2  # the echo


async def test_a_caller_who_gives_up_while_it_rings(line: Line, caller: MakePhone) -> None:
    async with caller() as bob:
        await bob.dial("103")
        await bob.wait_for(Ringing, within=5)
        assert await bob.hangup() is not None
        assert line.channels() == ""


async def test_an_agent_who_rejects_and_one_who_is_busy(agent: MakePhone, caller: MakePhone) -> None:
    async with agent() as alice, caller("1001") as bob, caller("1002") as carol:
        target = f"sip:6001@127.0.0.1:{alice.sip_port}"
        await bob.dial(target)
        await alice.wait_for(Incoming, within=5)
        await alice.hangup()
        assert (await bob.wait_for(Closed, within=5)).reason.startswith("486")

        answering = asyncio.create_task(alice.answer(within=5))
        assert isinstance(await bob.call(target), Established)
        assert isinstance(await answering, Established)
        busy = await carol.call(target)
        assert isinstance(busy, Closed)
        assert busy.reason.startswith("486")
        assert alice.in_call


async def test_an_unknown_number_is_a_result(caller: MakePhone) -> None:
    async with caller() as bob:
        outcome = await bob.call("999")
        assert isinstance(outcome, Closed)
        assert outcome.reason.startswith("404")


async def test_what_a_hangup_cut_short_is_not_said_in_the_next_call(
    line: Line, caller: MakePhone, tmp_path: Path, utterances: list[Path]
) -> None:
    write_wav(tmp_path / "long.wav", noise(7, 6.0))
    async with caller() as bob:
        await bob.call("102")
        await bob.say(utterances[0])
        cut_short = asyncio.create_task(bob.say(tmp_path / "long.wav"))
        await asyncio.sleep(1)
        await bob.hangup()
        assert not (await cut_short).complete
        await bob.call("102")
        await asyncio.sleep(3)
        await bob.hangup()
        heard = await bob.heard()
        start = write_wav_part(tmp_path, noise(7, 6.0), 0.5)
        assert find_sound(utterances[0], heard).correlation < 0.3
        assert find_sound(start, heard).correlation < 0.6


def write_wav_part(folder: Path, sound: Sound, seconds: float) -> Path:
    """The first ``seconds`` of a sound."""
    path = folder / "part.wav"
    write_wav(path, Sound(sound.samples[: round(seconds * sound.rate)], sound.rate))
    return path
