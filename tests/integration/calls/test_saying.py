"""What a flow says of a call is heard on the real Asterisk, in order; the accessible profile on a real line."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.model import Language
from dialplan.sites import demo_site
from ivr.asterisk.sounds import sounds_root
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch, prompts_of
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from ivr.storage.models import Call
from tests.integration.calls.conftest import prompt
from tests.integration.conftest import settings_in
from tests.integration.hearing import best_part, hears_prompt

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

LANGUAGES: dict[str, Language] = {"1": "zh-CN", "2": "en-US", "3": "ko-KR"}
NEEDS_TIME = "13900003199"
FLOW = """\
start: answer
human: human
steps:
  answer: {step: answer, next: which}
  which: {step: language, choices: {1: zh-CN, 2: en-US, 3: ko-KR}, next: order}
  order:
    {step: collect, prompts: [enter-number], variable: order, min: 2, max: 2, confirm: true, next: tell}
  tell:
    step: say
    say:
    - {money: '-{order}.50', currency: USD}
    - {date: '2026-10-01', weekday: true}
    - {time: '15:05'}
    - {prompt: goodbye}
    next: bye
  bye: {step: hangup, prompts: []}
  human: {step: hangup, prompts: [emergency-goodbye]}
"""
# Sounds that are long enough to be told from all others, in the order in which they are said; the weekday is said
# first in English, and last in the others.
LONG = {"zh-CN": ["digits/dollars", "digits/mon-9", "digits/day-4", "digits/afternoon"],
        "en-US": ["digits/dollars", "digits/day-4", "digits/mon-9", "digits/p-m"],
        "ko-KR": ["digits/minus", "digits/dollars", "digits/day-4", "digits/oclock-3"]}  # fmt: skip


@dataclass
class Desk:
    """A house whose callers hear what they have entered, and more."""

    house: House
    watch: Watch
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("saying")
    site = folder / "site"
    shutil.copytree(demo_site(), site)
    (site / "numbers.yaml").write_text("1000: main\n3100: say\n", "utf-8")
    (site / "flows" / "say.yaml").write_text(FLOW, "utf-8")
    with (site / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("\naccessible: {patience: 1.5}\n")
    (site / "callers.yaml").write_text(f"slow: {{numbers: ['{NEEDS_TIME}'], accessible: true}}\n", "utf-8")
    settings = settings_in(folder / "home", site=site)
    async with House(settings, load_site(site), toolbox) as house, Database(settings.database) as database:
        yield Desk(house, Watch(database), folder)


async def enter(desk: Desk, key: str) -> tuple[Call, Path]:
    """A caller chooses a language and enters 12; the call, and what he has heard."""
    number = f"1390000310{key}"
    async with desk.house.caller(number, keep=desk.folder / key) as caller:
        assert isinstance(await caller.call("3100", within=20), Established)
        await desk.watch.heard(number, "language-offer-1")
        await caller.send_digits(key)
        await desk.watch.heard(number, "enter-number")
        await caller.send_digits("12")
        await desk.watch.heard(number, "collect-confirm")
        await caller.send_digits("1")
        await caller.wait_for(Closed, within=60)
        heard = Path(shutil.copy(await caller.heard(), desk.folder / f"{key}.wav"))
        return await desk.watch.ended(number), heard


async def need_time(desk: Desk) -> tuple[Call, Path]:
    """A caller of the list hears the languages again, then wants a human; the call, and what he has heard."""
    async with desk.house.caller(NEEDS_TIME, keep=desk.folder / "slow") as caller:
        assert isinstance(await caller.call("3100", within=20), Established)
        await desk.watch.heard(NEEDS_TIME, "language-offer-1")
        await caller.send_digits("*")
        await desk.watch.heard(NEEDS_TIME, "language-offer-1", times=2)
        await caller.send_digits("1")
        await desk.watch.heard(NEEDS_TIME, "enter-number")
        await caller.send_digits("0")
        await caller.wait_for(Closed, within=40)
        heard = Path(shutil.copy(await caller.heard(), desk.folder / "slow.wav"))
        return await desk.watch.ended(NEEDS_TIME), heard


async def test_callers_hear_what_is_said_in_their_language(desk: Desk) -> None:
    *calls, (slow, slowly) = await asyncio.gather(*(enter(desk, key) for key in LANGUAGES), need_time(desk))
    for (call, heard), language in zip(calls, LANGUAGES.values(), strict=True):
        said = [step.detail for step in call.steps if step.event == "said"]
        assert said == [{"kind": kind, "language": language} for kind in ("money", "date", "time")]
        assert prompts_of(call)[-3:] == ["collect-entered", "collect-confirm", "goodbye"]
        assert hears_prompt(heard, prompt(language, "goodbye"))
        places = [best_part(prompt(language, name), heard) for name in LONG[language]]
        assert min(place.correlation for place in places) > 0.6, (language, places)
        assert all(one.offset < other.offset for one, other in pairwise(places)), (language, places)
        assert not hears_prompt(heard, prompt(language, "closed"))
    events = [step.event for step in slow.steps if step.event not in {"enter", "prompt"}]
    assert events == ["repeat", "key", "human"]
    assert prompts_of(slow)[-2:] == ["enter-number", "emergency-goodbye"]
    played = sounds_root(desk.house.settings) / "zh"
    assert hears_prompt(slowly, played / "ivr-slow" / "emergency-goodbye.wav")
    assert not hears_prompt(slowly, played / "ivr" / "emergency-goodbye.wav")
