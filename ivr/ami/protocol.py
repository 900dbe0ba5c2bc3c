"""panoramisk's AMI protocol, with its defects mended.

panoramisk cuts the stream into messages, reads their headers and finds the action a response belongs to. Mended here:

- characters of more than one byte that TCP splits are kept;
- a list that answers with an error, and a response that only looks like a list, complete;
- nothing is kept for sending again after the connection broke: pending actions fail;
- an exception while handling one message costs that message, not the connection;
- a message without an end, or a list without one, is bounded;
- neither secrets nor messages reach a log.
"""

from __future__ import annotations

import asyncio
import codecs
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from ivr.ami.errors import AmiActionFailed, AmiConnectionLost, AmiError
from ivr.core.log import get_logger

MAX_MESSAGE = 1 << 20
"""Longest message we collect, characters."""

MAX_LIST = 100_000
"""Most items of one list."""

MAX_PENDING = 1000
"""Most actions that may wait for an answer at once."""

_log = get_logger("ami")

_silent = logging.getLogger("ivr.ami.panoramisk")
_silent.disabled = True


class Listener(Protocol):
    """Who hears what a connection says."""

    def on_event(self, headers: Mapping[str, Any]) -> None:
        """An event arrived."""
        ...

    def on_fault(self) -> None:
        """A message could not be handled and was dropped."""
        ...

    def on_lost(self, reason: str) -> None:
        """The connection is gone; called once."""
        ...


class PendingAction(Action):  # type: ignore[misc]
    """An action on its way, and the messages that answered it."""

    def __init__(self, headers: Mapping[str, str | list[str]], *, as_list: bool) -> None:
        super().__init__(headers, as_list=as_list)

    def add_message(self, message: Any) -> bool:
        """Take one message; True when the answer is complete."""
        if self.future.done():
            return True
        self.responses.append(message)
        name = str(self["Action"])
        if len(self.responses) == 1 and not message.success:
            self.future.set_exception(AmiActionFailed(name, str(message.message)))
        elif not self.as_list:
            self.future.set_result(self.responses)
        elif len(self.responses) > MAX_LIST:
            self.future.set_exception(AmiError(f"{name}: a list of more than {MAX_LIST} items"))
        elif message.eventlist.lower() in {"complete", "cancelled"} or message.event.endswith("Complete"):
            self.future.set_result(self.responses)
        return bool(self.future.done())


class MendedProtocol(AMIProtocol):  # type: ignore[misc]
    """One connection; never used again once it is lost."""

    encoding = "utf-8"
    closed: bool
    responses: dict[str, PendingAction]

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Called by asyncio."""
        super().connection_made(transport)
        # The parent reports to its factory; messages go to `dispatch` below instead.
        self.factory = self
        self.log = _silent

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: hand on whole characters only, and at most MAX_MESSAGE of an unfinished message."""
        text = self._decoder.decode(data)
        super().data_received(text.encode(self.encoding))
        if self.queue and len(self.queue[0]) > MAX_MESSAGE:
            self.fail(f"a message of more than {MAX_MESSAGE} characters")

    def handle_message(self, message: Message) -> None:
        """Called by the parent for each message."""
        try:
            event = message.event.lower()
            if event in {"userevent", "shutdown"}:
                # A UserEvent action's event repeats its ActionID ahead of the response; a Shutdown is an event
                # like any other to us: Asterisk closes the connection itself.
                self.dispatch(message)
            else:
                super().handle_message(message)
        except Exception as error:
            _log.error("ami message dropped", error=repr(error), message_event=str(message.event))
            self._listener.on_fault()

    def dispatch(self, message: Message) -> list[str]:
        """Called by the parent for an event that answers nothing."""
        self._listener.on_event(message)
        return []

    def submit(self, action: PendingAction) -> None:
        """Write the action; its future gets the answer.

        Raises:
            AmiConnectionLost: if the connection is gone, with nothing sent.
            AmiError: if too many actions wait for an answer.
        """
        if self.closed:
            raise AmiConnectionLost("the manager connection is gone")
        if len(self.responses) >= MAX_PENDING:
            raise AmiError(
                f"{MAX_PENDING} manager actions wait for an answer", cure="see whether Asterisk is overloaded"
            )
        self.responses[action.id] = action
        self.transport.write(str(action).encode(self.encoding))

    def forget(self, action: PendingAction) -> None:
        """No longer wait for the answer."""
        self.responses.pop(action.id, None)

    def fail(self, reason: str) -> None:
        """Drop the connection at once, unsent bytes and all."""
        if not self.closed:
            self.transport.abort()
            self._lose(reason)

    def close(self) -> None:
        """Close the connection; what was written is still sent."""
        if not self.closed:
            self.transport.close()
            self._lose("closed")

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._lose(str(exc) if exc else "closed by Asterisk")
        if not self.gone.done():
            self.gone.set_result(None)

    def _lose(self, reason: str) -> None:
        if self.closed:
            return
        self.closed = True
        pending, self.responses = self.responses, {}
        for action in pending.values():
            if not action.future.done():
                action.future.set_exception(
                    AmiConnectionLost(
                        f"the manager connection broke before {action['Action']} was answered: {reason}",
                        cure="ask Asterisk whether it was done before doing it again",
                    )
                )
        self._listener.on_lost(reason)
