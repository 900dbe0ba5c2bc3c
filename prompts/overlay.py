"""The folder Asterisk plays from: the pack, the site's built sounds and a studio's recordings in one.

``<home>/current`` points to the version in force, a folder named by its contents: links to the pack, copies of what
is the site's, recordings converted, slow prompts made. A version is made beside the one in force and takes its place
in one step; what did not change is taken over. Sounds the site has dropped stay a while, for calls under way.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ivr.core.alone import alone
from ivr.core.errors import SetupError, UsageError
from ivr.core.ids import new_token
from ivr.core.language import Text
from prompts import sounds
from prompts.book import PromptBook
from prompts.catalogue import LANGUAGES
from prompts.layers import Source, find_sources, relative_name

CURRENT = "current"
LEAVING = timedelta(hours=4)
"""How long a sound stays that no prompt of the site has any more."""
WAIT = 30.0
"""Seconds to wait for another process that lays sounds."""
_INDEX = "overlay.json"
_WAY = 1  # goes up when the same sources make other sounds


@dataclass(frozen=True, slots=True)
class Laid:
    """The folder, as it is now.

    Args:
        root: what to give to Asterisk and ``prompts.sounds``.
        changed: whether it was laid anew.
        problems: recordings that could not be used; the next layer speaks for them.
    """

    root: Path
    changed: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to a file of the folder, and a key that changes when it would become another."""

    key: str
    make: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class _Version:
    """What a version says of itself: key by file, those that leave and when, what went wrong."""

    digest: str
    files: dict[str, str]
    leaving: dict[str, tuple[str, str]]
    problems: dict[str, str]


_NONE = _Version("", {}, {}, {})


def lay(
    home: Path,
    book: PromptBook,
    site: Path | None,
    now: datetime,
    *,
    slow: Mapping[str, Iterable[str]] | None = None,
    speed: float = 1.0,
) -> Laid:
    """Bring the folder up to date.

    Args:
        home: folder of the versions.
        book: the prompts of the site.
        site: its folder.
        now: the time.
        slow: ids of prompts by language that are wanted slowly, too, as ``ivr-slow/<id>``.
        speed: of those, 0.5 to 1.

    Raises:
        SetupError: if it cannot be written.
        UsageError: if another process lays them for longer than ``WAIT``.
    """
    try:
        with _alone(home):
            wanted = _plan(book, site, {one: set(ids) for one, ids in (slow or {}).items()}, speed)
            before = _read(home / CURRENT)
            leaving = _leaving(before, wanted, now)
            keys = {name: "|".join(way.key for way in ways) for name, ways in wanted.items()}
            digest = hashlib.sha256(json.dumps([_WAY, sorted(keys.items()), sorted(leaving.items())]).encode())
            version = _Version(digest.hexdigest()[:24], keys, leaving, {})
            changed = before.digest != version.digest
            if changed:
                _publish(home, version, wanted, before)
            problems = version.problems if changed else before.problems
    except OSError as error:
        raise SetupError(
            Text(f"cannot lay the sounds in {home}: {error.strerror}", f"无法在 {home} 准备声音：{error.strerror}"),
            cure=Text("check the disk and who owns the folder", "请检查磁盘和目录的所有者"),
        ) from error
    return Laid(home / CURRENT, changed, tuple(dict.fromkeys(problems.values())))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    busy = UsageError(
        Text("another process prepares the sounds", "另一进程正在准备声音"), cure=Text("try again", "请稍后再试")
    )
    until = time.monotonic() + WAIT
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(alone(home / ".lock", busy))
                break
            except UsageError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield


def _plan(book: PromptBook, site: Path | None, slow: Mapping[str, set[str]], speed: float) -> dict[str, list[_Way]]:
    """Every file of the folder with the ways to it, the best first."""
    wanted = {name: [_Way(_key("pack", path), partial(_link, path))] for name, path in _pack()}
    for language in LANGUAGES:
        code = sounds.asterisk_code(language)
        for prompt in book.prompts(language):
            sources = list(find_sources(prompt, site))
            slowly = not prompt.asterisk and speed < 1 and prompt.id in slow.get(language, ())
            for extension, rate in sounds.EXTENSIONS.items():
                if sources and sources[0].layer != "pack":
                    name = f"{code}/{relative_name(prompt)}{extension}"
                    wanted[name] = [_way(source, rate) for source in sources]
                if slowly:
                    name = f"{code}/{sounds.SLOW}{prompt.id}{extension}"
                    wanted[name] = [_way(source, rate, speed) for source in sources]
    return wanted


