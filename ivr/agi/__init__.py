"""FastAGI: the dialogue in which Asterisk asks the engine what to do."""

from __future__ import annotations

from ivr.agi.connection import End
from ivr.agi.errors import AgiCommandError, AgiProtocolError, AgiTimeout
from ivr.agi.request import AgiRequest
from ivr.agi.results import ChannelState, Done, Executed, Played, Pressed, Recorded
from ivr.agi.server import AgiServer, Handler
from ivr.agi.session import DTMF, AgiSession

__all__ = [
    "DTMF",
    "AgiCommandError",
    "AgiProtocolError",
    "AgiRequest",
    "AgiServer",
    "AgiSession",
    "AgiTimeout",
    "ChannelState",
    "Done",
    "End",
    "Executed",
    "Handler",
    "Played",
    "Pressed",
    "Recorded",
]
