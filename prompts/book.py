"""The prompts of a line: those that travel with the code, and the site's own, which come first.

A site's own are written in ``prompts/<language>.yaml`` of its folder, in the form of the catalogue; their sounds lie
in ``sounds/<zh|en|ko>/ivr/`` beside them, and what a studio has recorded in ``studio/<zh|en|ko>/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from ivr.core.errors import SiteError
from ivr.core.language import Text
from prompts import catalogue, sounds
from prompts.catalogue import LANGUAGES, Prompt
from prompts.own import read_own


class PromptBook:
    """Prompts by language and id.

    Args:
        own: the site's own, by language and id.
        root: folder of the sounds that are played (see ``prompts.overlay``); the pack's when not given.
    """

    def __init__(self, own: Mapping[str, Mapping[str, Prompt]] | None = None, root: Path | None = None) -> None:
        self._own = own or {}
        self._root = root

    @classmethod
    def of_site(cls, folder: Path, company: Mapping[str, str] | None = None, *, root: Path | None = None) -> PromptBook:
        """The pack and what the site in ``folder`` says beside it.

        Args:
            company: names of the company by language, for ``{company}``.
            root: folder of the sounds that are played.

        Raises:
            SiteError: with every problem of the site's prompts.
        """
        own, problems = read_own(folder, company)
        if problems:
            raise SiteError(
                Text("the site's prompts have mistakes", "站点的提示音有误"), problems, cure=problems[0].cure
            )
        return cls(own, root)

    def find(self, language: str, prompt_id: str) -> Prompt | None:
        """The prompt, by its id or the name of its sound, or None."""
        prompt_id = prompt_id.removeprefix("ivr/").removeprefix(sounds.SLOW)
        found = self._own.get(language, {}).get(prompt_id)
        if found is not None:
            return found
        return catalogue.load(language).prompts.get(prompt_id)

    def prompts(self, language: str) -> Iterator[Prompt]:
        """Every prompt of a language: those of the pack in its order, with the site's words, then those it adds."""
        own = self._own.get(language, {})
        pack_ids = catalogue.load(language).prompts
        yield from (own.get(name, prompt) for name, prompt in pack_ids.items())
        yield from (prompt for name, prompt in own.items() if name not in pack_ids)

    def is_own(self, language: str, prompt_id: str) -> bool:
        """Whether the words are the site's."""
        return prompt_id in self._own.get(language, {})

    def interruptible(self, language: str, prompt_id: str) -> bool:
        """Whether a key may stop it; what is not in the book, such as ``digits/7``, may be stopped."""
        found = self.find(language, prompt_id)
        return found is None or found.asterisk or found.barge_in == "dtmf"

    def seconds(self, language: str, name: str) -> float:
        """How long a prompt lasts, by id or by the name of its sound.

        Raises:
            SetupError: if there is no such sound.
        """
        return sounds.duration(language, name, root=self._root)

    def known_ids(self) -> dict[str, frozenset[str]]:
        """The ids a flow may name, by language."""
        return {
            language: frozenset(prompt.id for prompt in self.prompts(language) if not prompt.asterisk)
            for language in LANGUAGES
        }


@lru_cache(maxsize=1)
def pack() -> PromptBook:
    """The prompts that travel with the code alone."""
    return PromptBook()


__all__ = ["PromptBook", "pack"]