def _pack() -> Iterator[tuple[str, Path]]:
    root = sounds.folder()
    for part in (*(sounds.asterisk_code(language) for language in LANGUAGES), sounds.moh_folder().name):
        for folder, _, names in os.walk(root / part):
            for name in names:
                if not name.startswith("."):
                    path = Path(folder, name)
                    yield path.relative_to(root).as_posix(), path


def _key(kind: str, path: Path, more: str = "") -> str:
    found = path.stat()
    return f"{kind}:{path}:{found.st_size}:{found.st_mtime_ns}:{more}"


def _way(source: Source, rate: int, speed: float = 1.0) -> _Way:
    path = source.files[rate]
    if source.layer == "studio" or speed < 1:
        more = "" if speed == 1 else f"{speed:g}"
        return _Way(_key(source.layer, path, more), partial(_convert, path, source.layer == "studio", rate, speed))
    if source.layer == "pack":
        return _Way(_key("pack", path), partial(_link, path))
    return _Way(_key(source.layer, path), partial(_copy, path))


def _link(path: Path, target: Path) -> None:
    target.symlink_to(path)


def _copy(path: Path, target: Path) -> None:
    shutil.copyfile(path, target)


def _convert(path: Path, recorded: bool, rate: int, speed: float, target: Path) -> None:
    from prompts.builder.finish import write_wav
    from prompts.builder.stretch import slow_down
    from prompts.studio import read_sound, telephone_sound

    sound = telephone_sound(path, rate) if recorded else read_sound(path)[0]
    write_wav(target, slow_down(sound, rate, speed), rate)


def _leaving(before: _Version, wanted: Mapping[str, Any], now: datetime) -> dict[str, tuple[str, str]]:
    """What the site has dropped and calls under way may still ask for: key, and until when."""
    until = (now + LEAVING).isoformat()
    kept = {name: one for name, one in before.leaving.items() if datetime.fromisoformat(one[1]) > now}
    gone = {name: (key, until) for name, key in before.files.items()}
    return {name: one for name, one in (kept | gone).items() if name not in wanted}


def _publish(home: Path, version: _Version, wanted: Mapping[str, list[_Way]], before: _Version) -> None:
    """Make the version, put it in force, take away those before the last."""
    old = home / CURRENT
    for leftover in home.glob(".new-*"):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
    new = home / f".new-{new_token()}"
    for folder in {Path(name).parent for name in (*version.files, *version.leaving)} | {Path()}:
        (new / folder).mkdir(parents=True, exist_ok=True)
    for name, ways in wanted.items():
        if before.files.get(name) == version.files[name] and _take_over(old / name, new / name):
            told = before.problems.get(name, "")
        else:
            told = _make(ways, new / name)
        if told:
            version.problems[name] = told
    for name in version.leaving:
        _take_over(old / name, new / name)
    index = asdict(version)
    (new / _INDEX).write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")
    place = home / f"{version.digest}-{new_token()[:6]}"  # never the name of one that is played from
    new.rename(place)
    last = old.readlink().name if old.is_symlink() else ""
    link = home / f".new-{new_token()}"
    link.symlink_to(place.name)
    link.replace(old)
    for other in home.iterdir():
        if other.name not in {place.name, last, CURRENT} and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)


def _take_over(old: Path, new: Path) -> bool:
    """The file of the version before: the same link, or the same file."""
    try:
        if old.is_symlink():
            new.symlink_to(old.readlink())
        else:
            os.link(old, new)
    except OSError:
        return False
    return True


def _make(ways: Iterable[_Way], target: Path) -> str:
    """Go the first way that can be gone; what was wrong with the ones before."""
    wrong = ""
    for way in ways:
        try:
            way.make(target)
            break
        except SetupError as error:
            wrong = wrong or str(error)
    return wrong


def _read(root: Path) -> _Version:
    """What the version in force says of itself; an unreadable one counts as none."""
    try:
        data = json.loads((root / _INDEX).read_text(encoding="utf-8"))
        return _Version(
            data["digest"],
            dict(data["files"]),
            {name: (str(key), str(until)) for name, (key, until) in data["leaving"].items()},
            dict(data["problems"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _NONE


__all__ = ["CURRENT", "LEAVING", "Laid", "lay"]
