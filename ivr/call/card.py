"""A card number, keyed in by the caller in the middle of a talk: the machine takes it, the agent does not hear it.

The agent's feature code takes the caller's channel out of the talk and asks the engine (``ivr-card`` in the
dialplan); the agent has music meanwhile. The digits stay in memory and go to the sink alone.
"""

from __future__ import annotations

from typing import Protocol

from dialplan.model import Language
from ivr.agi import AgiRequest, AgiSession
from ivr.call.agi_channel import AgiChannel, Channels
from ivr.call.context import CallContext
from ivr.call.digits import enter_digits, luhn
from ivr.call.recorder import PauseError
from ivr.call.recorder.port import Recorder
from ivr.call.sites import SiteBook
from ivr.call.trace import Journal, JournalTrace
from ivr.core.clock import Clock
from ivr.core.ids import safe_id
from ivr.core.log import get_logger
from prompts.sounds import asterisk_code

log = get_logger("card")

LEAST, MOST = 12, 19  # digits of a primary account number (ISO/IEC 7812-1)
TRIES = 3
KEY_WAIT = 6.0  # seconds


class CardSink(Protocol):
    """Where a card number goes."""

    async def take(self, linkedid: str, digits: str) -> None:
        """Take the number; nothing of it may be kept in clear."""
        ...


class NoSink:
    """For sites that have no payment service: the number is forgotten."""

    async def take(self, linkedid: str, digits: str) -> None:
        """Forget it."""


class CardDesk:
    """Answers the dialplan's ``card`` question.

    Args:
        sites: the site in force.
        journal: hears how many digits there were and whether the check digit fits, nothing else of them.
        recorder: is paused meanwhile.
        sink: takes the number.
        clock: the time.
        channels: makes the caller's channel.
    """

    def __init__(
        self,
        sites: SiteBook,
        journal: Journal,
        recorder: Recorder,
        clock: Clock,
        sink: CardSink | None = None,
        channels: Channels = AgiChannel,
    ) -> None:
        self._sites = sites
        self._journal = journal
        self._recorder = recorder
        self._clock = clock
        self._sink = sink or NoSink()
        self._channels = channels

    async def handle(self, request: AgiRequest, session: AgiSession) -> None:
        """Ask for the number with all recorders of the call silent; where they cannot be, it is not asked for."""
        linkedid, site = safe_id(request.linkedid or request.uniqueid), self._sites.site
        language = language_of(request.language, site.languages)
        trace = JournalTrace(linkedid, self._journal, self._clock)
        channel = self._channels(session, language)
        call = CallContext(
            linkedid, site, "", channel, trace, self._clock, language, step="card", kind="card", book=self._sites.book
        )
        call.tell("enter")
        try:
            async with self._recorder.paused(linkedid, "card"):
                taken = await self._ask(call)
        except PauseError as error:
            log.error("card number not asked for", linkedid=linkedid, problem=str(error))
            call.tell("not_paused")
            taken = False
        if taken is not None:
            await call.say(["card-received" if taken else "card-failed"])

    async def _ask(self, call: CallContext) -> bool | None:
        """Whether a number was taken; None when the caller hung up."""
        prompts = ["card-enter"]
        for _ in range(TRIES):
            digits = await enter_digits(call, prompts, most=MOST, wait=KEY_WAIT)
            if digits is None:
                call.tell("hangup")
                return None
            fits = LEAST <= len(digits) <= MOST and luhn(digits)
            if fits:
                await self._sink.take(call.linkedid, digits)
            call.tell("digits" if fits else "invalid" if digits else "timeout", count=len(digits), luhn=luhn(digits))
            if fits:
                return True
            prompts = ["collect-again", "card-enter"]
        call.tell("failure")
        return False


def language_of(code: str, languages: list[Language]) -> Language:
    """The site's language that Asterisk calls ``code``, e.g. zh; its first when it is none of them."""
    return next((language for language in languages if asterisk_code(language) == code), languages[0])
