"""The AGI wire format without any input or output: bytes in, items out.

First one block of ``agi_name: value`` lines closed by an empty line, then replies, one a command, with a bare
``HANGUP`` line possible between any two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivr.agi.errors import AgiProtocolError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a peer may send before it is taken for something else than Asterisk.

    Args:
        header_lines: lines of the header block.
        header_bytes: bytes of the header block.
        line_bytes: bytes of one line after it.
        reply_lines: lines of one reply (a 520 with its usage, a value with line feeds in it).
    """

    header_lines: int = 200
    header_bytes: int = 32_768
    line_bytes: int = 65_536
    reply_lines: int = 500


@dataclass(frozen=True, slots=True)
class Header:
    """The header block; names without ``agi_``."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command.

    Args:
        code: 200 done, 510 unknown command, 511 not on a dead channel, 520 wrong syntax.
        result: what stands behind ``result=``, possibly empty.
        data: what stands in parentheses; None if there are none.
        endpos: where playing or recording stopped, in samples.
        text: the whole reply.
    """

    code: int
    result: str = ""
    data: str | None = None
    endpos: int | None = None
    text: str = ""

    @property
    def timeout(self) -> bool:
        """Whether Asterisk flagged a timeout. Means nothing for a command that returns a value."""
        return self.data == "timeout"

    @property
    def number(self) -> int | None:
        """The result as a number, if it is one."""
        return int(self.result) if re.fullmatch(r"-?[0-9]{1,9}", self.result) else None


@dataclass(frozen=True, slots=True)
class Hangup:
    """The caller has gone, or the channel was taken away; further replies still follow."""


Item = Header | Reply | Hangup

# A reply as most are, whole and without a doubt about where its value ends.
_PLAIN = re.compile(r"200 result=(-?[0-9]{1,9})(?: \(([^()]*)\))?\Z")
_CODE = re.compile(r"([1-9][0-9]{2})([ -])(.*)\Z", re.DOTALL)
_RESULT = re.compile(r"result=(\S*)(?: (.*))?\Z", re.DOTALL)
_AFTER_DATA = re.compile(r"\)(?: digit=\S)?(?: endpos=(-?[0-9]{1,18}))?(?: results=.*)?\Z", re.DOTALL)
_ENDPOS = re.compile(r"(?:\A|\s)endpos=(-?[0-9]{1,18})")


class AgiParser:
    """Turns the bytes of one connection into items, wherever they were split on the way."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._scanned = 0
        self._header: dict[str, str] | None = {}
        self._header_lines = 0
        self._header_bytes = 0
        self._open: list[str] = []

    @property
    def at_boundary(self) -> bool:
        """Whether nothing is half-read: the connection may end here without anything being lost."""
        return not self._buffer and not self._open and not self._header

    def feed(self, data: bytes) -> Iterator[Item]:
        """Take in ``data`` and give the items that are complete, lazily, each before a later error.

        Raises:
            AgiProtocolError: on what is no AGI, or on a limit passed; the parser is of no use afterwards.
        """
        self._buffer += data
        return self._items()

    def _items(self) -> Iterator[Item]:
        while True:
            end = self._buffer.find(b"\n", self._scanned)
            if end < 0:
                self._scanned = len(self._buffer)
                self._check_length(len(self._buffer))
                return
            self._check_length(end + 1)
            line = self._buffer[:end].decode("utf-8", "replace")
            del self._buffer[: end + 1]
            self._scanned = 0
            item = self._header_line(line, end + 1) if self._header is not None else self._reply_line(line)
            if item is not None:
                yield item

    def _check_length(self, length: int) -> None:
        if self._header is None:
            if length > self._limits.line_bytes:
                raise AgiProtocolError(f"AGI line longer than {self._limits.line_bytes} bytes")
        elif self._header_bytes + length > self._limits.header_bytes:
            raise AgiProtocolError(f"AGI header longer than {self._limits.header_bytes} bytes")

    def _header_line(self, line: str, length: int) -> Header | None:
        assert self._header is not None
        if not line:
            if not self._header:
                raise AgiProtocolError("AGI header is empty")
            values, self._header = self._header, None
            return Header(MappingProxyType(values))
        self._header_lines += 1
        self._header_bytes += length
        if self._header_lines > self._limits.header_lines:
            raise AgiProtocolError(f"AGI header of more than {self._limits.header_lines} lines")
        name, colon, value = line.partition(":")
        if not colon or not name.startswith("agi_"):
            raise AgiProtocolError(f"not an AGI header line: {line!r:.80}")
        if name[4:] in self._header:  # Asterisk sends each once: the second is the caller's, or its end is
            raise AgiProtocolError(f"AGI header with two lines {name!r:.40}")
        self._header[name[4:]] = value.removeprefix(" ")
        return None

    def _reply_line(self, line: str) -> Reply | Hangup | None:
        if not self._open:
            if plain := _PLAIN.match(line):
                return Reply(200, plain[1], plain[2], None, line)
            if line == "HANGUP":
                return Hangup()
            if not _CODE.match(line):
                raise AgiProtocolError(f"not an AGI reply: {line!r:.80}")
        self._open.append(line)
        if len(self._open) > self._limits.reply_lines:
            raise AgiProtocolError(f"AGI reply of more than {self._limits.reply_lines} lines")
        first = self._open[0]
        if first[3] == "-":
            if not (len(self._open) > 1 and line.startswith(first[:3] + " ")):
                return None
        elif not _complete(first, line):
            return None
        text = "\n".join(self._open)
        self._open.clear()
        return _reply(text) if text[0] != "1" else None  # 1xx only says that work goes on


def _complete(first: str, last: str) -> bool:
    """Whether a reply that began with ``first`` ends with ``last``: a value in parentheses may hold line feeds."""
    opened = re.match(r"[0-9]{3} result=\S* \(", first)
    return opened is None or bool(_AFTER_DATA.search(last, opened.end() if last is first else 0))


def _reply(text: str) -> Reply:
    head = _CODE.match(text)
    assert head is not None
    code = int(head[1])
    parts = _RESULT.match(head[3]) if head[2] == " " else None
    if parts is None:
        return Reply(code, text=text)
    rest = parts[2] or ""
    if not rest.startswith("("):
        endpos = _ENDPOS.search(rest)
        return Reply(code, parts[1], None, int(endpos[1]) if endpos else None, text)
    # The value may itself hold ")" or "endpos=5": only what closes the whole reply counts. _AFTER_DATA is
    # anchored at the end, but search() takes the leftmost match, so a plain ")" at the very end goes first.
    if rest.endswith(")"):
        return Reply(code, parts[1], rest[1:-1], None, text)
    tail = _AFTER_DATA.search(rest)
    if tail is None:
        return Reply(code, parts[1], rest[1:], None, text)
    return Reply(code, parts[1], rest[1 : tail.start()], int(tail[1]) if tail[1] else None, text)


__all__ = ["AgiParser", "Hangup", "Header", "Item", "Limits", "Reply"]
