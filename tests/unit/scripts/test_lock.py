"""requirements.lock: everything pinned by hash, from nowhere in particular, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ivr

PROJECT = Path(ivr.__file__).resolve().parent.parent
LOCK = PROJECT / "requirements.lock"
# "voices" makes the sounds that are committed: nobody needs it to run them
EXTRAS = ("dev", "postgres", "cluster", "model-ko")
pytestmark = pytest.mark.skipif(not LOCK.is_file(), reason="not a checkout")


def entries() -> list[tuple[Requirement, list[str]]]:
    """Each requirement of the lock with its hashes."""
    text = re.sub(r"^\s*#.*\n", "", LOCK.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        words = line.split(" --hash=")
        found.append((Requirement(words[0].strip()), [word.strip() for word in words[1:]]))
    return found


def test_everything_is_pinned_by_hash() -> None:
    locked = entries()
    assert len(locked) > 70
    for requirement, hashes in locked:
        (one,) = requirement.specifier
        assert one.operator == "==", requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


def test_it_names_no_place_to_fetch_from() -> None:
    text = LOCK.read_text("utf-8")
    assert all(requirement.url is None for requirement, _ in entries())
    assert not re.search(r"^\s*-", re.sub(r"^    --hash=", "", text, flags=re.MULTILINE), re.MULTILINE), "an option"
    assert not re.search(r"://|file:|(^|\s)\.{0,2}/", text, re.MULTILINE)


def test_it_satisfies_pyproject() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    wanted = list(project["project"]["dependencies"])
    for extra in EXTRAS:
        wanted += project["project"]["optional-dependencies"][extra]
    wanted += project["build-system"]["requires"]
    locked = {
        canonicalize_name(requirement.name): next(iter(requirement.specifier)).version for requirement, _ in entries()
    }
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not locked"
        assert requirement.specifier.contains(version), f"{requirement}: {version} is locked"


def test_what_builds_a_source_package_is_locked_first_of_all() -> None:
    """scripts/common.sh installs setuptools, by this very line, before the rest."""
    assert re.search(r"^setuptools==", LOCK.read_text("utf-8"), re.MULTILINE)
