"""Runs the demo's calls: callers who listen before they press, agents who answer as their part says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar, get_args
from urllib.parse import unquote

from ivr.agents import LOG_IN
from ivr.core.errors import TelephonyError
from ivr.core.language import Text
from ivr.demo.compare import Deviation
from ivr.demo.house import House
from ivr.demo.listen import missed
from ivr.demo.parts import PARTS, Milestone, Part
from ivr.demo.speech import Line, load_lines
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, Incoming

T = TypeVar("T")
Tell = Callable[[int, Text], None]

KOREAN = "3"
SOON = 90.0  # seconds within which the next thing must happen
# Seconds in the queue after which a caller has had music and his position.
WAITED = 9.0


class Director:
    """Five callers and two agents.

    Args:
        house: where they call.
        watch: the calls' stories as they are written.
        tell: hears what each caller (by id; 0 for agents) does.
    """

    def __init__(self, house: House, watch: Watch, tell: Tell) -> None:
        self._house = house
        self._watch = watch
        self._tell = tell
        self._lines = load_lines()
        self._parts = {part.caller: part for part in PARTS}
        self._connected: dict[int, asyncio.Future[Softphone]] = {}
        self._missed: list[Deviation] = []
        self._come = {(part.id, what): asyncio.Event() for part in PARTS for what in get_args(get_args(Milestone)[1])}

    async def run(self) -> list[Deviation]:
        """Make all calls; returns what callers should have heard and did not.

        Raises:
            TelephonyError: if a call does not go as its part says.
        """
        loop = asyncio.get_running_loop()
        self._connected = {part.id: loop.create_future() for part in PARTS}
        async with AsyncExitStack() as stack:
            agents: list[Softphone] = []
            for agent_id in sorted(self._house.site.agents):
                agent = await stack.enter_async_context(self._house.agent(agent_id))
                await self._log_in(agent)
                agents.append(agent)
            loops = [asyncio.create_task(self._work(agent)) for agent in agents]
            stack.push_async_callback(_end, loops)
            first, second, third, fourth, fifth = PARTS
            calls = self._talked(first), self._talked(second), self._abandoned(third), self._message(fourth)
            await self._all(loops, *calls, self._talked(fifth))
        return self._missed

    async def _all(self, loops: list[asyncio.Task[None]], *calls: object) -> None:
        """Run calls side by side; the first failure, of a call or an agent, ends all."""
        tasks = [asyncio.ensure_future(call) for call in calls]  # type: ignore[call-overload]
        try:
            pending = {*tasks, *loops}
            while any(task in pending for task in tasks):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            await _end(tasks)

    # Agents

    async def _log_in(self, agent: Softphone) -> None:
        """Dial *45 and hear that it worked."""
        outcome = await agent.call(LOG_IN, within=15)
        if not isinstance(outcome, Established):
            raise TelephonyError(f"agent {agent.account.user} could not dial {LOG_IN}")
        await agent.wait_for(Closed, within=15)
        shown = await asyncio.to_thread(self._house.asterisk.run_cli, "queue show")
        user = agent.account.user
        if f"PJSIP/{user}" not in shown:
            raise TelephonyError(f"agent {user} dialled {LOG_IN} but is not logged in", cure="see Asterisk's log")
        self._tell(0, Text(f"agent {user} has logged in (*45)", f"坐席 {user} 已签入（*45）"))

    async def _work(self, agent: Softphone) -> None:
        """Take calls, one after the other, for as long as the demo lasts."""
        while True:
            try:
                incoming = await agent.wait_for(Incoming, within=300)
            except TelephonyError:
                continue
            part = self._part_of(incoming)
            await asyncio.sleep(part.rings)
            with contextlib.suppress(TelephonyError):  # the caller may have given up meanwhile
                await agent.accept()
                await agent.wait_for(Established, within=10)
                self._tell(part.id, Text(f"talks to agent {agent.account.user}", f"与坐席 {agent.account.user} 通话中"))
                self._connected[part.id].set_result(agent)
            while agent.in_call:  # noqa: ASYNC110 - the part that talks waits for the event itself
                await asyncio.sleep(0.2)

    def _part_of(self, incoming: Incoming) -> Part:
        number = unquote(incoming.peer.removeprefix("sip:").partition("@")[0])
        part = self._parts.get(number)
        if part is None:
            raise TelephonyError(f"an agent's phone rings for {number!r:.40}, whom nobody knows")
        return part

    # Callers

    async def _begin(self, part: Part) -> None:
        """Wait until it is this caller's turn to dial."""
        if part.begins is not None:
            await _soon(self._come[part.begins].wait(), f"caller {part.caller}'s turn to dial")
        await asyncio.sleep(part.after)

    async def _talked(self, part: Part) -> None:
        """A call that reaches an agent."""
        await self._begin(part)
        async with self._caller(part) as caller:
            await self._to_the_menu(part, caller)
            await self._press(part, caller, "1")
            await self._watch.waiting(part.caller)
            self._tell(part.id, Text("waits in the queue", "排队等候"))
            self._come[part.id, "waits"].set()
            waited = asyncio.get_running_loop().call_later(WAITED, self._come[part.id, "waited"].set)
            agent = await _soon(asyncio.shield(self._connected[part.id]), f"an agent for caller {part.caller}")
            waited.cancel()
            for turn in part.talk:
                await asyncio.sleep(turn.pause)
                phone, voice = (agent, part.agent_voice) if turn.by == "agent" else (caller, part.voice)
                for line in turn.lines:
                    await self._say(part, phone, f"{voice}-{line}")
            await asyncio.sleep(part.stays + 0.8)
            if part.outlasts is not None:
                await _soon(self._come[part.outlasts].wait(), f"the end of caller {part.caller}'s talk")
            await (agent if part.hangs_up == "agent" else caller).hangup()
            if part.hangs_up == "agent":
                await caller.wait_for(Closed, within=30)
            await self._over(part, caller)

    async def _abandoned(self, part: Part) -> None:
        """Silent once, a wrong key, then the right one; gives up while both agents talk to others."""
        await self._begin(part)
        async with self._caller(part) as caller:
            await self._to_the_menu(part, caller)
            self._tell(part.id, Text("says and presses nothing", "沉默，未按键"))
            await self._watch.heard(part.caller, "main-menu", times=2, within=40)
            await self._press(part, caller, "9")
            await self._watch.heard(part.caller, "main-menu", times=3, within=40)
            for talked in (1, 5):
                await _soon(asyncio.shield(self._connected[talked]), f"an agent for caller {talked}")
            await self._press(part, caller, "1")
            await self._watch.waiting(part.caller)
            self._tell(part.id, Text("waits in the queue", "排队等候"))
            await asyncio.sleep(part.stays)
            self._tell(part.id, Text("gives up", "放弃等候"))
            await caller.hangup()
            await self._over(part, caller)

    async def _message(self, part: Part) -> None:
        """A closed line: the caller leaves a message and hangs up."""
        await self._begin(part)
        async with self._caller(part) as caller:
            await self._call(part, caller)
            await self._watch.heard(part.caller, "voicemail-intro", within=60)
            await self._watch.until(
                part.caller, "the tone", lambda call: any(step.event == "record" for step in call.steps), within=30
            )
            self._tell(part.id, Text("leaves a message", "正在留言"))
            for turn in part.talk:
                await asyncio.sleep(turn.pause)
                for line in turn.lines:
                    await self._say(part, caller, f"{part.voice}-{line}")
            await asyncio.sleep(1.0)
            await caller.hangup()
            await self._over(part, caller)

    def _caller(self, part: Part) -> Softphone:
        """The caller's phone; what it hears is kept in the demo's home, to listen to when something was missed."""
        return self._house.caller(part.caller, keep=self._house.settings.home / "heard" / str(part.id))

    async def _call(self, part: Part, caller: Softphone) -> None:
        """Dial, be answered, choose Korean."""
        outcome = await caller.call(part.dials, within=20)
        if not isinstance(outcome, Established):
            raise TelephonyError(f"caller {part.caller}: {part.dials} did not answer")
        self._tell(part.id, Text(f"calls {part.dials}: language menu", f"拨打 {part.dials}：语言选择"))
        await self._watch.heard(part.caller, "language-offer-3")
        await asyncio.sleep(1.0)
        await self._press(part, caller, KOREAN)
        await self._watch.heard(part.caller, "recording-notice")
        self._tell(part.id, Text("hears greeting and recording notice", "听到问候与录音提示"))

    async def _to_the_menu(self, part: Part, caller: Softphone) -> None:
        await self._call(part, caller)
        await self._watch.heard(part.caller, "main-menu")
        self._tell(part.id, Text("hears the menu", "听主菜单"))

    async def _press(self, part: Part, caller: Softphone, key: str) -> None:
        await asyncio.sleep(0.8)
        if not await caller.send_digits(key):
            raise TelephonyError(f"caller {part.caller}: the call ended before key {key} was pressed")
        self._tell(part.id, Text(f"presses {key}", f"按 {key}"))

    async def _say(self, part: Part, phone: Softphone, line_id: str) -> None:
        line: Line = self._lines[line_id]
        spoken = await phone.say(Path(line.path))
        if not spoken.complete:
            raise TelephonyError(f"caller {part.caller}: the call ended before {line_id} was said")

    async def _over(self, part: Part, caller: Softphone) -> None:
        """The call is over: listen to what the caller's phone heard."""
        heard = await caller.heard()
        for name in await asyncio.to_thread(missed, heard, part.hears):
            text = Text(f"the caller did not hear {name}", f"来电者未听到 {name}")
            self._missed.append(Deviation(part.id, text))
        await self._watch.ended(part.caller)
        self._come[part.id, "over"].set()
        self._tell(part.id, Text("over", "已结束"))


async def _soon(what: Awaitable[T], name: str) -> T:
    """What comes of ``what`` within ``SOON`` seconds.

    Raises:
        TelephonyError: if it does not come; it is called ``name`` then.
    """
    try:
        async with asyncio.timeout(SOON):
            return await what
    except TimeoutError:
        raise TelephonyError(
            Text(f"not within {SOON:.0f} s: {name}", f"{SOON:.0f} 秒内未等到：{name}"),
            cure=Text(
                "is the machine very busy? see the logs in the demo's home", "机器是否过载？请查看演示目录中的日志"
            ),
        ) from None


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
