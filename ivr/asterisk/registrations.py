"""What Asterisk says of the trunks that log in to their providers."""

from __future__ import annotations

import re

from dialplan.trunks import endpoint

_ROW = re.compile(r"^\s*(?P<name>\S+?)/\S+\s+\S+\s+(?P<state>Registered|Unregistered|Rejected|Stopped)\b", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """The states that ``pjsip show registrations`` prints, lower-case, by the trunk's name in the site."""
    head = endpoint("")
    return {
        row["name"].removeprefix(head): row["state"].lower()
        for row in _ROW.finditer(text)
        if row["name"].startswith(head)
    }


__all__ = ["parse"]
