"""From words to a command line as Asterisk's AGI reads it, and back.

Asterisk splits a command at blanks. A double quote switches quoting on or off, a backslash takes the next
character as it is, inside quotes and outside; nothing else is special, and nothing can stand for a line end.
A line longer than its buffer is cut into two commands, and more than 127 words are dropped, so both are refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ivr.agi.errors import AgiCommandError

MAX_COMMAND_BYTES = 8191
"""The longest line, its line feed included. Measured on Asterisk 22: one byte more becomes a second command."""

MAX_WORDS = 127

_PLAIN = re.compile(r"[A-Za-z0-9_.,:/@(){}$=+&*#!%^~|<>?;-]+")
_FORBIDDEN = re.compile(r"[\r\n\0]")


def quote(word: str) -> str:
    """One word, quoted where it must be.

    Raises:
        AgiCommandError: if it holds CR, LF or NUL, which would start another command or cut this one.
    """
    if _PLAIN.fullmatch(word):
        return word
    if _FORBIDDEN.search(word):
        raise AgiCommandError(
            f"an AGI argument holds a line end or NUL: {word!r:.80}",
            cure="take control characters out before sending it",
        )
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def command_line(words: Iterable[str]) -> bytes:
    """A whole command with its line feed, UTF-8.

    Raises:
        AgiCommandError: if a word cannot be quoted, or the line is longer than Asterisk reads at once.
    """
    quoted = [quote(word) for word in words]
    if not quoted or len(quoted) > MAX_WORDS:
        raise AgiCommandError(f"an AGI command has 1 to {MAX_WORDS} words, not {len(quoted)}")
    try:
        line = (" ".join(quoted) + "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        raise AgiCommandError(f"an AGI argument is no valid text: {' '.join(quoted)!r:.80}") from error
    if len(line) > MAX_COMMAND_BYTES:
        raise AgiCommandError(
            f"an AGI command of {len(line)} bytes: {' '.join(quoted[:3])!r:.80}",
            cure=f"Asterisk reads at most {MAX_COMMAND_BYTES} bytes; keep long values in the database, send an id",
        )
    return line


def split_command(line: str) -> list[str]:
    """The words Asterisk makes of a command line (without its line feed); the inverse of quoting."""
    words: list[str] = []
    word: list[str] | None = None
    quoted = escaped = False
    for char in line:
        if not escaped and char == "\\":
            escaped = True
        elif not escaped and char == '"':
            quoted = not quoted
            if quoted and word is None:
                word = []
        elif not escaped and not quoted and char in " \t":
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            if word is None:
                word = []
            word.append(char)
            escaped = False
    if word is not None:
        words.append("".join(word))
    return words


__all__ = ["MAX_COMMAND_BYTES", "MAX_WORDS", "command_line", "quote", "split_command"]
