"""Texts for people, in English and Chinese, and the choice between them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

_spoken: ContextVar[Language | None] = ContextVar("ivr_language", default=None)


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence for people, in both languages of the console."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.within(console_language())

    def within(self, language: str) -> str:
        """In ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


def console_language() -> Language:
    """``zh`` or ``en``: that of who is answered now, else ``IVR_LANG`` if set, else the locale, else English."""
    asked = _spoken.get()
    if asked is not None:
        return asked
    for name in ("IVR_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def speak(language: str) -> None:
    """Answer in ``zh`` or ``en`` from here on, in this task and those it begins."""
    _spoken.set("zh" if language == "zh" else "en")


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Answer in ``zh`` or ``en`` inside this block, whatever the process's own language is."""
    token = _spoken.set("zh" if language == "zh" else "en")
    try:
        yield
    finally:
        _spoken.reset(token)
