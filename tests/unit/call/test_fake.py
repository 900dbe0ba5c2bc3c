"""The caller who is not there: what he presses when, how time passes, how long he hears nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from ivr.call.channel import Heard
from ivr.call.fake import HANGUP, REACTION, RECORDED, TIMEOUT, TYPING, FakeChannel, Happening, ScriptedCaller
from ivr.core.clock import FixedClock

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
KEYS = "0123456789*#"


def timed(*script: str) -> tuple[FakeChannel, FixedClock, list[Happening]]:
    clock, told = FixedClock(NOW), list[Happening]()
    caller = ScriptedCaller(script, TIMEOUT)
    return FakeChannel(caller=caller, clock=clock, seconds=lambda *_: 4.0, tell=told.append), clock, told


async def test_an_entry_is_typed_key_by_key() -> None:
    channel = FakeChannel(["123#"])
    assert await channel.play("enter", keys=KEYS) == Heard()
    assert [(await channel.wait_key(5)).key for _ in range(4)] == ["1", "2", "3", "#"]
    assert (await channel.wait_key(5)).hung_up


async def test_an_entry_may_begin_in_a_prompt_that_lets_keys_through() -> None:
    channel = FakeChannel(["!12"])
    assert await channel.play("notice") == Heard()
    assert await channel.play("enter", keys=KEYS) == Heard("1")
    assert await channel.wait_key(5) == Heard("2")


async def test_keys_left_over_stop_what_follows_or_are_lost_in_it() -> None:
    channel = FakeChannel(["1234", "9"])
    assert await channel.wait_key(5) == Heard("1")
    assert await channel.play("menu", keys="3") == Heard("3")
    assert await channel.play("notice") == Heard()
    assert await channel.wait_key(5) == Heard("9")


async def test_who_hangs_up_in_a_prompt_hears_and_does_nothing_more() -> None:
    channel = FakeChannel([HANGUP, "1"])
    assert (await channel.play("menu")).hung_up
    assert (await channel.play("goodbye")).hung_up
    assert (await channel.wait_key(5)).hung_up
    assert channel.heard == [(None, "menu")]


async def test_short_waits_ask_him_nothing_but_notice_that_he_hangs_up() -> None:
    channel = FakeChannel(["1", HANGUP])
    assert [await channel.wait_key(0.4) for _ in range(3)] == [Heard()] * 3
    assert await channel.wait_key(5) == Heard("1")
    assert (await channel.wait_key(0.4)).hung_up


async def test_time_passes_on_the_clock() -> None:
    channel, clock, told = timed("12", TIMEOUT)
    await channel.play("menu")
    await channel.wait_key(5)
    await channel.wait_key(5)
    await channel.wait_key(5)
    assert channel.at == pytest.approx(4 + REACTION + TYPING + 5)
    assert clock.now().timestamp() - NOW.timestamp() == pytest.approx(channel.at)
    assert [(one.kind, one.key) for one in told] == [("sound", ""), ("wait", "1"), ("wait", "2"), ("wait", "")]
    assert [one.at for one in told] == pytest.approx([0, 4, 4 + REACTION, 4 + REACTION + TYPING])


async def test_a_prompt_that_is_stopped_takes_half_its_time() -> None:
    channel, _, told = timed("!1")
    assert await channel.play("menu", keys=KEYS) == Heard("1")
    assert (channel.at, told[0].seconds) == (2.0, 2.0)


async def test_silences_add_up_until_something_is_heard_or_pressed() -> None:
    channel, _, _ = timed(TIMEOUT, TIMEOUT, "1", TIMEOUT)
    for seconds in (3, 4):
        await channel.wait_key(seconds)
    assert channel.silences.longest == 7
    await channel.wait_key(5)
    assert channel.silences.now == 0
    await channel.wait_key(2)
    await channel.play("menu")
    assert channel.silences.now == 0
    assert channel.silences.longest == 7 + REACTION


async def test_a_prompt_without_a_sound_is_silence() -> None:
    channel = FakeChannel(caller=ScriptedCaller([], TIMEOUT), seconds=lambda *_: 0.0)
    await channel.wait_key(5)
    await channel.play("missing")
    await channel.wait_key(5)
    assert channel.silences.longest == 10


async def test_slow_prompts_and_recordings_are_told() -> None:
    channel, _, told = timed()
    await channel.play("menu", slow=True)
    await channel.play_recording("1.0-statement.wav", seconds=600)
    assert [(one.kind, one.slow, one.seconds) for one in told] == [("sound", True, 4.0), ("recording", False, RECORDED)]


async def test_others_run_while_he_listens_and_waits() -> None:
    channel = FakeChannel(["1"])
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await channel.play("menu")
    assert turns > 0
    before = turns
    await channel.wait_key(5)
    assert turns > before
    task.cancel()
