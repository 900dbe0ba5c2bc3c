"""The engine is down, dies, falls silent or raises: the caller is greeted, queued, recorded all the same."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from ivr.demo.house import EngineProcess
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from tests.integration.calls.conftest import Line, prompt

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

# Correlation of a prompt with what came over the line: 0.99 for the prompt itself, up to 0.35 for another in the
# same voice that begins with the same words.
GREETED = 0.6  # a slip of a loaded phone within the prompt leaves the longer part


async def test_engine_down(line: Line) -> None:
    await line.house.engine.kill()
    try:
        async with line.caller() as caller:
            await call_in(caller)
            await reaches_the_agent(line, caller)
            await caller.hangup()
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-greeting")
        assert_recorded(line)
    finally:
        await line.house.engine.start()


async def test_engine_killed_in_the_menu(line: Line) -> None:
    try:
        async with line.caller() as caller:
            await call_in(caller)
            await line.watch.heard(caller.account.user, "language-offer-1")
            await caller.send_digits("1")
            await line.watch.heard(caller.account.user, "greeting-morning", "greeting-afternoon", "greeting-evening")
            await line.house.engine.kill()
            await reaches_the_agent(line, caller)
            await caller.hangup()
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        await line.house.engine.start()


async def test_engine_killed_while_the_caller_waits(line: Line) -> None:
    try:
        async with line.caller() as caller:
            await to_the_queue(line, caller)
            await line.house.engine.kill()
            await line.agent.answer(within=20)
            await asyncio.sleep(2)
            await line.agent.hangup()
            assert isinstance(await caller.wait_for(Closed, within=30), Closed)
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-goodbye")
            assert_not_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        await line.house.engine.start()


async def test_engine_killed_while_he_talks(line: Line) -> None:
    try:
        async with line.caller() as caller:
            await to_the_queue(line, caller)
            assert isinstance(await line.agent.answer(within=20), Established)
            await asyncio.sleep(1)
            await line.house.engine.kill()
            await asyncio.sleep(2)
            assert caller.in_call
            assert line.agent.in_call
            await line.agent.hangup()
            await caller.wait_for(Closed, within=30)
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-goodbye")
            assert_not_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        await line.house.engine.start()


async def test_engine_killed_after_the_talk(line: Line) -> None:
    try:
        async with line.caller() as caller:
            await to_the_queue(line, caller)
            await line.agent.answer(within=20)
            await asyncio.sleep(1)
            await line.agent.hangup()
            await line.watch.heard(caller.account.user, "thanks-for-calling")
            await line.house.engine.kill()
            await caller.wait_for(Closed, within=30)
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-goodbye")
            assert_not_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        await line.house.engine.start()


async def test_engine_silent_from_the_start(line: Line) -> None:
    line.house.engine.freeze()
    try:
        async with line.caller() as caller:
            await call_in(caller)
            await reaches_the_agent(line, caller)
            await caller.hangup()
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        line.house.engine.thaw()


async def test_engine_silent_in_the_menu(line: Line) -> None:
    try:
        async with line.caller() as caller:
            await call_in(caller)
            await line.watch.heard(caller.account.user, "language-offer-1")
            line.house.engine.freeze()
            await reaches_the_agent(line, caller, within=60)
            await caller.hangup()
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-greeting")
    finally:
        line.house.engine.thaw()


async def test_engine_raises(line: Line, tmp_path: Path) -> None:
    """An engine whose site knows no such number raises; Asterisk's does."""
    await line.house.engine.stop()
    assert line.house.settings.site is not None
    other = tmp_path / "site"
    shutil.copytree(line.house.settings.site, other)
    (other / "numbers.yaml").write_text("3000: main\n", "utf-8")
    engine = EngineProcess(line.house.settings, environment={"IVR_SITE": str(other)})
    await engine.start()
    try:
        async with line.caller() as caller:
            await call_in(caller)
            await reaches_the_agent(line, caller)
            await caller.hangup()
            call = await line.watch.ended(caller.account.user)
            heard = await caller.heard()
            assert_heard(heard, "zh-CN", "emergency-greeting")
        assert (call.route, call.outcome) == ("emergency", "answered")
        assert {recording.role for recording in call.recordings} == {"caller", "agent"}
    finally:
        await engine.stop()
        await line.house.engine.start()


async def call_in(caller: Softphone) -> None:
    assert isinstance(await caller.call("1000", within=20), Established)


async def to_the_queue(line: Line, caller: Softphone) -> None:
    await call_in(caller)
    await line.watch.heard(caller.account.user, "language-offer-1")
    await caller.send_digits("1")
    await line.watch.heard(caller.account.user, "main-menu")
    await caller.send_digits("1")
    await line.watch.waiting(caller.account.user)


async def reaches_the_agent(line: Line, caller: Softphone, within: float = 40.0) -> None:
    assert isinstance(await line.agent.answer(within=within), Established)
    await asyncio.sleep(1)
    assert caller.in_call


def assert_heard(heard: Path, language: str, name: str) -> None:
    found = find_sound(prompt(language, name), heard)
    assert found.correlation > GREETED, f"{name}: {found}"


def assert_not_heard(heard: Path, language: str, name: str) -> None:
    found = find_sound(prompt(language, name), heard)
    assert found.correlation < 0.45, f"{name}: {found}"


def assert_recorded(line: Line) -> None:
    newest = sorted(line.house.settings.recordings.glob("*.wav"), key=lambda path: path.stat().st_mtime)[-2:]
    assert {path.stem.rpartition("-")[2] for path in newest} == {"caller", "agent"}
