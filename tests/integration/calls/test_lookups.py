"""Callers ask for an order by its number; a service answers well, late, badly or not at all, on the real Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import EngineProcess, House
from ivr.demo.watch import Watch, prompts_of
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from ivr.storage.models import Call
from tests.integration.calls.conftest import prompt
from tests.integration.conftest import settings_in
from tests.integration.hearing import hears_prompt
from tests.unit.call.service import Answer, Server, hangs_up, late, says

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

KEY, PIN = "sesame-7c1f-lookup-key", "93746528"
GOOD, GONE, WRONG = "thanks-for-calling", "invalid-choice", "queue-timeout"
FLOW = """\
start: answer
steps:
  answer: {step: answer, next: FIRST}
  order: {step: collect, prompts: [enter-number], variable: order, min: 1, max: 1, terminator: '', next: look}
  pin: {step: collect, prompts: [enter-number], variable: pin, min: 8, max: 8, secret: true, next: order}
  look:
    step: lookup
    url: http://127.0.0.1:PORT/orders/{order}
    method: POST
    headers: {X-Api-Key: '{env.IVR_LOOKUP_KEY}'}
    body: {BODYcaller: '{caller}'}
    save: {status: order.status, count: 'order.lines[1].count'}
    timeout: TIMEOUT
    retries: 2
    not_found: gone
    failure: wrong
    next: which
  which:
    step: branch
    cases: [{when: status == 'open' and count > 9, go: good}]
    next: wrong
  good: {step: play, prompts: [thanks-for-calling], next: bye}
  gone: {step: play, prompts: [invalid-choice], next: bye}
  wrong: {step: play, prompts: [queue-timeout], next: bye}
  bye: {step: hangup, prompts: []}
"""
FLOWS = {
    "order": {"FIRST": "order", "BODY": "", "TIMEOUT": "4"},
    "impatient": {"FIRST": "order", "BODY": "", "TIMEOUT": "1.5"},
    "pin": {"FIRST": "pin", "BODY": "pin: '{secret.pin}', ", "TIMEOUT": "4"},
}
NUMBERS = {"order": "4000", "impatient": "4001", "pin": "4002"}
ORDER = says({"order": {"status": "open", "lines": [{}, {"count": 10}]}})


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says nothing until nobody waits for it any more."""
    await reader.read()


def flow_of(words: dict[str, str]) -> str:
    """A flow with only the steps it uses."""
    text = FLOW
    for word, stands_for in words.items():
        text = text.replace(word, stands_for)
    return text if words["FIRST"] == "pin" else "".join(x for x in text.splitlines(True) if not x.startswith("  pin:"))


@dataclass
class Service(Server):
    """Answers by the order's number."""

    answers: list[Answer] = field(default_factory=list)

    def asked_for(self, order: str) -> list[bytes]:
        return [one for one in self.asked if one.startswith(f"POST /orders/{order} ".encode())]

    def answer(self) -> Answer:
        order = self.asked[-1].split(b" ")[1].rpartition(b"/")[2].decode()
        first = len(self.asked_for(order)) < 3
        return {
            "1": ORDER,
            "2": late(0.8, ORDER),
            "3": says({}, "500 Oh") if first else ORDER,
            "4": says({}, "404 Not Found"),
            "5": says(raw=b'{"order": '),
            "6": hangs_up,
            "9": ORDER,
        }.get(order, never)


@dataclass
class Desk:
    """A house whose callers are asked for an order, and the service that knows it."""

    house: House
    service: Service
    watch: Watch
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder, service = tmp_path_factory.mktemp("lookups"), Service()
    site = folder / "site"
    shutil.copytree(demo_site(), site)
    served = "".join(f"{number}: {flow}\n" for flow, number in NUMBERS.items())
    (site / "numbers.yaml").write_text("1000: main\n" + served, "utf-8")
    async with service.listening():
        for name, words in FLOWS.items():
            (site / "flows" / f"{name}.yaml").write_text(flow_of(words | {"PORT": str(service.port)}), "utf-8")
        settings = settings_in(folder / "home", site=site)
        house = House(settings, load_site(site), toolbox)
        house.engine = EngineProcess(settings, environment={"IVR_LOOKUP_KEY": KEY})
        async with house, Database(settings.database) as database:
            yield Desk(house, service, Watch(database), folder)


