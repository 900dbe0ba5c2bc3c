"""Every type of step on the real Asterisk: passed through, left in its middle by a caller who hangs up, and met with a
wrong key; dozens of callers at once. What they did is told in the journal, and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from ivr.call.steps import REGISTRY
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import read_wav
from ivr.storage import audit, calls
from ivr.storage.models import Call, Recording
from prompts.sounds import sound_path
from tests.integration.flows.conftest import SILENT, Exchange, lines_of
from tests.integration.hearing import parts

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

AT_ONCE = 32
WITHIN = 40.0  # seconds for a whole call
HANG_UP = "hang up"
ACT = re.compile(r"^(?P<step>[a-z]+):(?P<event>[a-z_]+)(#(?P<times>\d))?(\+(?P<delay>[\d.]+))? (?P<what>.+)$")


@dataclass(frozen=True)
class Case:
    """One call.

    Args:
        number: that is called.
        path: the steps entered after ``answer``, in order.
        acts: ``step:event#times+delay keys`` or ``... hang up``: what is done, and after what the journal has told.
        outcomes: of the call, one of them.
        told: events of the step ``it`` that must be told.
        alone: whose phone rings: one such call at a time.
    """

    name: str
    number: str
    path: str
    acts: Sequence[str] = ()
    outcomes: frozenset[str] = frozenset({"self_service"})
    told: frozenset[str] = frozenset()
    alone: str = ""

    @property
    def hangs_up(self) -> bool:
        """Whether the caller ends it."""
        return any(act.endswith(HANG_UP) for act in self.acts)

    @property
    def ended_by(self) -> str:
        """Who hung up first: the agent, where there is one."""
        return "agent" if self.alone else "system"


def case(
    name: str, number: str, path: str, *acts: str, told: str = "", alone: str = "", outcome: str = "self_service"
) -> Case:
    """A case; in words apart by blanks where there may be several."""
    return Case(name, number, path, acts, frozenset(outcome.split()), frozenset(told.split()), alone)


PASSED = [
    case("answer", "4001", "it tone bye"),
    case("play", "4002", "it bye"),
    case("say", "4003", "it bye", told="said"),
    case("greeting", "4004", "it bye"),
    case("menu", "4005", "it bye", "it:prompt 1", told="key"),
    case("collect", "4006", "it bye", "it:prompt 204", told="digits"),
    case("language", "4007", "it bye", "it:prompt 2", told="key"),
    case("hours", "4008", "it tone bye", told="open"),
    case("hours at a break", "4108", "it tone bye", told="break", outcome="closed"),
    case("lookup", "4009", "it told bye", told="lookup"),
    case("lookup not found", "4109", "it told bye", told="lookup"),
    case("set", "4010", "it tone bye"),
    case("branch", "4011", "set it tone bye"),
    case("queue", "4012", "it bye", told="join leave", alone="queue", outcome="answered"),
    case("callback", "4013", "it bye", "it:prompt 1", told="noted", outcome="callback"),
    case("transfer", "4014", "it bye", told="dial leave", alone="hand", outcome="answered"),
    case("voicemail", "4015", "it bye", "it:record+1.2 #", "it:leave 1", told="record leave key", outcome="voicemail"),
    case("record", "4016", "it bye", "it:record+1.2 #", "it:leave 1", told="record leave key"),
    case("survey", "4017", "it bye", "it:prompt 5", "it:key 1", told="asked key"),
    case(
        "survey after the talk",
        "4117",
        "talk it bye",
        "it:prompt 5",
        told="asked key",
        alone="poll",
        outcome="answered",
    ),
    case("subflow", "4018", "it ask done bye", "ask:prompt 1"),
    case("hangup", "4019", "it"),
]
LEFT = [
    case("answer", "4001", "it", "it:enter hang up"),
    case("play", "4002", "it", "it:prompt#2 hang up"),
    case("say", "4003", "it", "it:said hang up"),
    case("greeting", "4004", "it", "it:prompt#2 hang up"),
    case("menu", "4005", "it", "it:prompt hang up"),
    case("collect", "4006", "it", "it:prompt 2", "it:prompt+0.6 hang up"),
    case("language", "4007", "it", "it:prompt hang up"),
    case("hours", "4008", "it", "it:enter hang up"),
    case("lookup", "4009", "it", "it:enter hang up"),
    case("set", "4010", "it", "it:enter hang up"),
    case("branch", "4011", "set it", "it:enter hang up"),
    case("queue", "4112", "it", "it:join+0.5 hang up", told="join", outcome="abandoned"),
    case("callback", "4013", "it", "it:prompt hang up"),
    case("transfer", "4114", "it", "it:dial+1.0 hang up", told="dial", outcome="abandoned"),
    case("voicemail", "4015", "it", "it:record+1.2 hang up", told="record", outcome="voicemail"),
    case("record", "4016", "it", "it:record+1.2 hang up", told="record"),
    case("survey", "4017", "it", "it:prompt 5", "it:key hang up", told="asked key"),
    case("subflow", "4018", "it ask", "ask:prompt hang up"),
    case("hangup", "4019", "it", "it:prompt hang up"),
]
WRONG = [
    case("answer", "4001", "it tone bye", "it:enter 9"),
    case("play", "4002", "it bye", "it:prompt 9"),
    case("say", "4003", "it bye", "it:said 9", told="said"),
    case("greeting", "4004", "it bye", "it:prompt#2 5"),
    case("menu", "4005", "it bye", "it:prompt 9", "it:invalid 1", told="invalid key"),
    case("menu to the end", "4005", "it", "it:prompt 9", "it:invalid 8", told="invalid failure"),
    case("collect", "4006", "it bye", "it:prompt 2#", "it:invalid 204", told="invalid digits"),
    case("language", "4007", "it bye", "it:prompt 9", "it:invalid 2", told="invalid key"),
    case("hours", "4008", "it tone bye", "it:enter 9", told="open"),
    case("lookup", "4009", "it told bye", "it:enter 9", told="lookup"),
    case("set", "4010", "it tone bye", "it:enter 9"),
    case("branch", "4011", "set it tone bye", "it:enter 9"),
    case("queue", "4112", "it bye", "it:join+0.5 9", "it:join+1.5 2", told="join key"),
    case("callback", "4013", "it bye", "it:prompt 9", "it:invalid 1", told="invalid noted", outcome="callback"),
    case("transfer", "4014", "it bye", "it:prompt 9", "it:dial+0.5 9",
         told="dial leave", alone="hand", outcome="answered"),
    case("voicemail", "4015", "it bye", "it:record+0.8 5", "it:record+1.6 #", "it:leave 9", "it:prompt#4 1",
         told="invalid key", outcome="voicemail"),
    case("record", "4016", "it bye", "it:record+0.8 5", "it:record+1.6 #", "it:leave 9", "it:prompt#4 1",
         told="invalid key"),
    case("survey", "4017", "it bye", "it:prompt 9", "it:invalid 4", "it:asked#2 9", "it:invalid#2 2",
         told="invalid key"),
    case("subflow", "4018", "it ask done bye", "ask:prompt 9", "ask:invalid 1"),
    case("hangup", "4019", "it", "it:prompt 9"),
]  # fmt: skip
GROUPS = {"through": PASSED, "left": LEFT, "wrong key": WRONG}
CASES = {f"{one.name}, {group}": one for group, cases in GROUPS.items() for one in cases}


async def make(exchange: Exchange, one: Case) -> str:
    """Make one call; the caller's number, when it is over."""
    async with exchange.caller() as caller:
        exchange.pacer.callers.add(caller)
        story = exchange.feed.story(caller.number)
        try:
            async with asyncio.timeout(WITHIN):
                assert await caller.call(one.number) == 200, one.name
                for act in one.acts:
                    found = ACT.match(act)
                    assert found is not None, act
                    times = int(found["times"] or 1)
                    await exchange.feed.until(caller.number, found["step"], found["event"], times, within=WITHIN)
                    await asyncio.sleep(float(found["delay"] or 0))
                    if found["what"] == HANG_UP:
                        await caller.hang_up()
                    else:
                        caller.press(found["what"])
                await caller.over.wait()
        except TimeoutError:
            raise AssertionError(f"{one.name}: not over within {WITHIN} s; told: {story.told}") from None
        finally:
            exchange.pacer.callers.discard(caller)
    return caller.number


