"""Times as Asterisk writes them: Unix seconds with or without a fraction, or a date. Ids of channels."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_UNIX = re.compile(r"\A(\d{1,12})(?:\.(\d{1,9}))?\Z", re.ASCII)
_LATEST = 253_402_300_799  # the end of year 9999


def parse_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The time in UTC, or None.

    Args:
        text: ``1795320113.814820``, ``1795320113``, or ``2026-11-22 04:01:53[.814820]``.
        zone: of a date without one.
    """
    unix = _UNIX.match(text)
    if unix is not None:
        seconds = int(unix[1])
        if seconds > _LATEST:
            return None
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=int((unix[2] or "0")[:6].ljust(6, "0")))
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_channel_id(text: str) -> bool:
    """Whether this can be the id of a channel: printable ASCII without blanks, at most 128 characters."""
    return 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text


__all__ = ["is_channel_id", "parse_time"]
