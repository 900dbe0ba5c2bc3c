from __future__ import annotations

import asyncio

import pytest

from ivr.agi import (
    AgiCommandError,
    AgiProtocolError,
    AgiSession,
    AgiTimeout,
    ChannelState,
    Done,
    End,
    Executed,
    Played,
    Pressed,
    Recorded,
)
from ivr.core.errors import AgiError
from tests.unit.agi.peer import connected, until


async def test_hangup_between_a_command_and_its_reply() -> None:
    async with connected() as (peer, session):
        asked = asyncio.create_task(session.get_variable("X"))
        assert await peer.hears() == "GET VARIABLE X"
        await peer.says(b"HANGUP\n")
        await until(lambda: session.hung_up)
        assert not asked.done(), "the reply is still to come"
        await peer.says(b"200 result=1 (a b)\n")
        assert await asked == "a b"
        assert session.end is None


async def test_hangup_before_a_command() -> None:
    async with connected() as (peer, session):
        await peer.says(b"HANGUP\n")
        await until(lambda: session.hung_up)
        assert await session.answer() == Done(hung_up=True)
        assert await session.stream_file("x") == Played(hung_up=True)
        assert await session.wait_for_digit(5) == Pressed(hung_up=True)
        assert await session.say_digits("12") == Played(hung_up=True)
        assert await session.record_file("x") == Recorded(hung_up=True)
        assert await session.execute("Playback", "x") == Executed(-1, hung_up=True)
        assert await session.set_autohangup(5) == Done(hung_up=True)
        assert await session.channel_status() is None
        assert await session.hangup() == Done(hung_up=True)
        setting = asyncio.create_task(session.set_variable("IVR_DONE", "1"))
        assert await peer.hears() == "SET VARIABLE IVR_DONE 1", "nothing that needs the caller was sent"
        await peer.says(b"200 result=1\n")
        assert await setting == Done(hung_up=True)


async def test_hangup_while_a_sound_plays() -> None:
    async with connected() as (peer, session):
        playing = asyncio.create_task(session.stream_file("x", "12"))
        await peer.hears()
        # As measured: the reply first, the HANGUP line 40 ms later; the session asks instead of waiting.
        await peer.says(b"200 result=-1 endpos=4000\n")
        assert await peer.hears() == "CHANNEL STATUS"
        await peer.says(b"HANGUP\n511 Command Not Permitted on a dead channel or intercept routine\n")
        assert await playing == Played(endpos=4000, hung_up=True)
        assert session.hung_up


async def test_a_missing_sound_is_no_hangup() -> None:
    async with connected() as (peer, session):
        playing = asyncio.create_task(session.stream_file("nosuch"))
        assert await peer.hears() == 'STREAM FILE nosuch ""'
        await peer.says(b"200 result=-1 endpos=0\n")
        assert await peer.hears() == "CHANNEL STATUS"
        await peer.says(b"200 result=6\n")
        assert await playing == Played(failed=True)
        assert not session.hung_up


async def test_a_dead_channel_is_learned_from_511() -> None:
    async with connected() as (peer, session):
        waiting = asyncio.create_task(session.wait_for_digit(1.5))
        assert await peer.hears() == "WAIT FOR DIGIT 1500"
        await peer.says(b"511 Command Not Permitted on a dead channel or intercept routine\n")
        assert await waiting == Pressed(hung_up=True)
        assert session.hung_up


async def test_asterisk_closes_instead_of_replying() -> None:
    async with connected() as (peer, session):
        playing = asyncio.create_task(session.stream_file("x"))
        await peer.hears()
        await peer.says(b"HANGUP\nHANGUP\n")
        await peer.goes()
        assert await playing == Played(hung_up=True)
        assert session.end is End.CLOSED
        assert await session.get_variable("X") is None
        assert await session.set_variable("X", "1") == Done(hung_up=True, failed=True)


async def test_the_connection_breaks_within_a_reply() -> None:
    async with connected() as (peer, session):
        asked = asyncio.create_task(session.get_variable("X"))
        await peer.hears()
        await peer.says(b"200 result=1 (a")
        await peer.goes()
        assert await asked is None, "half a value is no value"
        assert session.hung_up
        assert session.end is End.TRUNCATED


