"""What can go wrong in a FastAGI dialogue, apart from a hangup, which is a result."""

from __future__ import annotations

from ivr.core.errors import AgiError


class AgiProtocolError(AgiError):
    """The peer sent something that is no AGI, or more of it than a call can need."""


class AgiCommandError(AgiError):
    """A command cannot be sent as asked for, or Asterisk does not know it (510, 520)."""


class AgiTimeout(AgiError):  # noqa: N818 - the usual name of the thing
    """Asterisk did not answer a command in time; the connection has been closed."""


__all__ = ["AgiCommandError", "AgiError", "AgiProtocolError", "AgiTimeout"]
