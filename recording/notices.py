"""Notices: what the dialplan leaves when a recording begins, so that nothing is lost while the engine is away.

A notice is a small JSON file named after the recording. It costs Asterisk one write; a program run at the end of every
recording would cost it more than the call itself.
"""

from __future__ import annotations

import contextlib
import json
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.core.ids import is_safe_id
from ivr.core.log import get_logger
from ivr.storage.models.recordings import ROLES
from recording.vault.files import SUFFIX

log = get_logger("ledger")

# A file that is open still so long after its channel's end is never closed. Nor does a recorder at work leave its file
# alone for longer, unless nothing is said to it.
NEVER_CLOSED = timedelta(seconds=5)

_LONGEST = 4096  # bytes; ours have some 200


@dataclass(frozen=True, slots=True)
class Notice:
    """What the dialplan left when the recording began."""

    path: Path
    file: str
    linkedid: str
    uniqueid: str
    role: str
    agent: str = ""


def lying(folder: Path, sounds: Path, now: datetime) -> tuple[list[Notice], list[Notice]]:
    """Notices of recordings that are closed, and of those that are not although nobody writes to them.

    What is no notice is set aside as ``.refused``.

    Args:
        folder: of the notices.
        sounds: of the recordings.
        now: the time, by which files are young or old.
    """
    closed: list[Notice] = []
    still: list[Notice] = []
    lately = now - NEVER_CLOSED
    for path in sorted(folder.glob("*.json")):
        sound = sounds / path.stem
        of_closed = is_safe_id(path.stem) and (is_closed(sound) or sealed(sound).exists())
        if not of_closed and (changed_at(sound) or changed_at(path) or now) > lately:
            continue
        try:
            notice = read_notice(path)
        except FileNotFoundError:
            continue
        except PermissionError:
            notice = None
        if notice is not None:
            (closed if of_closed else still).append(notice)
        elif not _is_begun(path, lately):
            log.warning("notice refused", file=path.name)
            _set_aside(path)
    return closed, still


def read_notice(path: Path) -> Notice | None:
    """The notice at ``path``; ``None`` if it is not one of ours: named after the recording, ids only.

    Raises:
        OSError: if it cannot be read now, or is gone.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    with path.open("rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        return None
    try:
        data = json.loads(content)
        names = [data["file"], data["linkedid"], data["uniqueid"], data["role"]]
        agent = data.get("agent", "")
        names += [agent] if agent else []
        if not all(isinstance(name, str) and is_safe_id(name) for name in names) or data["role"] not in ROLES:
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    file_name, linkedid, uniqueid, role = names[:4]
    if path.name != f"{file_name}.json":
        return None
    return Notice(path, file_name, linkedid, uniqueid, role, agent[:64])


def sealed(sound: Path) -> Path:
    """Where a recording is when it has been judged and sealed."""
    return sound.with_name(sound.name + SUFFIX)


def is_closed(path: Path) -> bool:
    """Whether Asterisk has closed a sound file: the sizes in a WAV header are 0 until then."""
    try:
        with path.open("rb") as file:
            riff = file.read(8)
    except OSError:
        return False
    return len(riff) == 8 and riff[4:] != bytes(4)


def changed_at(path: Path) -> datetime | None:
    """When a file was written to last; None if there is none."""
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except OSError:
        return None


def _is_begun(path: Path, lately: datetime) -> bool:
    """Whether a notice may be in the middle of being written: made just now, and empty yet."""
    with contextlib.suppress(OSError):
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and not status.st_size and status.st_mtime > lately.timestamp()
    return False


def _set_aside(path: Path) -> None:
    """Rename what is no notice, so that a person can look at it; never over what was set aside before."""
    target = path.with_suffix(".refused")
    number = 1
    while target.exists() or target.is_symlink():
        number += 1
        target = path.with_suffix(f".{number}.refused")
    with contextlib.suppress(FileNotFoundError):
        path.rename(target)
