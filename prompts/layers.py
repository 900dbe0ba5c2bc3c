"""Which file says a prompt: a studio's recording before a sound built from the site's words, and that before the pack.

A site's folder: ``sounds/<zh|en|ko>/`` as the pack's own (built), ``studio/<zh|en|ko>/<id>.wav`` (recorded, any rate;
also .flac and .ogg), names Asterisk asks for as they are, such as ``studio/zh/digits/7.wav``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prompts import sounds
from prompts.catalogue import LANGUAGES, Prompt

Layer = Literal["pack", "built", "studio"]

BUILT = "sounds"
STUDIO = "studio"
STUDIO_EXTENSIONS = (".wav", ".flac", ".ogg")


@dataclass(frozen=True, slots=True)
class Source:
    """The files that say a prompt.

    Args:
        layer: whose they are.
        files: file by rate in Hz; a studio's recording is the same file for both.
    """

    layer: Layer
    files: dict[int, Path]


def relative_name(prompt: Prompt) -> str:
    """A prompt's sound below the folder of its language, without extension: ``ivr/goodbye``, ``digits/7``."""
    return prompt.id if prompt.asterisk else sounds.sound_name(prompt.id)


def find_source(prompt: Prompt, site: Path | None) -> Source | None:
    """Who says ``prompt``, or None where nobody does.

    Args:
        site: folder of the site; None for the pack alone.
    """
    return next(find_sources(prompt, site), None)


def find_sources(prompt: Prompt, site: Path | None) -> Iterator[Source]:
    """Everybody who says ``prompt``, the first before the others."""
    if site is not None:
        recorded = studio_file(prompt, site)
        if recorded is not None:
            yield Source("studio", dict.fromkeys(sounds.EXTENSIONS.values(), recorded))
        built = _pair(prompt, site / BUILT, within=site)
        if built is not None:
            yield Source("built", built)
    pack = _pair(prompt, sounds.folder())
    if pack is not None:
        yield Source("pack", pack)


def studio_file(prompt: Prompt, site: Path) -> Path | None:
    """A studio's recording of ``prompt``, or None."""
    base = site / STUDIO / sounds.asterisk_code(prompt.language)
    for extension in STUDIO_EXTENSIONS:
        path = base / f"{prompt.id}{extension}"
        if _ordinary(path, site):
            return path
    return None


def studio_files(site: Path) -> Iterator[tuple[str, str, Path]]:
    """Language, prompt id and path of every file a studio is said to have recorded, of whatever name."""
    for language in LANGUAGES:
        base = site / STUDIO / sounds.asterisk_code(language)
        for path in sorted(base.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield language, path.relative_to(base).with_suffix("").as_posix(), path


def _pair(prompt: Prompt, root: Path, within: Path | None = None) -> dict[int, Path] | None:
    base = root / sounds.asterisk_code(prompt.language)
    files = {rate: base / f"{relative_name(prompt)}{extension}" for extension, rate in sounds.EXTENSIONS.items()}
    there = all(path.is_file() if within is None else _ordinary(path, within) for path in files.values())
    return files if there else None


def _ordinary(path: Path, site: Path) -> bool:
    """Whether it is a file, and inside the site."""
    return path.is_file() and path.resolve().is_relative_to(site.resolve())


__all__ = [
    "BUILT",
    "STUDIO",
    "STUDIO_EXTENSIONS",
    "Layer",
    "Source",
    "find_source",
    "find_sources",
    "relative_name",
    "studio_file",
    "studio_files",
]
