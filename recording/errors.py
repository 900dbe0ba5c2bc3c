"""What can go wrong on the quality side.

::

    QualityError
    ├── SoundError            a sound file cannot be used as it is
    ├── TranscriptionError    a file could not be transcribed this time
    │   ├── PoisonFile        a file ended two workers; it is set aside, not tried again
    │   ├── OutOfTime         a file took longer than its limit
    │   └── ExecutorLost      where files are transcribed cannot be reached; no file is to blame
    └── RulebookError         a rulebook cannot be used; carries Problems
        └── NoRulebook        there is none of that name (exit 2)
    UsageError
    └── StateError            what is asked for cannot be done as things stand
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.core.errors import QualityError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem


class StateError(UsageError):
    """What is asked for cannot be done in the state a review, a complaint or the like is in."""


class SoundError(QualityError):
    """A sound file cannot be used as it is."""


class TranscriptionError(QualityError):
    """A file could not be transcribed this time."""

    retryable = True


class PoisonFile(TranscriptionError):  # noqa: N818 - the trade's word
    """A file ended two workers; it is set aside, not tried again."""

    retryable = False

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(
            Text(
                f"{path}: ended two transcription workers, last words: {detail or 'none'}",
                f"{path}：使两个转写进程崩溃，最后输出：{detail or '无'}",
            ),
            cure=Text("listen to the file; it is set aside and not tried again", "请试听该文件；已搁置，不再重试"),
        )
        self.path = path


class OutOfTime(TranscriptionError):  # noqa: N818 - the trade's word
    """A file took longer than its limit."""

    retryable = False


class ExecutorLost(TranscriptionError):  # noqa: N818 - the trade's word
    """Where files are transcribed cannot be reached; no file is to blame, and no attempt is counted."""


class RulebookError(QualityError):
    """A rulebook cannot be used."""

    def __init__(self, message: str | Text, problems: Sequence[Problem] = (), *, cure: str | Text = "") -> None:
        super().__init__(message, cure=cure)
        self.problems = tuple(problems)


class NoRulebook(RulebookError):  # noqa: N818 - like the others here
    """There is no rulebook of that name, no such file, or none in force on that day."""

    exit_code = UsageError.exit_code


__all__ = ["ExecutorLost", "NoRulebook", "OutOfTime", "PoisonFile", "RulebookError", "SoundError", "TranscriptionError"]
