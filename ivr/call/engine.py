"""The engine's side of a call: asked by the dialplan, it runs the flow and says what comes next.

Every question is one short AGI call. The last act of a good answer is ``IVR_DONE=1``; whatever goes
wrong before that leaves it unset, and the dialplan takes the caller to the emergency route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dialplan.model import Callback, Enqueue, Language, Transfer
from ivr.agi import AgiRequest, AgiSession
from ivr.call.agi_channel import AgiChannel, Channels
from ivr.call.context import CallContext
from ivr.call.outcome import End, Handover, HungUp
from ivr.call.recorder.port import NoRecorder, Recorder
from ivr.call.runner import resume_flow, run_flow
from ivr.call.services import NoServices, NoSwitches, Services, Switches
from ivr.call.sites import SiteBook
from ivr.call.state import Remembered
from ivr.call.steps.callback import called_back
from ivr.call.trace import Journal, JournalTrace
from ivr.call.versions.edition import Edition
from ivr.call.waiting import Callbacks, Floor, NoCallbacks, NoFloor, is_accessible
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.ids import is_safe_id, new_token, safe_id
from ivr.core.log import get_logger
from ivr.journal.facts import CallOpened, QueueReturned
from ivr.storage.models import Callback as CallbackRow

log = get_logger("call")


class Continuations(Protocol):
    """Where calls are remembered while the dialplan works for them."""

    async def save(self, token: str, linkedid: str, state: Mapping[str, Any]) -> None:
        """Remember ``state`` under ``token``."""
        ...

    async def take(self, token: str) -> Mapping[str, Any] | None:
        """Give back what is remembered under ``token``, once."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """What the dialplan asks: the arguments of its AGI call.

    Args:
        number: the service number called, a constant of the site.
        token: names what the engine remembered, ``""`` for a new call.
        ran: what the dialplan ran since: ``queue``, ``transfer``, ``voicemail`` or ``record``.
        status: how that ended: QUEUESTATUS or KEY, DIALSTATUS, RECORD_STATUS.
        key: the key with which the caller left the queue.
        queue: the queue he was in; an agent may have handed him on to another than the flow's.
        file: what he has said after the tone, a file of the recordings folder.
    """

    number: str
    token: str = ""
    ran: str = ""
    status: str = ""
    key: str = ""
    queue: str = ""
    file: str = ""

    @classmethod
    def of(cls, request: AgiRequest) -> Question:
        """From the AGI arguments; missing ones are empty."""
        return cls(*(*request.args, *[""] * 7)[:7])


class Engine:
    """Answers the dialplan's questions.

    Args:
        sites: the site in force and the earlier ones.
        journal: where the call's story goes.
        continuations: where calls are remembered.
        clock: the time.
        recorder: of the calls; when none, nobody records them.
        floor: queues and agents now.
        callbacks: the callback desk.
        services: answers lookups.
        switches: business hours opened and closed by hand.
        channels: makes the caller's channel from the AGI session and the call's language.
    """

    def __init__(
        self,
        sites: SiteBook,
        journal: Journal,
        continuations: Continuations,
        clock: Clock,
        recorder: Recorder | None = None,
        floor: Floor | None = None,
        callbacks: Callbacks | None = None,
        services: Services | None = None,
        switches: Switches | None = None,
        channels: Channels = AgiChannel,
    ) -> None:
        self.recorder: Recorder = recorder or NoRecorder()
        self.floor: Floor = floor or NoFloor()
        self.callbacks: Callbacks = callbacks or NoCallbacks()
        self.services: Services = services or NoServices()
        self.switches: Switches = switches or NoSwitches()
        self.channels = channels
        self.sites = sites
        self.journal = journal
        self.continuations = continuations
        self.clock = clock

    async def handle(self, request: AgiRequest, session: AgiSession) -> None:
        """Handle one AGI call; an exception means the emergency route."""
        question = Question.of(request)
        linkedid = safe_id(request.linkedid or request.uniqueid)
        if question.ran == "callback" and not question.token:
            await self._called_back(linkedid, request, session)
        elif question.token:
            await self._resume(question, linkedid, request, session)
        else:
            await self._begin(question, linkedid, request, session)

    async def _begin(self, question: Question, linkedid: str, request: AgiRequest, session: AgiSession) -> None:
        edition = self.sites.for_number(question.number)
        site = edition.site
        flow = site.numbers.get(question.number)
        if flow is None:
            raise UsageError(f"number {question.number!r:.40} is routed nowhere", cure="ivr asterisk render")
        call = self._context(linkedid, edition, flow, site.languages[0], session, request, question.number)
        call.accessible = is_accessible(site, call.caller)
        self._open(call, request)
        result = await run_flow(call, site.flows[flow].start)
        await self._conclude(call, result)

    async def _resume(self, question: Question, linkedid: str, request: AgiRequest, session: AgiSession) -> None:
        row = await self.continuations.take(safe_id(question.token))
        if row is None:
            raise UsageError("the call's token is not known", cure="see the log of the engine that began the call")
        state = Remembered.model_validate(row)
        edition = await self.sites.begun_with(state.site_version)
        site = edition.site
        call = self._context(linkedid, edition, state.flow, state.language, session, request, question.number)
        call.version = state.site_version
        call.variables.update(state.variables)
        call.waited.update(state.waited)
        call.stack, call.chosen = list(state.stack), state.chosen
        call.accessible, call.noticed = state.accessible, state.noticed
        call.recorded = list(state.recorded)
        if question.ran in {"voicemail", "record"} and is_safe_id(question.file):
            call.recorded.append(question.file)
        step = site.flows[state.flow].steps[state.step]
        if question.ran == "queue" and isinstance(step, Enqueue | Callback | Transfer):
            queue = question.queue or step.queue or site.default_queue
            self.journal.put(QueueReturned(at=self.clock.now(), linkedid=linkedid, queue=queue, status=question.status))
        result = await resume_flow(call, state.step, question.status, question.key)
        await self._conclude(call, result)

    async def _called_back(self, linkedid: str, request: AgiRequest, session: AgiSession) -> None:
        """Somebody who is called back has answered."""
        row = await self.callbacks.of_attempt(linkedid)
        if row is None:
            raise UsageError(f"no callback goes with call {linkedid}", cure="see the log of the engine that dialled")
        edition = await self.sites.begun_with(row.site_version)
        step = edition.site.flows[row.flow].steps[row.step]
        if not isinstance(step, Callback):
            raise UsageError(f"step {row.step} takes no callbacks any more", cure="keep it until they are done")
        call = self._called(row, linkedid, request, session, edition)
        result = await called_back(step, call, row.priority)
        await self._conclude(call, result)

    async def handle_agent_first(self, request: AgiRequest, session: AgiSession) -> None:
        """An agent has answered for somebody who will be called back now: the story begins."""
        linkedid = safe_id(request.linkedid or request.uniqueid)
        row = await self.callbacks.of_attempt(linkedid)
        if row is not None:
            self._called(row, linkedid, request, session, await self.sites.begun_with(row.site_version))

    def _called(
        self, row: CallbackRow, linkedid: str, request: AgiRequest, session: AgiSession, edition: Edition
    ) -> CallContext:
        site = edition.site
        language = next((one for one in site.languages if one == row.language), site.languages[0])
        call = self._context(linkedid, edition, row.flow, language, session, request, row.service_number)
        call.version = row.site_version
        call.caller, call.step, call.kind = row.number, row.step, "callback"
        call.accessible = is_accessible(site, row.number)
        self._open(call, request)
        call.variables.update({name: str(value) for name, value in row.variables.items()})
        call.trace.language(language)
        call.tell("enter", callback=row.id, first=row.first_linkedid, tries=row.tries)
        return call

    def _open(self, call: CallContext, request: AgiRequest) -> None:
        """The story of a call begins."""
        self.journal.put(
            CallOpened(
                at=self.clock.now(),
                linkedid=call.linkedid,
                uniqueid=call.uniqueid,
                channel=request.channel,
                number=call.number,
                caller=call.caller,
                flow=call.flow,
                flow_version=call.version,
            )
        )

    def _context(
        self,
        linkedid: str,
        edition: Edition,
        flow: str,
        language: Language,
        session: AgiSession,
        request: AgiRequest,
        number: str,
    ) -> CallContext:
        return CallContext(
            linkedid,
            edition.site,
            flow,
            self.channels(session, language),
            JournalTrace(linkedid, self.journal, self.clock),
            self.clock,
            language,
            recorder=self.recorder,
            uniqueid=request.uniqueid,
            caller=request.caller_number,
            number=number,
            version=edition.version,
            floor=self.floor,
            callbacks=self.callbacks,
            services=self.services,
            switches=self.switches,
            book=edition.book,
        )

    async def _conclude(self, call: CallContext, result: Handover | End | HungUp) -> None:
        if isinstance(result, HungUp):
            call.tell("hangup")
            return
        if isinstance(result, End):
            await call.channel.set_variables({"IVR_NEXT": "hangup", "IVR_DONE": "1"})
            return
        token = new_token()
        state = Remembered(
            site_version=call.version,
            flow=call.flow,
            step=call.step,
            language=call.language,
            stack=call.stack,
            chosen=call.chosen,
            accessible=call.accessible,
            noticed=call.noticed,
            recorded=call.recorded,
            variables=call.variables,
            waited=call.waited,
        )
        await self.continuations.save(token, call.linkedid, state.to_row())
        await call.channel.set_variables(
            {**result.variables, "IVR_TOKEN": token, "IVR_NEXT": result.verb, "IVR_DONE": "1"}
        )
