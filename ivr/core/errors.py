"""The error tree.

::

    IvrError
    ├── UsageError          the user asked for something that cannot be (exit 2)
    ├── SetupError          something is missing on this machine (exit 3)
    ├── SiteError           the site's files are wrong (exit 4); carries Problems
    ├── StorageError        the database refused
    ├── TelephonyError
    │   ├── AgiError        the FastAGI dialogue broke
    │   ├── AmiError        the manager connection or an action failed
    │   └── AsteriskError   Asterisk itself could not be installed, rendered or run
    └── QualityError        transcription or judging failed

A hangup is a result, not an error, and has no place here. ``retryable`` says whether the same call
may succeed later without anybody changing anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.core.language import Text
from ivr.core.problems import Problem


class IvrError(Exception):
    """Something the project itself reports; its text says where, what and how to mend it."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str | Text, *, cure: str | Text = "") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.cure = str(cure)

    def __str__(self) -> str:
        return f"{self.message} — {self.cure}" if self.cure else self.message


class UsageError(IvrError):
    """The request itself cannot be fulfilled."""

    exit_code = 2


class SetupError(IvrError):
    """A part this machine needs is missing or unusable."""

    exit_code = 3


class SiteError(IvrError):
    """The site's files do not describe a line that could be answered."""

    exit_code = 4

    def __init__(self, message: str | Text, problems: Sequence[Problem] = (), *, cure: str | Text = "") -> None:
        super().__init__(message, cure=cure)
        self.problems = tuple(problems)


class StorageError(IvrError):
    """The database could not be read or written."""

    retryable = True


class TelephonyError(IvrError):
    """Asterisk, or the way to it, failed."""


class AgiError(TelephonyError):
    """A FastAGI dialogue broke."""


class AmiError(TelephonyError):
    """The manager connection or an action on it failed."""

    retryable = True


class AsteriskError(TelephonyError):
    """Asterisk could not be installed, configured or run."""

    exit_code = 3


class QualityError(IvrError):
    """A recording could not be transcribed or judged."""
