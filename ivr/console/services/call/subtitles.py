"""A call's words as subtitles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from ivr.console.context import Console
from ivr.console.security.person import Person
from ivr.console.services.call.looking import transcript
from recording.keeping.subtitles import Line, as_srt, as_text, as_vtt

Format = Literal["vtt", "srt", "txt"]
_WRITERS: Mapping[Format, Callable[[Iterable[Line]], str]] = {"vtt": as_vtt, "srt": as_srt, "txt": as_text}


async def subtitles(console: Console, who: Person, call_id: int, form: Format = "vtt") -> str:
    """What was said, without dictated numbers.

    Raises:
        Forbidden, NotFound: if he may not see calls, or there is no such call for him.
    """
    found = await transcript(console, who, call_id)
    lines = [Line(one.name, one.start, one.end, "".join(word.text for word in one.words)) for one in found.utterances]
    return _WRITERS[form](lines)


__all__ = ["Format", "subtitles"]
