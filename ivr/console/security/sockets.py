"""The events of pages: only from the session that opened the page, while it goes on."""

from __future__ import annotations

from ivr.console.context import Console


def protect(console: Console) -> None:
    """Have NiceGUI take events only from where they may come."""


__all__ = ["protect"]
