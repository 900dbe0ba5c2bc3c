"""On the real Asterisk a site's own prompt is heard before the pack's, and a studio's recording before that."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.sounds import lay_sounds, sounds_root
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch, prompts_of
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from prompts import sounds
from prompts.book import PromptBook
from prompts.builder.building import build, own_prompts
from prompts.catalogue import Prompt
from prompts.measure import Floats
from tests.integration.conftest import settings_in
from tests.integration.hearing import hears, hears_prompt
from tests.unit.softphones.noise import noise

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.timeout(120)]

PROMPTS = "language: zh-CN\nprompts:\n  shop: {text: 您好。}\n  goodbye: {text: 再会。}\n"
FLOW = """\
start: answer
steps:
  answer: {step: answer, next: shop}
  shop: {step: play, prompts: [shop, thanks-for-calling], next: bye}
  bye: {step: hangup, prompts: [goodbye]}
"""
SECONDS = 1.4


class Rustle:
    """Says each prompt in a noise of its own."""

    def voice(self, prompt: Prompt) -> str:
        return "noise"

    def say(self, prompt: Prompt) -> tuple[Floats, int]:
        found = noise(400 + len(prompt.id), SECONDS)
        return found.samples.astype("float32") / 32768, found.rate


def studio(folder: Path, name: str, seed: int) -> None:
    """A recording at a studio's rate."""
    import soundfile
    import soxr

    found = noise(seed, SECONDS)
    path = folder / "studio" / "zh" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, soxr.resample(found.samples.astype("float32") / 32768, found.rate, 48_000), 48_000)


async def what_is_heard(house: House, watch: Watch, number: str, folder: Path) -> Path:
    """What a caller of 4000 has heard until the line hung up."""
    async with house.caller(number) as caller:
        assert isinstance(await caller.call("4000", within=20), Established)
        await caller.wait_for(Closed, within=30)
        heard = shutil.copy(await caller.heard(), folder / f"{number}.wav")
    await watch.ended(number)
    return Path(heard)


async def test_whose_sound_is_heard(toolbox: Toolbox, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(demo_site(), folder)
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "zh-CN.yaml").write_text(PROMPTS, "utf-8")
    (folder / "numbers.yaml").write_text("1000: main\n4000: own\n", "utf-8")
    (folder / "flows" / "own.yaml").write_text(FLOW, "utf-8")
    book = PromptBook.of_site(folder)
    build(own_prompts(book), folder, Rustle)
    studio(folder, "thanks-for-calling", 501)
    settings = settings_in(tmp_path / "home", site=folder)
    site = load_site(folder)
    root = sounds_root(settings)

    def laid(name: str, copy: str) -> Path:
        return Path(shutil.copy(sounds.sound_path("zh-CN", name, root=root), tmp_path / f"{copy}.wav"))

    async with House(settings, site, toolbox) as house, Database(settings.database) as database:
        watch = Watch(database)
        built = {name: laid(name, name) for name in ("shop", "goodbye", "thanks-for-calling")}
        first = await what_is_heard(house, watch, "13900004001", tmp_path)
        studio(folder, "shop", 502)
        lay_sounds(settings, site)  # Asterisk and the engine go on running
        recorded = laid("shop", "recorded")
        second = await what_is_heard(house, watch, "13900004002", tmp_path)
        call = await watch.call_of("13900004002")
    for name, sound in built.items():
        assert await asyncio.to_thread(hears, first, sound), name
    assert not await asyncio.to_thread(hears_prompt, first, sounds.sound_path("zh-CN", "goodbye")), "the pack's"
    assert not await asyncio.to_thread(hears_prompt, first, sounds.sound_path("zh-CN", "thanks-for-calling"))
    assert not await asyncio.to_thread(hears, first, recorded)
    assert await asyncio.to_thread(hears, second, recorded)
    assert not await asyncio.to_thread(hears, second, built["shop"])
    assert await asyncio.to_thread(hears, second, built["goodbye"])
    assert call is not None
    assert prompts_of(call) == ["shop", "thanks-for-calling", "goodbye"]
