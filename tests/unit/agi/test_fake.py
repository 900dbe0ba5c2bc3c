from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.agi import AgiRequest, AgiSession, Executed, Played, Pressed, Recorded
from ivr.agi.fake import FakeAsterisk, HangUp, Press, Silence
from ivr.core.clock import FixedClock


async def test_given_a_caller_who_is_silent_then_wrong_then_right() -> None:
    async def menu(request: AgiRequest, session: AgiSession) -> None:
        assert request.args == ("a b",)
        assert await session.stream_file("menu", "12") == Played("", 8000)
        assert (await session.wait_for_digit(5)).timed_out
        assert await session.stream_file("menu", "12") == Played("", 8000), "9 is no key that stops it"
        assert (await session.wait_for_digit(5)) == Pressed("1")

    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    asterisk = FakeAsterisk("menu", ["a b"], caller=[Silence(), Press("9"), Press("1")], clock=clock)
    await asterisk.run(menu)
    assert asterisk.played == ["menu", "menu"]
    assert asterisk.elapsed == clock.monotonic() == 1 + 5 + 1 + 0.5
    assert asterisk.acts_left == []
    assert asterisk.fault is None


async def test_given_a_caller_who_listens_to_the_end() -> None:
    async def menu(_: AgiRequest, session: AgiSession) -> None:
        assert await session.stream_file("menu", "1") == Played("", 24000)
        assert await session.wait_for_digit(5) == Pressed("1")

    await FakeAsterisk(caller=[Press("1", barge_in=False)], sounds={"menu": 3}).run(menu)


async def test_given_a_caller_who_hangs_up_in_a_prompt() -> None:
    async def menu(_: AgiRequest, session: AgiSession) -> None:
        assert await session.stream_file("menu") == Played("", 4000, hung_up=True)
        assert await session.stream_file("more") == Played(hung_up=True)
        assert not (await session.set_variable("IVR_DONE", "1")).failed
        assert await session.get_variable("IVR_DONE") == "1"

    asterisk = FakeAsterisk(caller=[HangUp()])
    await asterisk.run(menu)
    assert asterisk.hung_up
    assert asterisk.played == ["menu"]
    assert asterisk.fault is None


async def test_given_agiexitonhangup_asterisk_closes_with_the_hangup() -> None:
    async def menu(_: AgiRequest, session: AgiSession) -> None:
        assert await session.wait_for_digit(5) == Pressed(hung_up=True)
        assert (await session.set_variable("IVR_DONE", "1")).failed

    asterisk = FakeAsterisk(caller=[HangUp()], exit_on_hangup=True)
    await asterisk.run(menu)
    assert "IVR_DONE" not in asterisk.variables


async def test_variables_expressions_and_applications() -> None:
    async def work(_: AgiRequest, session: AgiSession) -> None:
        assert await session.get_full("${CALLERID(name)}: ${A${B}} ${NONE}.") == "Zoë: nested ."
        assert await session.execute("NoSuch") == Executed(-2, failed=True)
        assert await session.execute("Set", "X=1") == Executed()
        assert await session.get_variable("X") == "1"
        assert await session.execute("Count", "a", "", "c") == Executed(3)
        assert await session.say_digits("42") == Played()
        assert await session.record_file("rec/1", seconds=4) == Recorded("#", 16000)
        assert await session.record_file("rec/2", seconds=4) == Recorded(endpos=32000, timed_out=True)
        assert await session.stream_file("gone") == Played(failed=True)
        assert await session.execute("Hangup") == Executed(-1, hung_up=True)

    asterisk = FakeAsterisk(
        caller="#",
        variables={"CALLERID(name)": "Zoë", "A1": "nested", "B": "1"},
        applications={"Count": lambda _, args: len(args)},
        missing=["gone"],
    )
    await asterisk.run(work)
    assert asterisk.executed == [("Set", "X=1"), ("Count", "a,,c"), ("Hangup", "")]
    assert asterisk.said == ["42"]
    assert asterisk.recorded == ["rec/1.wav", "rec/2.wav"]
    assert asterisk.played == []
    assert asterisk.fault is None


async def test_a_flow_that_never_ends_shows() -> None:
    async def loop(_: AgiRequest, session: AgiSession) -> None:
        while not session.hung_up:
            await session.wait_for_digit(5)

    asterisk = FakeAsterisk(max_commands=50)
    await asterisk.run(loop)
    assert asterisk.fault == "more than 50 commands in one call"
    assert len(asterisk.commands) == 51


async def test_a_wrong_command_shows_and_the_handlers_error_comes_out() -> None:
    async def wrong(_: AgiRequest, session: AgiSession) -> None:
        await session.command("BOGUS")

    asterisk = FakeAsterisk()
    with pytest.raises(Exception, match="510"):
        await asterisk.run(wrong)
    assert asterisk.fault == "'BOGUS': 510 Invalid or unknown command"
