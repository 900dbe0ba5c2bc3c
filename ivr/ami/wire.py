"""Headers on the wire: what may be sent, and how what came is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ivr.ami.errors import AmiBadHeader

Value = str | int
Headers = Mapping[str, Value | Sequence[Value]]

MAX_LINE = 1000
"""Longest line we send, bytes: Asterisk reads lines into a buffer of 1024."""

MAX_LINES = 100
"""Most lines in one action: Asterisk keeps 128."""

_NAME = re.compile(r"\A[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_BREAKING = re.compile(r"[\r\n\x00]")


def checked_headers(action: str, headers: Headers) -> dict[str, str | list[str]]:
    """The action's headers as text, safe to send.

    Raises:
        AmiBadHeader: for a name that is not a plain word, a value with CR, LF, NUL or a lone surrogate (each
            of which could end its line and start a header of its own), or more than Asterisk can read.
    """
    lines: dict[str, str | list[str]] = {"Action": _checked("Action", action)}
    count = 1
    for name, value in headers.items():
        if not _NAME.match(name):
            raise AmiBadHeader(f"{action}: not a header name: {name!r:.80}", cure="letters, digits, - and _ only")
        if name.lower() in {"action", "actionid", "commandid"}:
            raise AmiBadHeader(f"{action}: header {name} is set by the client", cure="leave it out")
        if isinstance(value, str | int):
            lines[name] = _checked(name, value)
            count += 1
        else:
            lines[name] = [_checked(name, one) for one in value]
            count += len(value)
    if count > MAX_LINES:
        raise AmiBadHeader(f"{action}: {count} header lines", cure=f"send at most {MAX_LINES}")
    return lines


def _checked(name: str, value: Value) -> str:
    text = str(value)
    if _BREAKING.search(text):
        raise AmiBadHeader(f"{name}: line break or NUL in the value {text!r:.80}", cure="take it out before sending")
    try:
        size = len(name) + 2 + len(text.encode())
    except UnicodeEncodeError:
        raise AmiBadHeader(f"{name}: not Unicode text: {text!r:.80}", cure="decode it before sending") from None
    if size > MAX_LINE:
        raise AmiBadHeader(f"{name}: line of {size} bytes", cure=f"Asterisk reads at most {MAX_LINE}")
    return text


class Reply(Mapping[str, str]):
    """The headers of a response or of one item of a list: names in any case, absent ones read as ``""``.

    ``reply["Uniqueid"]`` gives the first value, ``reply.all("Output")`` every one.
    """

    __slots__ = ("_values",)

    def __init__(self, headers: Mapping[str, str | list[str]]) -> None:
        self._values: dict[str, tuple[str, ...]] = {
            name.lower(): tuple(value) if isinstance(value, list) else (value,)
            for name, value in headers.items()
            if name != "content"  # panoramisk's own key
        }

    def __getitem__(self, name: str) -> str:
        values = self._values.get(name.lower())
        return values[0] if values else ""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values may hold a caller's number or a secret; a repr ends up in logs.
        return f"Reply({', '.join(self._values)})"

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header that may come more than once."""
        return self._values.get(name.lower(), ())

    def number(self, name: str, default: int = 0) -> int:
        """The value as a whole number, ``default`` when it is none."""
        return whole(self[name], default)


def whole(text: str, default: int = 0) -> int:
    """``text`` as a whole number, ``default`` when it is none."""
    try:
        return int(text)
    except ValueError:
        return default