async def settled(exchange: Exchange) -> dict[str, Call]:
    """All calls by the caller's number, once they are over and none of their recordings is open."""
    try:
        async with asyncio.timeout(20):
            while True:
                async with exchange.database.read() as session:
                    under_way = await session.scalar(select(func.count(Call.id)).where(Call.ended_at.is_(None)))
                    still_open = await session.scalar(select(func.count(Recording.id)).where(Recording.state == "open"))
                    if not under_way and not still_open:
                        return {call.caller: call for call in await calls.list_calls(session, limit=200)}
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise AssertionError(f"calls not over: {under_way}, recordings open: {still_open}") from None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(exchange: Exchange) -> dict[str, Call | BaseException]:
    """All calls, made at once and over; what went wrong with one is in its place."""
    room, locks = asyncio.Semaphore(AT_ONCE), {one.alone: asyncio.Lock() for one in CASES.values()}

    async def go(one: Case) -> str:
        if not one.alone:
            async with room:
                return await make(exchange, one)
        async with locks[one.alone], room:
            return await make(exchange, one)

    # those that take longest first
    order = sorted(CASES, key=lambda name: (not CASES[name].alone, "greeting" not in name))
    found = await asyncio.gather(*(go(CASES[name]) for name in order), return_exceptions=True)
    over = await settled(exchange)
    return {name: one if isinstance(one, BaseException) else over[one] for name, one in zip(order, found, strict=True)}


