"""Real sipp callers on a real Asterisk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.asterisk.toolbox import Toolbox
from ivr.softphones.sipp import Ending, Plan, SippCaller
from ivr.softphones.sounds import write_wav
from tests.integration.hearing import hears
from tests.integration.softphones.conftest import Line
from tests.unit.softphones.noise import noise

pytestmark = pytest.mark.integration


@pytest.fixture
def sipp(line: Line, toolbox: Toolbox) -> SippCaller:
    return SippCaller(toolbox.command("sipp"), line.port)


async def test_callers_who_hang_up_at_once(line: Line, sipp: SippCaller) -> None:
    result = await sipp.run(Plan(extension="102", calls=20, rate=20))
    assert (result.successful, result.failed) == (20, 0)
    assert line.channels() == ""


async def test_a_caller_who_gives_up_while_it_rings(line: Line, sipp: SippCaller) -> None:
    result = await sipp.run(Plan(extension="103", hold=0.2, ending=Ending.CANCEL))
    assert (result.successful, result.failed) == (1, 0)
    assert line.channels() == ""


async def test_a_line_that_hangs_up(sipp: SippCaller) -> None:
    assert (await sipp.run(Plan(extension="101", hold=10, ending=Ending.LINE))).successful == 1
    assert (await sipp.run(Plan(extension="102", hold=0.3, ending=Ending.LINE))).failed == 1


async def test_an_unknown_number_counts_as_failed_with_its_reason(sipp: SippCaller) -> None:
    result = await sipp.run(Plan(extension="999", calls=2))
    assert (result.successful, result.failed) == (0, 2)
    assert "404" in result.reasons


async def test_a_caller_is_heard(line: Line, sipp: SippCaller, tmp_path: Path) -> None:
    sound = tmp_path / "hello.wav"
    write_wav(sound, noise(5, 1.0))
    assert (await sipp.run(Plan(extension="102", hold=2.5, sound=sound))).successful == 1
    await asyncio.sleep(0.3)
    assert hears(line.recordings / "echo.wav", sound)


@pytest.mark.parametrize("keys", ["11", "*9"])
async def test_a_caller_presses_keys(line: Line, sipp: SippCaller, keys: str) -> None:
    await sipp.run(Plan(extension="100", hold=2.5, keys=keys))
    assert line.variable("KEYS") == keys