async def test_the_connection_ends_before_a_command() -> None:
    async with connected() as (peer, session):
        await peer.goes()
        await until(lambda: session.end is not None)
        assert session.end is End.CLOSED
        assert await session.answer() == Done(hung_up=True)


async def test_a_command_without_answer_ends_the_connection() -> None:
    async with connected(margin=0.02) as (peer, session):
        with pytest.raises(AgiTimeout, match="GET VARIABLE X") as raised:
            await session.get_variable("X")
        assert isinstance(raised.value, AgiError)
        assert session.end is End.ABORTED
        assert await peer.hears() == "GET VARIABLE X"
        assert await peer.hears_end() == b""
        assert await session.answer() == Done(hung_up=True), "and nothing is sent any more"


@pytest.mark.parametrize("given", ["duration", "play_limit"])
async def test_a_sound_has_its_own_duration_before_the_margin_counts(given: str) -> None:
    async with connected(margin=0.01, play_limit=60 if given == "play_limit" else 0.0) as (peer, session):
        playing = asyncio.create_task(session.stream_file("x", duration=60 if given == "duration" else None))
        await peer.hears()
        await asyncio.sleep(0.05)
        await peer.says(b"200 result=0 endpos=800\n")
        assert await playing == Played(endpos=800)


async def test_one_command_at_a_time() -> None:
    async with connected() as (peer, session):
        first = asyncio.create_task(session.get_variable("X"))
        await peer.hears()
        with pytest.raises(AgiError, match="two AGI commands at once"):
            await session.get_variable("Y")
        await peer.says(b"200 result=1 (x)\n")
        assert await first == "x", "the first is not disturbed"


async def test_a_cancelled_command_cannot_shift_the_replies() -> None:
    async with connected() as (peer, session):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await session.get_variable("X")
        assert session.end is End.ABORTED
        assert await session.get_variable("Y") is None
        assert await peer.hears() == "GET VARIABLE X"
        assert await peer.hears_end() == b""


@pytest.mark.parametrize("bad", [b"200 result=0\n200 result=0\n", b"hello\n", b"\n"])
async def test_replies_that_do_not_fit_end_the_call(bad: bytes) -> None:
    async with connected() as (peer, session):
        await peer.says(bad)
        await until(lambda: session.end is not None)
        assert session.end is End.BROKEN
        with pytest.raises(AgiProtocolError):
            await session.get_variable("X")


async def test_a_second_reply_to_one_command() -> None:
    async with connected() as (peer, session):
        asked = asyncio.create_task(session.get_variable("X"))
        await peer.hears()
        await peer.says(b"200 result=1 (a)\n200 result=1 (b)\n")
        with pytest.raises(AgiProtocolError, match="nothing asked for"):
            assert await asked == "a"
            await session.get_variable("Y")


async def test_refusals_are_errors_and_the_dialogue_goes_on() -> None:
    async with connected() as (peer, session):
        asked = asyncio.create_task(session.command("STREAM", "FILE"))
        await peer.hears()
        await peer.says(b"520-Invalid command syntax.  Proper usage follows:\n520 End of proper usage.\n")
        with pytest.raises(AgiCommandError, match="520"):
            await asked
        again = asyncio.create_task(session.noop("still here"))
        assert await peer.hears() == 'NOOP "still here"'
        await peer.says(b"200 result=0\n")
        assert await again == Done()


