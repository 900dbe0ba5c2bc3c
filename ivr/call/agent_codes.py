"""The codes an agent dials on his own phone: log in and out, pause, callers waiting, outcome of the last talk, and
business hours opened and closed by hand.

The dialplan asks (context ``ivr-agent-codes``): which agent, by the account of his phone; which code; which digits
after it. Whatever was asked for, the line tells back how he stands now. As with callers, ``IVR_DONE=1`` is the last
act: without it the dialplan logs him in or out by itself, and says of all else that it failed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialplan.model import Agent, Site
from dialplan.staffing import NO_ANSWER, outcome_of, reason_of, spoken_to
from ivr.agents.board import AgentBoard
from ivr.agents.desk import PHONE, AgentDesk, NoTalkError, NotLoggedInError, Standing
from ivr.agi import AgiRequest, AgiSession
from ivr.call.agi_channel import AgiChannel, Channels
from ivr.call.hours_desk import HoursDesk, NotAllowedError
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.log import get_logger
from prompts.numbers import cardinal

log = get_logger("agents")

# Seconds the queues may take before the dialplan goes on by itself; an engine that has ended is noticed at once.
LIMIT = 15


class AgentCodes:
    """Answers the dialplan's ``agent`` question.

    Args:
        site: the site in force.
        desk: does it.
        board: knows who is in wrap-up.
        clock: the time.
        hours: switches business hours.
        channels: makes the agent's channel.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        desk: AgentDesk,
        board: AgentBoard,
        clock: Clock,
        hours: HoursDesk,
        channels: Channels = AgiChannel,
    ) -> None:
        self._site = site
        self._desk = desk
        self._board = board
        self._clock = clock
        self._hours = hours
        self._channels = channels

    async def handle(self, request: AgiRequest, session: AgiSession) -> None:
        """Do what a code asks for and say what came of it.

        Raises:
            IvrError: if Asterisk or the database cannot be asked; the dialplan goes on by itself.
        """
        name, code, digits = (*request.args, "", "", "")[:3]
        site = self._site()
        agent = site.agents.get(name)
        if agent is None:
            raise UsageError(f"no agent {name!r:.60}", cure="ivr asterisk render")
        language = spoken_to(agent, site.languages)
        channel = self._channels(session, language)
        await session.set_autohangup(LIMIT)
        await channel.set_language(language)
        prompts = await self._do(name, agent, code, digits)
        log.info("agent's code", agent=name, code=code, digits=digits, said=prompts[0])
        # From here on it is done: a phone that hangs up meanwhile must not have it done again.
        await channel.set_variables({"IVR_DONE": "1"})
        for prompt in prompts:
            if (await channel.play(prompt)).hung_up:
                break

    async def _do(self, name: str, agent: Agent, code: str, digits: str) -> list[str]:
        """The prompts that say what came of it."""
        match code:
            case "45":
                return await self._log_in_or_out(name, digits)
            case "46":
                return await self._pause(name, digits)
            case "47":
                return await self._state(name, agent)
            case "48":
                return await self._outcome(name, digits)
            case "28":
                return await self._switch_hours(name, digits)
        return ["agent-no-such-code"]

    async def _log_in_or_out(self, name: str, digits: str) -> list[str]:
        queue = next((queue for queue, line in self._site().queues.items() if digits and line.extension == digits), "")
        if digits and not queue:
            return ["agent-no-such-code"]
        try:
            standing = await self._desk.toggle(name, queue, by=PHONE)
        except UsageError:  # not a queue of his, or he has none
            return ["agent-no-such-code" if digits else "agent-failed"]
        came_in = queue in standing.queues if queue else standing.logged_in
        said = "agent-logged-in" if came_in else "agent-logged-off"
        return [said, self._word(name, standing)] if came_in and standing.paused else [said]

    async def _pause(self, name: str, digits: str) -> list[str]:
        reason = reason_of(self._site().staffing, digits) if digits else ""
        if reason is None:
            return ["agent-no-such-code"]
        try:
            act = self._desk.pause(name, reason, by=PHONE) if reason else self._desk.unpause(name, by=PHONE)
            return [self._word(name, await act)]
        except NotLoggedInError:
            return ["agent-not-logged-in"]

    async def _state(self, name: str, agent: Agent) -> list[str]:
        standing = await self._desk.standing(name)
        count = await self._desk.waiting(name)
        if not count:
            return [self._word(name, standing), "agent-nobody-waiting"]
        language = spoken_to(agent, self._site().languages)
        return [self._word(name, standing), "agent-callers-waiting", *cardinal(language, count)]

    async def _outcome(self, name: str, digits: str) -> list[str]:
        outcome = outcome_of(self._site().staffing, digits)
        if outcome is None:
            return ["agent-no-such-code"]
        try:
            await self._desk.set_outcome(name, outcome, by=PHONE)
        except NoTalkError:
            return ["agent-no-talk"]
        return ["agent-outcome-kept"]

    async def _switch_hours(self, name: str, digits: str) -> list[str]:
        try:
            position = await self._hours.toggle(digits, name)
        except NotAllowedError:
            return ["agent-not-allowed"]
        except UsageError:
            return ["agent-no-such-code"]
        return [{"open": "hours-opened", "closed": "hours-closed", None: "hours-scheduled"}[position]]

    def _word(self, name: str, standing: Standing) -> str:
        """The prompt that says how an agent stands."""
        if not standing.logged_in:
            return "agent-not-logged-in"
        if standing.paused:
            return "agent-paused-no-answer" if standing.reason == NO_ANSWER else "agent-paused"
        wrapup: datetime | None = self._board[name].wrapup_until
        return "agent-in-wrapup" if wrapup is not None and self._clock.now() < wrapup else "agent-available"
