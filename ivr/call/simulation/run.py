"""Run a simulated call: the engine as it is, its caller's channel and the dialplan pretended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any, Self

from dialplan.loading import load_site
from dialplan.model import CallerList, Collect, Language, Site
from ivr.agi import AgiRequest, AgiSession
from ivr.call.context import CallContext
from ivr.call.engine import Engine
from ivr.call.fake import TIMEOUT, Caller, FakeChannel, Happening, ScriptedCaller
from ivr.call.services import NoSwitches
from ivr.call.simulation.dialplan import Ran, after
from ivr.call.simulation.outcome import outcome_of
from ivr.call.simulation.plan import Plan
from ivr.call.simulation.story import Item, Story, Visit
from ivr.call.simulation.world import Choose, Memory, Replies, SimulatedDesk, SimulatedFloor, StubServices
from ivr.call.sites import SiteBook
from ivr.call.versions import Edition
from ivr.core.clock import FixedClock
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.journal.facts import Fact, StepFact
from prompts.book import PromptBook, pack

# How often the dialplan may ask the engine in one call; a flow in a ring through handovers ends here.
MOST_TURNS = 200
# Seconds a character of a prompt without a sound takes, and the least it takes.
_PER_CHARACTER = {"zh-CN": 0.22, "ko-KR": 0.17, "en-US": 0.065}
_LEAST = 0.5
_HIDDEN = "•"
_ID = "1.0"

Tell = Callable[[Visit, Item | None], None]


class TurnsError(UsageError):
    """The call goes round and round through queues and messages."""


class Simulator:
    """Simulates calls to a site.

    Args:
        site: the site.
        book: its prompts; the pack's when not given.
    """

    def __init__(self, site: Site, book: PromptBook | None = None) -> None:
        self.site = site
        self.book = book or pack()
        self._sites = SiteBook(Edition.of(site, book=book))
        self._accessible: dict[str, SiteBook] = {}
        self._lasts: dict[tuple[str, str], float] = {}

    @classmethod
    def of_site(cls, folder: Path) -> Self:
        """Of the site in a folder, with its own prompts.

        Raises:
            SiteError: with every problem of the site or of its prompts.
        """
        site = load_site(folder)
        return cls(site, PromptBook.of_site(folder, dict(site.company.items())))

    async def call(
        self, plan: Plan, caller: Caller | None = None, tell: Tell | None = None, choose: Choose | None = None
    ) -> Story:
        """Simulate one call.

        Args:
            plan: who calls when, and how the world answers.
            caller: what the caller does; silent to the end when not given.
            tell: told of each step when it begins (with None), and of all that happens in it.
            choose: asked what becomes of him where the plan does not say.

        Raises:
            UsageError: if the number is routed nowhere.
        """
        if plan.to not in self.site.numbers:
            raise UsageError(
                Text(f"number {plan.to!r:.40} is routed nowhere", f"号码 {plan.to!r:.40} 未配置流程"),
                cure=Text(f"one of {', '.join(self.site.numbers)}", f"可用号码：{'、'.join(self.site.numbers)}"),
            )
        sites = self._served_accessibly(plan.caller) if plan.accessible else self._sites
        run = _Run(self, sites, plan, caller or ScriptedCaller((), TIMEOUT), tell, choose)
        return await run.to_its_end()

    def _served_accessibly(self, caller: str) -> SiteBook:
        """The site with the caller on a list of those who need more time."""
        if caller not in self._accessible:
            served = CallerList.model_construct(priority=0, numbers=[caller], accessible=True)  # he may withhold it
            callers = {**self.site.callers, "simulated": served}
            self._accessible = {
                caller: SiteBook(Edition.of(self.site.model_copy(update={"callers": callers}), book=self.book))
            }
        return self._accessible[caller]

    def seconds(self, language: Language | None, prompt: str, slow: bool) -> float:
        """How long a prompt lasts; guessed by its text where there is no sound."""
        spoken = language or self.site.languages[0]
        if (spoken, prompt) not in self._lasts:
            self._lasts[spoken, prompt] = self._measured(spoken, prompt)
        profile = self.site.accessible
        return self._lasts[spoken, prompt] / (profile.speed if slow and profile else 1.0)

    def _measured(self, language: Language, prompt: str) -> float:
        try:
            return self.book.seconds(language, prompt)
        except (SetupError, UsageError):
            found = self.book.find(language, prompt)
            return max(_LEAST, len(found.text) * _PER_CHARACTER[language]) if found else 0.0


class _Engine(Engine):
    """The engine; its last call can be looked at."""

    current: CallContext | None = None

    def _context(self, *args: Any, **kwargs: Any) -> CallContext:
        self.current = super()._context(*args, **kwargs)
        return self.current


class _Run:
    """One call."""

    def __init__(
        self,
        simulator: Simulator,
        sites: SiteBook,
        plan: Plan,
        caller: Caller,
        tell: Tell | None,
        choose: Choose | None,
    ) -> None:
        self._book = simulator.book
        self._site = sites.site
        self._plan = plan
        self._tell = tell
        self._story = Story(flow=self._site.numbers[plan.to], language=self._site.languages[0])
        clock = FixedClock(plan.at.astimezone(UTC))
        self._channel = FakeChannel(caller=caller, clock=clock, seconds=simulator.seconds, tell=self._happened)
        self._channel.language = self._site.languages[0]
        self._memory = Memory()
        self._replies = Replies(plan.replies, self._where, choose)
        self._services = StubServices(plan.lookups, self._where, self._channel, partial(self._item, "lookup"))
        self._engine = _Engine(
            sites,
            self,
            self._memory,
            clock,
            floor=SimulatedFloor(self._site, self._replies),
            callbacks=SimulatedDesk(self._replies),
            services=self._services,
            switches=NoSwitches(plan.switches),
            channels=self._channel_of,
        )

    async def to_its_end(self) -> Story:
        """All its turns."""
        story = self._story
        try:
            await self._turns()
        except Exception as error:  # whatever the engine meets, the dialplan takes the caller on
            story.ended, story.problem, story.error = "emergency", _why(error), error
        call = self._engine.current
        if call is not None:
            story.language, story.variables = call.language, dict(call.variables)
        story.seconds = self._channel.at
        story.recorded = self._channel.recorded
        story.longest_silence = self._channel.silences.longest
        story.unanswered = self._services.unanswered
        story.outcome = outcome_of(story)
        return story

    async def _turns(self) -> None:
        ran, kept = Ran(), dict[str, str]()  # channel variables stay from one turn to the next
        for _ in range(MOST_TURNS):
            await self._engine.handle(self._request(ran), _NO_SESSION)
            answer, self._channel.variables = self._channel.variables, {}
            if self._channel.hung_up:
                self._story.ended = "caller"
                return
            if answer.get("IVR_DONE") != "1":
                raise UsageError("the engine gave no answer")
            if answer["IVR_NEXT"] == "hangup":
                return
            kept |= answer
            ran = after(kept, self._replies, ran)
            self._item("handover", ran.detail)
            if ran.seconds:  # music, ringing, or his own words
                self._channel.silences.ends()
            self._channel.pass_time(ran.seconds)
            if ran.hung_up:
                self._story.ended = "caller"
                return
            if ran.emergency:
                self._story.ended = "emergency"
                self._story.problem = str(Text("the message could not be written", "留言无法保存"))
                return
        raise TurnsError(
            Text(f"{MOST_TURNS} handovers without an end", f"转接 {MOST_TURNS} 次仍未结束"), cure="ivr dialplan check"
        )

    def _request(self, ran: Ran) -> AgiRequest:
        return AgiRequest(
            script="call",
            args=(self._plan.to, ran.token, ran.verb, ran.status, ran.key, ran.queue, ran.kept),
            query={"linkedid": _ID},
            channel="PJSIP/simulated-00000001",
            uniqueid=_ID,
            caller_number=self._plan.caller,
        )

    def put(self, fact: Fact) -> None:
        """Take what the journal would be told."""
        self._story.facts.append(fact)
        if not isinstance(fact, StepFact):
            return
        if fact.event == "enter":
            flow, _ = self._where()
            visit = Visit(flow, fact.step, fact.kind, self._channel.at)
            self._story.visits.append(visit)
            if self._tell is not None:
                self._tell(visit, None)
        elif fact.event != "prompt":
            self._item("event", {"event": fact.event, **{k: v for k, v in fact.detail.items() if k != "flow"}})

    def _where(self) -> tuple[str, str]:
        call = self._engine.current
        return (call.flow, call.step) if call is not None else (self._story.flow, "")

    def _channel_of(self, session: AgiSession, language: Language) -> FakeChannel:
        return self._channel

    def _happened(self, happening: Happening) -> None:
        if happening.kind in {"answer", "pause"} and not happening.hung_up:
            return
        detail: dict[str, Any] = {"seconds": round(happening.seconds, 2)}
        if happening.kind in {"sound", "recording"}:
            language = happening.language or self._site.languages[0]
            found = self._book.find(language, happening.prompt)
            detail |= {"prompt": happening.prompt, "language": language, "text": found.text if found else ""}
            if found is None and happening.kind == "sound":
                detail["missing"] = True
            if happening.slow:
                detail["slow"] = True
        if happening.key:
            detail["key"] = _HIDDEN if self._secret() else happening.key
        if happening.hung_up:
            detail["hung_up"] = True
        what = happening.kind if happening.kind in {"sound", "recording"} else "wait"
        self._item(what, detail)

    def _item(self, what: Any, detail: Mapping[str, Any]) -> None:
        if not self._story.visits:
            return
        item = Item(what, self._channel.at, detail)
        visit = self._story.visits[-1]
        visit.items.append(item)
        if self._tell is not None:
            self._tell(visit, item)

    def _secret(self) -> bool:
        flow, name = self._where()
        step = self._site.flows[flow].steps.get(name)
        return isinstance(step, Collect) and step.secret


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


_NO_SESSION = AgiSession.__new__(AgiSession)  # never spoken to: the channel is ours

__all__ = ["MOST_TURNS", "Simulator", "TurnsError"]
