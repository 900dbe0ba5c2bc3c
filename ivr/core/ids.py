"""Ids: those that Asterisk gives, checked before use, and those of our own."""

from __future__ import annotations

import re
import secrets

from ivr.core.errors import UsageError

_SAFE = re.compile(r"\A[A-Za-z0-9._-]{1,128}\Z")


def is_safe_id(value: str) -> bool:
    """Whether ``value`` may stand in a file name or a command: letters, digits, ``._-``."""
    return bool(_SAFE.match(value)) and value not in {".", ".."} and not value.startswith("-")


def safe_id(value: str) -> str:
    """``value`` unchanged if it is a safe id.

    Raises:
        UsageError: if it holds anything but letters, digits and ``._-``.
    """
    if not is_safe_id(value):
        raise UsageError(f"not an id: {value!r:.80}", cure="ids hold letters, digits and . _ - only")
    return value


def new_token() -> str:
    """A token nobody can guess: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_secret() -> str:
    """A password for an account that machines use: 24 URL-safe characters."""
    return secrets.token_urlsafe(18)


def mask_number(number: str) -> str:
    """A caller's number as logs may show it: all but the last two digits hidden."""
    tail = number[-2:] if len(number) > 4 and number[-2:].isalnum() else ""
    return "*" * max(3, min(len(number), 15) - len(tail)) + tail