async def ask(desk: Desk, order: str, flow: str = "order", *, hang_up: bool = False) -> tuple[Call, Path]:
    """A caller asks for an order; the call, and what he has heard."""
    number = f"1390000000{order}"
    async with desk.house.caller(number, keep=desk.folder / order) as caller:
        assert isinstance(await caller.call(NUMBERS[flow], within=20), Established)
        await desk.watch.heard(number, "enter-number")
        if flow == "pin":
            await enter_pin(desk, caller)
        await caller.send_digits(order)
        if hang_up:
            async with asyncio.timeout(20):
                while not desk.service.asked_for(order):
                    await asyncio.sleep(0.05)
            await caller.hangup()
        else:
            await caller.wait_for(Closed, within=40)
        heard = Path(shutil.copy(await caller.heard(), desk.folder / f"{order}.wav"))
        return await desk.watch.ended(number), heard


async def enter_pin(desk: Desk, caller: Softphone) -> None:
    """Anew when a key was lost, as a loaded machine does now and then."""
    for tries in range(1, 4):
        await caller.send_digits(PIN)
        call = await desk.watch.until(
            caller.account.user,
            "the end of the entry",
            lambda call, tries=tries: (  # type: ignore[misc]
                sum(step.event in {"digits", "invalid", "timeout"} for step in call.steps) >= tries
            ),
            within=20,
        )
        if any(step.event == "digits" for step in call.steps):
            await desk.watch.heard(caller.account.user, "enter-number", times=tries + 1)
            return


async def test_callers_hear_what_the_service_makes_of_their_order(desk: Desk) -> None:
    expected = {"1": GOOD, "2": GOOD, "3": GOOD, "4": GONE, "5": WRONG, "6": WRONG}
    asked = await asyncio.gather(
        *(ask(desk, order) for order in expected), ask(desk, "7", "impatient"), ask(desk, "8", hang_up=True)
    )
    (left, _) = asked.pop()
    expected["7"] = WRONG
    looked = {}
    for (order, said), (call, file) in zip(expected.items(), asked, strict=True):
        heard = {name for name in (GOOD, GONE, WRONG) if hears_prompt(file, prompt("zh-CN", name))}
        assert (order, heard, prompts_of(call)[-1]) == (order, {said}, said)
        looked[order] = next(step.detail for step in call.steps if step.event == "lookup")
    arrived = {order: len(desk.service.asked_for(order)) for order in "1234568"}
    assert arrived == {"1": 1, "2": 1, "3": 3, "4": 1, "5": 1, "6": 3, "8": 1}
    status = {order: (detail["status"], detail["tries"]) for order, detail in looked.items()}
    assert status == {
        "1": (200, 1), "2": (200, 1), "3": (200, 3), "4": (404, 1), "5": (200, 1), "6": (0, 3), "7": (0, 3),
    }  # fmt: skip
    assert looked["1"]["saved"] == ["status", "count"]
    assert [step.event for step in left.steps if step.step == "look"][-1] == "hangup"


async def test_secrets_reach_the_service_and_nothing_else(desk: Desk) -> None:
    call, _ = await ask(desk, "9", "pin")
    assert prompts_of(call)[-1] == GOOD
    head, _, body = desk.service.asked_for("9")[0].partition(b"\r\n\r\n")
    assert f"X-Api-Key: {KEY}".encode() in head.split(b"\r\n")
    assert json.loads(body) == {"pin": PIN, "caller": "13900000009"}
    files = contents(desk.folder)
    assert {"serve.log", "messages.log", "ivr.db", "cel.json"} <= {path.name for path in files}
    for path, data in files.items():
        assert KEY.encode() not in data, path
        assert PIN.encode() not in data, path


def contents(folder: Path) -> dict[Path, bytes]:
    """What the files in a folder hold, sounds left out; files come and go while it is read."""
    found = {}
    for where, _, names in os.walk(folder):
        for path in (Path(where, name) for name in names if not name.endswith((".wav", ".wav16"))):
            with contextlib.suppress(OSError):  # gone meanwhile, or a socket
                found[path] = path.read_bytes()
    return found
