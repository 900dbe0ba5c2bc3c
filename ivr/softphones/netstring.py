"""The framing of baresip's control port: netstrings that hold JSON objects, without any input or output.

A netstring is ``<length in decimal>:<that many bytes>,`` (D. J. Bernstein, "Netstrings", 1997).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr.core.errors import TelephonyError

#: No message of a softphone comes near this size, in bytes.
LIMIT = 1_000_000

__all__ = ["LIMIT", "NetstringDecoder", "encode"]


def encode(message: Mapping[str, object]) -> bytes:
    """``message`` as one netstring."""
    body = json.dumps(message).encode()
    return b"%d:%b," % (len(body), body)


class NetstringDecoder:
    """Turns bytes, cut anywhere, into messages.

    Args:
        limit: the largest message accepted, in bytes.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that ``data`` completes, in order.

        Raises:
            TelephonyError: if the bytes are no netstring of a JSON object, or one above the limit.
        """
        self._buffer += data
        messages = []
        while (frame := self._next_frame()) is not None:
            messages.append(_parse(frame))
        return messages

    def _next_frame(self) -> bytes | None:
        digits = len(str(self._limit))
        colon = self._buffer.find(b":", 0, digits + 1)
        head = bytes(self._buffer[: colon if colon >= 0 else digits + 1])
        if (head or colon == 0) and not (head.isdigit() and len(head) <= digits and int(head) <= self._limit):
            raise TelephonyError(f"softphone control: not a netstring: {head!r}")
        if colon < 0:
            return None
        end = colon + 1 + int(head)
        if len(self._buffer) <= end:
            return None
        if self._buffer[end : end + 1] != b",":
            raise TelephonyError("softphone control: a netstring does not end with a comma")
        frame = bytes(self._buffer[colon + 1 : end])
        del self._buffer[: end + 1]
        return frame


def _parse(frame: bytes) -> dict[str, Any]:
    try:
        message = json.loads(frame)
    except ValueError as error:  # bad UTF-8 is a ValueError too
        raise TelephonyError(f"softphone control: not JSON: {frame!r:.80}") from error
    if not isinstance(message, dict):
        raise TelephonyError(f"softphone control: not a JSON object: {frame!r:.80}")
    return message
