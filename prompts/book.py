"""The prompts of a line: those that travel with the code, and the site's own, which come first.

A site's own are written in ``prompts/<language>.yaml`` of its folder, in the form of the catalogue; their sounds lie
in ``sounds/<zh|en|ko>/ivr/`` beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from prompts import catalogue
from prompts.catalogue import LANGUAGES, Prompt


class PromptBook:
    """Prompts by language and id.

    Args:
        own: the site's own, by language and id.
    """

    def __init__(self, own: Mapping[str, Mapping[str, Prompt]] | None = None) -> None:
        self._own = own or {}

    def find(self, language: str, prompt_id: str) -> Prompt | None:
        """The prompt, or None."""
        found = self._own.get(language, {}).get(prompt_id)
        if found is not None:
            return found
        return catalogue.load(language).prompts.get(prompt_id)

    def interruptible(self, language: str, prompt_id: str) -> bool:
        """Whether a key may stop it; what is not in the book, such as ``digits/7``, may be stopped."""
        found = self.find(language, prompt_id)
        return found is None or found.asterisk or found.barge_in == "dtmf"

    def known_ids(self) -> dict[str, frozenset[str]]:
        """The ids a flow may name, by language."""
        return {
            language: frozenset(prompt.id for prompt in catalogue.load(language).own)
            | frozenset(self._own.get(language, {}))
            for language in LANGUAGES
        }


@lru_cache(maxsize=1)
def pack() -> PromptBook:
    """The prompts that travel with the code alone."""
    return PromptBook()


__all__ = ["PromptBook", "pack"]
