"""A site's own prompts: what its folder says beside or instead of the pack.

``prompts/<language>.yaml`` in the form of the catalogue: its own ids, or those of the pack with other words; names
Asterisk asks for below ``asterisk:``. A text may hold ``{company}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ivr.core.errors import SiteError
from ivr.core.problems import Problem
from prompts import catalogue
from prompts.catalogue import COMPANY, LANGUAGES, Prompt
from prompts.mistakes import mistake

FOLDER = "prompts"

Own = dict[str, dict[str, Prompt]]


def read_own(folder: Path, company: Mapping[str, str] | None = None) -> tuple[Own, list[Problem]]:
    """The prompts of a site by language and id, and what is wrong with them; none is no problem.

    Args:
        folder: of the site.
        company: names of the company by language, put where a text says ``{company}``; left as it is when not given.
    """
    own: Own = {}
    problems: list[Problem] = []
    try:
        names = sorted(path.name for path in (folder / FOLDER).iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return own, problems
    except OSError as error:
        return own, [mistake(FOLDER, "PR100", error.strerror or "")]
    root = folder.resolve()
    for name in names:
        shown = f"{FOLDER}/{name}".encode("utf-8", "replace").decode()
        language = name.removesuffix(".yaml")
        if language not in LANGUAGES or not name.endswith(".yaml"):
            problems.append(mistake(shown, "PR103", language))
            continue
        path = folder / FOLDER / name
        try:
            if not path.resolve().is_relative_to(root) or not path.is_file():
                problems.append(mistake(shown, "PR100", "it leads out of the site, or is no file"))
                continue
            read = catalogue.read_catalogue(path, shown=shown)
        except SiteError as error:
            problems += error.problems
            continue
        wrong = list(_misplaced(read, language, shown))
        problems += wrong
        if not wrong:
            own[language] = {prompt.id: fill(prompt, company) for prompt in read}
    return own, problems


def _misplaced(read: catalogue.Catalogue, language: str, shown: str) -> list[Problem]:
    if read.language != language:
        return [mistake(shown, "PR111", read.language)]
    pack = catalogue.load(language)
    asked = {prompt.id for prompt in pack if prompt.asterisk}
    return [
        mistake(prompt.where, "PR113" if prompt.asterisk else "PR112", prompt.id)
        for prompt in read
        if prompt.asterisk != (prompt.id in asked)
    ]


def fill(prompt: Prompt, company: Mapping[str, str] | None) -> Prompt:
    """The prompt with the company's name in the language of its words; another language's where it has none there."""
    if not company or COMPANY not in prompt.text + prompt.spoken:
        return prompt
    name = company.get(prompt.says_in) or company.get(prompt.language) or next(iter(company.values()))
    return replace(prompt, text=prompt.text.replace(COMPANY, name), spoken=prompt.spoken.replace(COMPANY, name))


__all__ = ["FOLDER", "Own", "fill", "read_own"]
