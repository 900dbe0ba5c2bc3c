"""The page of one call."""

from __future__ import annotations

from ivr.console.pages.call.page import PAGES

__all__ = ["PAGES"]
