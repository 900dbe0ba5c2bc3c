"""What can go wrong on the manager connection.

::

    AmiError                 (ivr.core.errors)
    ├── AmiNotConnected      no connection now: never connected, lost, or closed; nothing was sent
    ├── AmiConnectionLost    it broke before the answer: whether Asterisk acted is not known
    ├── AmiTimeout           no answer in time: whether Asterisk acted is not known
    ├── AmiAuthError         user or secret refused
    ├── AmiActionFailed      Asterisk answered with an error
    └── AmiBadHeader         a name or value that must not go on the wire; nothing was sent
"""

# ruff: noqa: N818 - named by what happened, as the trade does

from __future__ import annotations

from ivr.core.errors import AmiError


class AmiNotConnected(AmiError):
    """There is no manager connection; nothing was sent, and nothing will be sent later."""


class AmiConnectionLost(AmiError):
    """The connection broke before the answer came; ask Asterisk before doing it again."""

    retryable = False


class AmiTimeout(AmiError):
    """No answer in time; ask Asterisk before doing it again."""

    retryable = False


class AmiAuthError(AmiError):
    """Asterisk refused the user or the secret."""

    retryable = False


class AmiActionFailed(AmiError):
    """Asterisk answered with an error; ``reason`` is its own text."""

    retryable = False

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"Asterisk refused {action}: {reason!r:.200}")
        self.action = action
        self.reason = reason


class AmiBadHeader(AmiError):
    """A header that would break out of its line, or that Asterisk could not read."""

    retryable = False


__all__ = [
    "AmiActionFailed",
    "AmiAuthError",
    "AmiBadHeader",
    "AmiConnectionLost",
    "AmiError",
    "AmiNotConnected",
    "AmiTimeout",
]
