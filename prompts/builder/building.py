"""A site's own prompts, built: what is missing or was made from other words, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ivr.core.errors import UsageError
from prompts import manifest
from prompts.book import PromptBook
from prompts.builder.engines import Speaker
from prompts.builder.render import stale, write
from prompts.catalogue import LANGUAGES, Prompt
from prompts.layers import BUILT, studio_file
from prompts.measure import Floats

Told = Callable[[Prompt, int, int], None]


def own_prompts(book: PromptBook, languages: Iterable[str] = LANGUAGES) -> list[Prompt]:
    """The prompts whose words are the site's."""
    return [prompt for language in languages for prompt in book.prompts(language) if book.is_own(language, prompt.id)]


def to_build(
    book: PromptBook, site: Path, languages: Iterable[str] = LANGUAGES, *, everything: bool = False
) -> list[Prompt]:
    """The site's prompts that want building; those a studio has recorded do not.

    Args:
        everything: also those whose sound is up to date.

    Raises:
        SetupError: if the manifest of the built sounds cannot be read.
    """
    root = site / BUILT
    prompts = [prompt for prompt in own_prompts(book, languages) if studio_file(prompt, site) is None]
    return prompts if everything else stale(prompts, manifest.read_manifest(manifest.manifest_path(root)), root=root)


def build(prompts: Sequence[Prompt], site: Path, speaker: Callable[[], Speaker], tell: Told | None = None) -> None:
    """Build the sounds of ``prompts`` into the site's folder, each whole, the manifest with it.

    Args:
        speaker: makes the engine, which tones do without.
        tell: hears of each prompt, how many are done and how many there are, before it is built.

    Raises:
        SetupError: if the engine is not here or fails.
        UsageError: if the engine cannot say a text.
        OSError: if a sound cannot be written.
    """
    root = site / BUILT
    path = manifest.manifest_path(root)
    known = manifest.read_manifest(path)
    engine: Speaker | None = None
    for number, prompt in enumerate(prompts):
        if tell is not None:
            tell(prompt, number, len(prompts))
        if prompt.tone:
            known[manifest.key(prompt)] = write(prompt, None, 0, voice="tone", root=root)
        else:
            engine = engine or speaker()
            sound, rate = _said(engine, prompt)
            known[manifest.key(prompt)] = write(prompt, sound, rate, voice=engine.voice(prompt), root=root)
        manifest.write_manifest(path, known)


def _said(engine: Speaker, prompt: Prompt) -> tuple[Floats, int]:
    try:
        return engine.say(prompt)
    except UsageError as error:
        where = prompt.where or manifest.key(prompt)
        raise UsageError(f"{where}: {prompt.id}: {error.message}", cure=error.cure) from error


__all__ = ["build", "own_prompts", "to_build"]
