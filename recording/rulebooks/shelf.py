"""The rulebooks of one site: its own before the project's, each in the version in force (norm F8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ivr.core.language import Text
from ivr.core.problems import Problem
from recording.errors import NoRulebook
from recording.rulebooks.load import PACKS, check_rulebook, find_pack, load_rulebook, no_rulebook
from recording.rulebooks.model import Names, Rulebook
from recording.rulebooks.names import with_company
from recording.rulebooks.source import read_yaml

FOLDER = "rulebooks"  # of a site
MOST = 200  # files


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of one rulebook.

    Args:
        name: of the rulebook, as its file says.
        version: as its file says.
        effective_from: first day of the calls it judges; None from ever.
        language: as its file says.
        path: of the file.
        own: whether it is the site's.
    """

    name: str
    version: str
    effective_from: date | None
    language: str
    path: Path
    own: bool


@dataclass(slots=True)
class Shelf:
    """Finds the rulebook for a call.

    Files are read when first asked for; changed files count from the next start.

    Args:
        folder: the site's rulebooks; None or a folder that is not there: only those of the project.
    """

    folder: Path | None = None
    _editions: list[Edition] | None = None
    _loaded: dict[Path, Rulebook] = field(default_factory=dict)

    def editions(self) -> list[Edition]:
        """Every version of every rulebook: the site's first, then by name and date."""
        if self._editions is None:
            own = sorted(self.folder.glob("*.yaml"))[:MOST] if self.folder and self.folder.is_dir() else []
            found = [_edition(path, own=True) for path in own]
            found += [_edition(path, own=False) for path in sorted(PACKS.glob("*.yaml"))]
            self._editions = sorted(found, key=lambda one: (not one.own, one.name, one.effective_from or date.min))
        return self._editions

    def find(self, name: str, day: date | None = None) -> Edition:
        """The version of ``name`` that is in force on ``day``; the newest when no day is given.

        A rulebook of the site comes before one of the project; before the first day of the site's own version
        the project's is in force.

        Raises:
            NoRulebook: if there is none.
        """
        known = [one for one in self.editions() if name.casefold() in {one.name.casefold(), one.path.stem.casefold()}]
        for own in (True, False):
            inside = [
                one
                for one in known
                if one.own is own and (day is None or one.effective_from is None or one.effective_from <= day)
            ]
            if inside:
                return max(inside, key=lambda one: (one.effective_from or date.min, one.version))
        if not known:
            raise no_rulebook(name, [one.name for one in self.editions()])
        raise NoRulebook(
            Text(
                f"no version of rulebook {name!r:.60} is in force on {day}",
                f"话术规则 {name!r:.60} 在 {day} 无生效版本",
            ),
            cure=Text("see ivr qa rulebook list", "请查看 ivr qa rulebook list"),
        )

    def load(self, name: str, day: date | None = None, names: Names | None = None) -> Rulebook:
        """The rulebook in force on ``day``, ready to judge.

        Args:
            names: the site's names for its placeholders.

        Raises:
            NoRulebook: if there is none.
            RulebookError: if it has errors.
        """
        rulebook = self.book(self.find(name, day))
        return rulebook if names is None else with_company(rulebook, names)

    def book(self, edition: Edition) -> Rulebook:
        """One version of a rulebook.

        Raises:
            RulebookError: if it has errors.
        """
        if edition.path not in self._loaded:
            self._loaded[edition.path] = load_rulebook(edition.path, self.file_of)
        return self._loaded[edition.path]

    def check(self, edition: Edition) -> tuple[Rulebook | None, list[Problem]]:
        """A rulebook if it can be read, and everything that is wrong with it."""
        return check_rulebook(edition.path, self.file_of)

    def file_of(self, name: str) -> Path | None:
        """The file of a rulebook that another one extends: a pack, or else the site's newest of that name."""
        path = find_pack(name)
        if path is not None:
            return path
        found = [one for one in self.editions() if one.own and name.casefold() == one.name.casefold()]
        return max(found, key=lambda one: one.effective_from or date.min).path if found else None


def _edition(path: Path, *, own: bool) -> Edition:
    """What a file says of itself; a file that cannot be read goes by its name, and says so when it is loaded."""
    try:
        data = read_yaml(path.name, path.read_text(encoding="utf-8")).data
    except (OSError, UnicodeDecodeError):
        data = None
    data = data if isinstance(data, dict) else {}
    since = data.get("effective_from")
    return Edition(
        name=str(data.get("name") or path.stem)[:64],
        version=str(data.get("version") or "")[:24],
        effective_from=since if type(since) is date else None,
        language=str(data.get("language") or "")[:16],
        path=path,
        own=own,
    )
