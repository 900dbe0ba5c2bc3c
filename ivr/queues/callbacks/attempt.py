"""One try to call somebody back, as manager actions: who is held, what is dialled, what is let go again."""

from __future__ import annotations

import secrets
from typing import Protocol

from dialplan.staffing import HELD
from dialplan.waiting import CallbackSettings
from ivr.ami.actions import Actions
from ivr.ami.errors import AmiError
from ivr.ami.events import NOT_IN_USE
from ivr.ami.snapshot import MemberState
from ivr.core.log import get_logger
from ivr.queues.callbacks.numbers import dial_string
from ivr.queues.callbacks.ticket import Ticket
from ivr.queues.places import asterisk_priority

log = get_logger("callbacks")


class Details(Protocol):
    """What a try needs to know besides the ticket; a row has it."""

    language: str
    service_number: str


def new_attempt(ticket: Ticket) -> str:
    """The linkedid of the next try."""
    return f"callback-{ticket.id}-{ticket.tries + 1}-{secrets.token_hex(4)}"


def is_attempt(linkedid: str) -> bool:
    """Whether a call is a try of ours."""
    return linkedid.startswith("callback-")


def waiting_half(attempt: str) -> str:
    """The channel that waits in the queue for an agent, where the agent is called first."""
    return f"{attempt}-queue"


def is_waiting_half(uniqueid: str) -> bool:
    """Whether a channel waits in a caller's place, with nobody on the line."""
    return is_attempt(uniqueid) and uniqueid.endswith("-queue")


class Caller:
    """Holds agents and dials.

    Args:
        actions: the manager connection.
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    async def hold(self, queue: str, interface: str) -> bool:
        """Hold an agent; False if a caller on the line was faster, or he has paused himself.

        Raises:
            AmiError: if Asterisk cannot be asked.
        """
        before = await self._memberships(interface)
        if not any(one.queue == queue and not one.paused and one.status == NOT_IN_USE for one in before):
            return False
        for one in before:
            if not one.paused:  # a pause of his own in another queue stays his
                await self._actions.queue_pause(interface, True, queue=one.queue, reason=HELD)
        if all(one.status == NOT_IN_USE for one in await self._memberships(interface)):
            return True
        await self.let_go(interface)
        return False

    async def let_go(self, interface: str) -> None:
        """Let a held agent be rung again, where he is not paused for another reason by now.

        Raises:
            AmiError: if Asterisk cannot be asked.
        """
        for one in await self._memberships(interface):
            if one.paused and one.paused_reason == HELD:
                await self._actions.queue_pause(interface, False, queue=one.queue)

    async def held(self) -> set[str]:
        """Interfaces that are held now.

        Raises:
            AmiError: if Asterisk cannot be asked.
        """
        members = (await self._actions.queue_status()).members
        return {one.interface for one in members if one.paused and one.paused_reason == HELD}

    async def call_the_caller(
        self, ticket: Ticket, details: Details, settings: CallbackSettings, language_code: str
    ) -> None:
        """Call the caller; the dialplan asks the engine about him when he answers.

        Raises:
            AmiError: if Asterisk does not take it.
        """
        await self._actions.originate(
            dial_string(ticket.number, settings),
            "ivr-callback",
            "s",
            within=settings.ring,
            uniqueid=ticket.attempt,
            caller=f"<{details.service_number}>",
            variables=[f"IVR_NUMBER={details.service_number}", f"IVR_LANGUAGE={language_code}"],
        )

    async def call_an_agent(
        self, ticket: Ticket, details: Details, settings: CallbackSettings, language_code: str, wait: int
    ) -> None:
        """Enter the queue in the caller's place; the caller is called when an agent has answered.

        Raises:
            AmiError: if Asterisk does not take it.
        """
        await self._actions.originate(
            f"Local/{ticket.queue}@ivr-callback-queue/n",
            "ivr-callback-agent",
            "s",
            within=wait,
            uniqueid=ticket.attempt,
            other=waiting_half(ticket.attempt),
            caller=f"<{details.service_number}>",
            # In Asterisk's default, linear, the called phone would hear no prompt before it is joined.
            codecs="ulaw,alaw",
            variables=[
                f"IVR_NUMBER={details.service_number}",
                f"IVR_LANGUAGE={language_code}",
                f"IVR_DIAL={dial_string(ticket.number, settings)}",
                f"IVR_RING={settings.ring}",
                f"IVR_QUEUE_WAIT={wait}",
                f"QUEUE_PRIO={asterisk_priority(ticket.priority, called_back=True)}",
            ],
        )

    async def hang_up(self, attempt: str) -> None:
        """End a try that is under way; nothing if it is over."""
        try:
            channel = next((one for one in await self._actions.channels() if one.uniqueid == attempt), None)
            if channel is not None:
                await self._actions.hangup(channel.channel)
        except AmiError as error:
            log.warning("callback not hung up", attempt=attempt, problem=str(error))

    async def alive(self) -> frozenset[str]:
        """Uniqueids of the channels there are.

        Raises:
            AmiError: if Asterisk cannot be asked.
        """
        return frozenset(one.uniqueid for one in await self._actions.channels())

    async def _memberships(self, interface: str) -> list[MemberState]:
        return [one for one in (await self._actions.queue_status()).members if one.interface == interface]


__all__ = ["Caller", "is_attempt", "is_waiting_half", "new_attempt", "waiting_half"]