@pytest.mark.parametrize("name", CASES)
async def test_a_call(made: dict[str, Call | BaseException], name: str) -> None:
    one, call = CASES[name], made[name]
    if isinstance(call, BaseException):
        raise call
    entered = [step.step for step in call.steps if step.event == "enter"]
    events = {step.event for step in call.steps if step.step == "it"}
    path = ["answer", *one.path.split()]
    assert call.route == "engine"
    assert one.told <= events
    if one.hangs_up:  # a step that takes no time is over before he is gone
        assert (entered[: len(path)], call.hung_up_by) == (path, "caller")
        assert len(entered) <= len(path) + 1
    else:
        assert (entered, call.hung_up_by) == (path, one.ended_by)
    assert call.outcome in one.outcomes
    assert {leg.ended_at is None for leg in call.legs} == {False}
    roles = [recording.role for recording in call.recordings]
    assert roles.count("caller") == 1
    assert {recording.state for recording in call.recordings} == {"closed"}
    assert all(recording.frames for recording in call.recordings)
    assert ("statement" in roles, "voicemail" in roles) == ("record" in name, "voicemail" in name)


async def test_nothing_is_left_behind(made: dict[str, Call | BaseException], exchange: Exchange) -> None:
    assert len(made) == len(PASSED) + len(LEFT) + len(WRONG)
    types = {step.kind for call in made.values() if isinstance(call, Call) for step in call.steps}
    assert types >= set(REGISTRY)
    shown = await asyncio.to_thread(exchange.house.asterisk.run_cli, "core show channels count")
    assert "0 active channels" in shown
    levels = ('"level": "error"', '"level": "critical"')
    logs = exchange.house.settings.logs
    assert [line for line in lines_of(logs / "serve.log") if any(level in line for level in levels)] == []
    assert [line for line in lines_of(logs / "serve.out") if "Traceback" in line] == []


async def test_hours_are_closed_from_an_agents_phone_and_stay_so_over_a_restart(exchange: Exchange) -> None:
    phone, gate = exchange.phones[SILENT], case("hours", "4008", "")
    assert says(await dial(phone, "*281"), "hours-closed")
    await exchange.house.engine.stop()
    await exchange.house.engine.start()
    number = await make(exchange, gate)
    call = (await settled(exchange))[number]
    (told,) = [step for step in call.steps if step.step == "it" and step.event != "enter"]
    assert (told.event, told.detail["why"]) == ("closed", "switched")
    assert (call.outcome, [step.step for step in call.steps if step.event == "enter"]) == (
        "closed",
        ["answer", "it", "bye"],
    )
    assert says(await dial(phone, "*281"), "hours-scheduled")
    number = await make(exchange, gate)
    assert [event for step, event in exchange.feed.story(number).told if step == "it"] == ["enter", "open"]
    async with exchange.database.read() as session:
        acts = await audit.list_rows(session, objects=["hours:always"])
    assert [(act.actor, act.action) for act in acts] == [(SILENT, "hours.auto"), (SILENT, "hours.close")]


async def dial(phone: Softphone, code: str) -> Path:
    """What is heard on a phone that dials a code."""
    assert isinstance(await phone.call(code, within=20), Established)
    await phone.wait_for(Closed, within=20)
    return await phone.heard()


def says(heard: Path, prompt: str) -> bool:
    """Whether most of a prompt is heard."""
    recording = read_wav(heard)
    loud = [part for _, part in parts(sound_path("zh-CN", prompt), 0.3) if abs(part.samples.astype(float)).max() > 1000]
    return sum(find_sound(part, recording).correlation > 0.8 for part in loud) > 0.6 * len(loud)
