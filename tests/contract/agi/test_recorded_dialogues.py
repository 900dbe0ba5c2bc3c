"""Our server and session against dialogues recorded from Asterisk 22."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.agi import (
    AgiCommandError,
    AgiRequest,
    AgiServer,
    AgiSession,
    ChannelState,
    Done,
    Executed,
    Played,
    Recorded,
)
from ivr.agi.simulated import Press, Silence, SimulatedChannel
from ivr.agi.wire import AgiParser, Hangup, Header, Item, Reply
from tests.contract.agi.recorded import Replay, read_dialogues

DIALOGUES = read_dialogues()
SPOOL = "/var/spool/ivr/rec"

Story = Callable[[AgiRequest, AgiSession], Awaitable[None]]


async def replay(number: int, story: Story) -> Replay:
    """Run ``story`` against a recorded call through the real server; its assertions come out here."""
    told: list[BaseException | None] = []

    async def handler(request: AgiRequest, session: AgiSession) -> None:
        try:
            await story(request, session)
        except BaseException as error:
            told.append(error)
            raise
        told.append(None)

    server = AgiServer("127.0.0.1", 0, {"menu": handler, "probe": handler}, margin=2, play_limit=2)
    await server.start()
    try:
        peer = Replay(DIALOGUES[number])
        await peer.play(server.port)
    finally:
        await server.stop(5)
    assert len(told) == 1
    if told[0] is not None:
        raise told[0]
    assert peer.mismatches == []
    assert (server.sessions_total, server.sessions_failed, server.peers_refused) == (1, 0, 0)
    return peer


async def menu_up_to_the_queue(session: AgiSession, uniqueid: str) -> None:
    """What both recorded menu calls have in common."""
    assert await session.answer() == Done()
    assert await session.get_variable("CHANNEL(uri)") is None
    assert await session.get_full("${CALLERID(all)}") == '"Caller" <+4930123456>'
    assert await session.set_variable("FOO", "bar baz") == Done()
    assert await session.stream_file("demo-short", "12#", duration=2) == Played("1", 12800)
    base = f"{SPOOL}/menu-{uniqueid}"
    assert await session.execute("MixMonitor", f"{base}-mix.wav", f"Sr({base}-in.wav)t({base}-out.wav)") == Executed()
    assert await session.execute("Queue", "support", "", "", "", "30") == Executed(-1)


async def test_queue_call_that_the_agent_ends() -> None:
    async def story(request: AgiRequest, session: AgiSession) -> None:
        assert request.script == "menu"
        assert request.args == ("argA", "arg B")
        assert (request.caller_number, request.caller_name) == ("+4930123456", "Caller")
        assert (request.dialled, request.redirecting) == ("100", "")
        assert (request.channel, request.uniqueid) == ("PJSIP/anonymous-00000000", "1795289975.0")
        assert (request.context, request.extension, request.priority) == ("incoming", "100", 3)
        assert request.language == "en"
        await menu_up_to_the_queue(session, request.uniqueid)
        assert await session.get_variable("QUEUESTATUS") is None
        assert await session.get_variable("MEMBERINTERFACE") == "PJSIP/6001"
        assert await session.channel_status() is ChannelState.UP
        assert not session.hung_up
        assert await session.hangup() == Done(hung_up=True)
        assert session.hung_up

    await replay(1, story)


async def test_queue_call_that_the_caller_ends() -> None:
    async def story(request: AgiRequest, session: AgiSession) -> None:
        await menu_up_to_the_queue(session, request.uniqueid)
        assert await session.get_variable("QUEUESTATUS") is None
        assert session.hung_up, "HANGUP came between this command and its reply"
        assert await session.get_variable("MEMBERINTERFACE") == "PJSIP/6001"
        assert await session.channel_status() is None
        dead = await session.command("CHANNEL", "STATUS")
        assert dead is not None and dead.code == 511
        assert await session.command("HANGUP") is None, "the recording ends here: Asterisk closed"

    await replay(2, story)


async def test_refused_commands_do_not_shift_the_replies() -> None:
    async def story(_: AgiRequest, session: AgiSession) -> None:
        assert await session.answer() == Done()
        assert await session.noop() == Done()
        with pytest.raises(AgiCommandError, match="510"):
            await session.command("BOGUS")
        with pytest.raises(AgiCommandError, match="520"):
            await session.command("STREAM", "FILE")
        assert await session.get_variable("NOSUCH") is None
        assert session.end is None

    await replay(3, story)


async def test_every_kind_of_reply() -> None:
    async def story(_: AgiRequest, session: AgiSession) -> None:
        assert await session.answer() == Done()
        assert await session.noop() == Done()
        with pytest.raises(AgiCommandError, match="510"):
            await session.command("BOGUS")
        assert await session.get_variable("NOSUCH") is None
        for name, value in (("X", "a b"), ("E", "it's 5 (five) (x) é €"), ("P", "foo) bar=1")):
            assert await session.set_variable(name, value) == Done()
            assert await session.get_variable(name) == value
        assert await session.stream_file("nosuchfile") == Played(failed=True)
        assert await session.execute("NoSuchApp") == Executed(-2, failed=True)
        assert await session.execute("Verbose", "1", "hello") == Executed()
        data = await session.command("GET", "DATA", "demo-short", "1000", "3")
        assert data is not None and (data.result, data.timeout) == ("", True)
        control = await session.command("CONTROL", "STREAM", "FILE", "demo-short", "12", "3000", "#", "*", "0")
        assert control is not None and (control.result, control.endpos) == ("0", -1)
        assert await session.say_digits("12") == Played()
        number = await session.command("SAY", "NUMBER", "42", "")
        assert number is not None and number.number == -1
        option = await session.command("GET", "OPTION", "demo-short", "12", "500")
        assert option is not None and option.endpos == 23610
        assert await session.command("DATABASE", "PUT", "f", "k", "v") == Reply(200, "1", text="200 result=1")
        stored = await session.command("DATABASE", "GET", "f", "k")
        assert stored is not None and stored.data == "v"
        missing = await session.command("DATABASE", "GET", "f", "zz")
        assert missing is not None and (missing.result, missing.data) == ("0", None)
        assert await session.record_file(f"{SPOOL}/recf", seconds=0.5) == Recorded(timed_out=True)
        assert await session.verbose("x") == Done()
        assert await session.channel_status() is ChannelState.UP
        other = await session.command("CHANNEL", "STATUS", "nosuch")
        assert other is not None and other.number == -1
        for name, value in (("N", ""), ("HM", "-1")):
            assert await session.set_variable(name, value) == Done()
            assert await session.get_variable(name) == value
        assert await session.execute("Read", "D", "beep", "1", "", "1", "1") == Executed()
        assert await session.execute("Playback", "beep") == Executed()
        assert await session.execute("Hangup") == Executed(-1)
        assert await session.get_variable("X") == "a b", "the reply behind the HANGUP line, not the line itself"
        assert session.hung_up
        assert await session.noop() == Done(hung_up=True, failed=True)

    peer = await replay(4, story)
    assert peer.probes == 1, "only the missing sound's -1 had to be asked about"


def items_of(pieces: list[bytes]) -> list[Item]:
    parser = AgiParser()
    items = [item for piece in pieces for item in parser.feed(piece)]
    assert parser.at_boundary
    return items


@pytest.mark.parametrize("number", sorted(DIALOGUES))
@given(data=st.data())
@settings(max_examples=60)
def test_the_split_of_the_bytes_changes_nothing(number: int, data: st.DataObject) -> None:
    stream = DIALOGUES[number].stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=40)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert items_of(pieces) == items_of([stream])


@pytest.mark.parametrize("number", sorted(DIALOGUES))
def test_byte_by_byte(number: int) -> None:
    stream = DIALOGUES[number].stream
    items = items_of([stream[i : i + 1] for i in range(len(stream))])
    assert items == items_of([stream])
    answered = [exchange for exchange in DIALOGUES[number].exchanges if exchange.answer]
    assert len([item for item in items if isinstance(item, Reply)]) == len(answered)
    assert len([item for item in items if isinstance(item, Header)]) == 1
    assert len([item for item in items if isinstance(item, Hangup)]) == (1 if number in {2, 4} else 0)


@pytest.mark.parametrize("number", sorted(DIALOGUES))
def test_the_simulated_channel_answers_as_recorded(number: int) -> None:
    channel = SimulatedChannel(
        caller=[Press("1"), Silence()] if number < 3 else [Silence()],
        sounds={"demo-short": 3.2},
        missing=["nosuchfile"],
        variables={"CALLERID(all)": '"Caller" <+4930123456>', "MEMBERINTERFACE": "PJSIP/6001"},
        applications={"Queue": -1, "Read": 0},
    )
    compared = 0
    for exchange in DIALOGUES[number].exchanges:
        unknown_here = exchange.command.startswith(("GET DATA", "GET OPTION", "CONTROL", "DATABASE", "SAY NUMBER"))
        if unknown_here or not exchange.answer:
            continue
        if number == 2 and exchange.command == "GET VARIABLE QUEUESTATUS":
            channel.go()
        answer = channel.answer(exchange.command).encode()
        if exchange.answer.startswith(b"520-"):
            assert answer.splitlines()[0] == exchange.answer.splitlines()[0]
            assert answer.splitlines()[-1] == exchange.answer.splitlines()[-1]
        elif exchange.command.startswith("RECORD FILE"):
            assert answer.startswith(b"200 result=0 (timeout) endpos=")
        else:
            # Where in the stream HANGUP comes is a matter of time; what is said about the command is not.
            assert answer.replace(b"HANGUP\n", b"") == exchange.answer.replace(b"HANGUP\n", b""), exchange.command
        compared += 1
    assert compared >= 5
