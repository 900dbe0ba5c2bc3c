"""How long a prompt of the site lasts, and so the call's deadline, is read where Asterisk plays it from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ivr.agi import AgiRequest, AgiSession
from ivr.agi.fake import FakeAsterisk
from ivr.call.agi_channel import MARGIN, UNKNOWN, AgiChannel
from prompts.builder.finish import write_wav


async def deadlines(sounds: Path | None) -> list[int]:
    """The deadlines of the channel in which the prompt is played."""
    asterisk = FakeAsterisk()

    async def handle(request: AgiRequest, session: AgiSession) -> None:
        await AgiChannel(session, "zh-CN", sounds=sounds).play("shop")

    await asterisk.run(handle)
    assert asterisk.played == ["ivr/shop"]
    return [int(command[2]) for command in asterisk.commands if command[:2] == ["SET", "AUTOHANGUP"]]


async def test_the_deadline_is_that_of_the_sound_that_is_played(tmp_path: Path) -> None:
    path = tmp_path / "zh" / "ivr" / "shop.wav"
    write_wav(path, np.zeros(80_000, np.float32), 8000)
    assert await deadlines(tmp_path) == [10 + MARGIN]
    write_wav(path, np.zeros(160_000, np.float32), 8000)
    assert await deadlines(tmp_path) == [20 + MARGIN], "built again under a running engine"
    assert await deadlines(None) == [UNKNOWN + MARGIN]
