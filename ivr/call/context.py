"""One call under way: everything a step may look at or change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dialplan.model import Accessible, Language, Site
from ivr.call.channel import ALL_KEYS, Channel, Heard
from ivr.call.recorder.port import NoRecorder, Recorder
from ivr.call.services import NoServices, NoSwitches, Services, Switches
from ivr.call.waiting import Callbacks, Floor, NoCallbacks, NoFloor
from ivr.core.clock import Clock
from ivr.journal.facts import Outcome as CallOutcome
from prompts.book import PromptBook, pack

HUMAN = "0"


class HumanWanted(Exception):  # noqa: N818
    """A caller of the accessible profile has pressed 0, which leads to a human from everywhere in the flow."""


class Trace(Protocol):
    """Where steps tell what happened; never the digits of a secret input."""

    def step(self, step: str, kind: str, event: str, detail: Mapping[str, Any]) -> None:
        """Tell one event of one step."""
        ...

    def language(self, language: Language) -> None:
        """Tell which language was chosen."""
        ...

    def refused(self) -> None:
        """Tell that the caller does not want to be recorded."""
        ...

    def turned_away(self, queue: str, status: str) -> None:
        """Tell that the caller was not let into a queue, and why, as QUEUESTATUS has it."""
        ...

    def outcome(self, outcome: CallOutcome) -> None:
        """Tell what the call came to, as far as the flow knows."""
        ...

    def answered(self, question: str, answer: str) -> None:
        """Tell what the caller answered to a question of a survey."""
        ...


@dataclass(slots=True)
class CallContext:
    """One call under way.

    Args:
        linkedid: id of the call.
        site: the site the call began with; it does not change under a call.
        flow: name of the flow.
        channel: the caller's channel.
        trace: where steps tell what happened.
        clock: the time.
        language: language of the prompts, the site's first until chosen.
        recorder: the call's recording.
        uniqueid, caller, number: of the caller's channel, his own number, and the service number he called.
        version: of the site.
        waited: since when the caller has waited, and with what priority.
        floor: queues and agents now.
        callbacks: the callback desk.
        variables: what ``collect`` gathered; secret values are kept apart in ``secrets``.
        services: answers lookups.
        switches: business hours opened and closed by hand.
        book: texts and sounds of the prompts.
        stack: the flows around this one, outermost first: name, and the step that went into the next.
        chosen: whether the caller has chosen the language.
        accessible: whether he is served by the accessible profile.
        noticed: whether he has been told that the call is recorded.
        ahead: a key he has pressed before he was asked: what is said next is stopped by it, or it is lost.
        recorded: files of what he has said after the tone in the step under way, the newest last.
    """

    linkedid: str
    site: Site
    flow: str
    channel: Channel
    trace: Trace
    clock: Clock
    language: Language
    step: str = ""
    kind: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    recorder: Recorder = field(default_factory=NoRecorder)
    uniqueid: str = ""
    caller: str = ""
    number: str = ""
    version: str = ""
    waited: dict[str, str] = field(default_factory=dict)
    floor: Floor = field(default_factory=NoFloor)
    callbacks: Callbacks = field(default_factory=NoCallbacks)
    services: Services = field(default_factory=NoServices)
    switches: Switches = field(default_factory=NoSwitches)
    book: PromptBook = field(default_factory=pack)
    stack: list[tuple[str, str]] = field(default_factory=list)
    chosen: bool = False
    accessible: bool = False
    noticed: bool = False
    ahead: str = field(default="", repr=False)
    recorded: list[str] = field(default_factory=list)

    def tell(self, event: str, **detail: Any) -> None:
        """Tell one event of the current step."""
        self.trace.step(self.step, self.kind, event, detail | {"flow": self.flow} if self.stack else detail)

    async def say(self, prompts: Sequence[str], *, keys: str = "", stay: bool = False) -> Heard:
        """Play ``prompts`` in order until one is stopped by a key or the caller hangs up.

        Prompts that nobody may stop are played to their end. Digits and the like are not told: they may be a number.

        Args:
            prompts: ids of prompts, or names of Asterisk's sounds such as ``digits/7``.
            keys: those that stop what is said.
            stay: whether even a caller of the accessible profile must hear this before 0 leads him away.

        Raises:
            HumanWanted: if such a caller presses 0, and it is none of ``keys``.
        """
        ahead, self.ahead = self.ahead, ""
        if ahead and ahead in keys and all(self.book.interruptible(self.language, one) for one in prompts[:1]):
            return Heard(ahead)
        for prompt in prompts:
            if "/" not in prompt:
                self.tell("prompt", prompt=prompt, language=self.language)
            heard = await self.play(prompt, keys=keys, stay=stay)
            if heard.key or heard.hung_up:
                return heard
        return Heard()

    async def play(self, prompt: str, *, keys: str = "", stay: bool = False, language: Language | None = None) -> Heard:
        """Play one prompt as :meth:`say` does, and tell nothing of it.

        Args:
            language: of the prompt, where it is not the call's.
        """
        listened = keys if stay or HUMAN in keys or not self.human_at_hand else keys + HUMAN
        free = self.book.interruptible(language or self.language, prompt)
        heard = await self.channel.play(prompt, keys=listened if free else "", slow=self.accessible)
        if heard.key not in keys:
            self.human_if_wanted(heard.key)
        return heard

    @property
    def skip_keys(self) -> str:
        """The keys that skip what is said: all but one that leads to a human."""
        return ALL_KEYS.replace(HUMAN, "") if self.human_at_hand else ALL_KEYS

    @property
    def human_at_hand(self) -> bool:
        """Whether key 0 leads the caller to a human."""
        flows = self.site.flows
        return self.accessible and any(
            flow in flows and flows[flow].human for flow in (self.flow, *(flow for flow, _ in self.stack))
        )

    def human_if_wanted(self, key: str) -> None:
        """Leave the step if ``key``, which means nothing in it, leads to a human.

        Raises:
            HumanWanted: then.
        """
        if key == HUMAN and self.human_at_hand:
            raise HumanWanted

    def patience(self, seconds: float) -> float:
        """How long the caller is waited for: longer by the accessible profile, but no longer than the site allows."""
        if not self.accessible:
            return seconds
        profile = self.site.accessible or Accessible()
        return max(seconds, min(seconds * profile.patience, float(self.site.patience)))

    async def choose_language(self, language: Language) -> None:
        """Speak ``language`` to the end of the call."""
        self.language, self.chosen = language, True
        await self.channel.set_language(language)
        self.trace.language(language)
