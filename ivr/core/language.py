"""Texts for people, in English and Chinese, and the choice between them."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence for people, in both languages of the console."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.zh if console_language() == "zh" else self.en


def console_language() -> str:
    """``zh`` or ``en``: ``IVR_LANG`` if set, else the locale, else English."""
    for name in ("IVR_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