async def test_a_long_value_is_fetched_whole() -> None:
    long = "王" * 1000
    async with connected() as (peer, session):
        asked = asyncio.create_task(session.get_variable("V"))
        assert await peer.hears() == "GET VARIABLE V"
        await peer.says(b"200 result=1 (" + long.encode()[:1023] + b")\n")  # cut by Asterisk
        assert await peer.hears() == "GET FULL VARIABLE ${V}"
        await peer.says(f"200 result=1 ({long})\n".encode())
        assert await asked == long


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (b"200 result=35 (dtmf) endpos=4000\n", Recorded("#", 4000)),
        (b"200 result=0 (timeout) endpos=8000\n", Recorded(endpos=8000, timed_out=True)),
        (b"200 result=-1 (hangup) endpos=4000\n", Recorded(endpos=4000, hung_up=True)),
        (b"HANGUP\n200 result=-1 (waitfor) endpos=40\n", Recorded(endpos=40, hung_up=True)),
        (b"200 result=50 (randomerror) endpos=0\n", Recorded("2")),
    ],
)
async def test_ends_of_a_recording(reply: bytes, result: Recorded) -> None:
    async with connected() as (peer, session):
        recording = asyncio.create_task(session.record_file("r/1", seconds=2, silence=3, beep=True, escape_digits="#2"))
        assert await peer.hears() == "RECORD FILE r/1 wav #2 2000 BEEP s=3"
        await peer.says(reply)
        assert await recording == result


async def test_a_file_that_cannot_be_written() -> None:
    async with connected() as (peer, session):
        recording = asyncio.create_task(session.record_file("nosuchdir/1"))
        await peer.hears()
        await peer.says(b"200 result=-1 (writefile)\n")
        assert await peer.hears() == "CHANNEL STATUS"
        await peer.says(b"200 result=6\n")
        assert await recording == Recorded(failed=True)


async def test_commands_as_they_are_sent() -> None:
    async with connected() as (peer, session):
        for doing, line, reply, result in [
            (session.answer(), "ANSWER", b"200 result=0\n", Done()),
            (
                session.stream_file("a", "1", offset=800),
                "STREAM FILE a 1 800",
                b"200 result=0 endpos=1\n",
                Played("", 1),
            ),
            (session.wait_for_digit(0.25), "WAIT FOR DIGIT 250", b"200 result=42\n", Pressed("*")),
            (session.wait_for_digit(0), "WAIT FOR DIGIT 1", b"200 result=0\n", Pressed()),
            (session.say_digits("12", "#"), "SAY DIGITS 12 #", b"200 result=35\n", Played("#")),
            (session.execute("Queue", "q", "", "x y"), 'EXEC Queue "q,,x y"', b"200 result=0\n", Executed()),
            (session.execute("Answer"), "EXEC Answer", b"200 result=0\n", Executed()),
            (session.set_autohangup(30), "SET AUTOHANGUP 30", b"200 result=0\n", Done()),
            (session.verbose("a b", 3), 'VERBOSE "a b" 3', b"200 result=1\n", Done()),
            (session.noop(), "NOOP", b"200 result=0\n", Done()),
            (session.channel_status(), "CHANNEL STATUS", b"200 result=4\n", ChannelState.RING),
            (session.get_full("${A} b"), 'GET FULL VARIABLE "${A} b"', b"200 result=1 (x b)\n", "x b"),
        ]:
            task = asyncio.ensure_future(doing)
            assert await peer.hears() == line
            await peer.says(reply)
            assert await task == result
    assert Pressed().timed_out
    assert not Pressed("1").timed_out
    assert not Pressed(hung_up=True).timed_out


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.set_variable("X", "a\nHANGUP"),
        lambda s: s.get_variable("X\r\nEXEC System rm"),
        lambda s: s.stream_file("x", "1a"),
        lambda s: s.execute("Playback", "a,b"),
        lambda s: s.say_digits(""),
        lambda s: s.say_digits("1*"),
        lambda s: s.wait_for_digit(-1),
        lambda s: s.wait_for_digit(float("nan")),
        lambda s: s.verbose("x" * 9000),
    ],
)
async def test_arguments_that_cannot_be_sent_send_nothing(ask: object) -> None:
    async with connected() as (peer, session):
        with pytest.raises(AgiCommandError):
            await ask(session)  # type: ignore[operator]
        after = asyncio.create_task(session.noop())
        assert await peer.hears() == "NOOP"
        await peer.says(b"200 result=0\n")
        assert await after == Done()
        assert isinstance(session, AgiSession)
