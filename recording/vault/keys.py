"""The folder of keys: who may open (public), and who this machine is (private, if it is anybody).

::

    recipients.txt   public keys, a comment with role, name and date above each; what ``age -R`` reads
    identity.txt     the private key in force; what ``age -i`` reads; absent where sealing is all that is wanted
    retired.txt      private keys of before, for what was sealed to them and not wrapped anew
    index.key        what words in the index of the database are hashed with; also where nothing can be opened
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.vault.age import MOST_RECIPIENTS, Identity, recipient
from recording.vault.errors import KeysError

ROLES = ("machine", "escrow", "person")
"""This installation's own, the one kept away from it, and anybody else who may open."""

_NOTE = re.compile(r"\A# (machine|escrow|person) (.*) (\d{4}-\d\d-\d\d)\Z")
_LONGEST_NAME = 60
_MOST_BYTES = 64 * 1024
INDEX_BYTES = 32


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may open what is sealed from now on.

    Args:
        key: ``age1...``.
        role: machine, escrow or person.
        name: for people.
        since: day on which it was added, YYYY-MM-DD.
    """

    key: str
    role: str = "person"
    name: str = ""
    since: str = ""


class KeyFolder:
    """Reads and writes a folder of keys.

    Args:
        folder: where; need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipients_file = folder / "recipients.txt"
        self.identity_file = folder / "identity.txt"
        self.retired_file = folder / "retired.txt"
        self.index_file = folder / "index.key"

    def recipients(self) -> list[Recipient]:
        """Who may open; empty when nothing is to be sealed.

        Raises:
            KeysError: if the file cannot be read or a line of it is no recipient.
        """
        found: list[Recipient] = []
        note = Recipient("")
        for number, line in enumerate(_lines(self.recipients_file), 1):
            if line.startswith("#"):
                if said := _NOTE.match(line):
                    note = Recipient("", said[1], said[2], said[3])
                continue
            try:
                key = recipient(line)
            except UsageError as error:
                raise KeysError(f"{self.recipients_file}:{number}: {error.message}", cure=error.cure) from error
            if key not in {one.key for one in found}:
                found.append(replace(note, key=key))
            note = Recipient("")
        if len(found) > MOST_RECIPIENTS:
            raise KeysError(
                Text(
                    f"{self.recipients_file}: {len(found)} recipients, at most {MOST_RECIPIENTS}",
                    f"{self.recipients_file}：有 {len(found)} 个收件人，最多 {MOST_RECIPIENTS} 个",
                ),
                cure=Text("remove some: ivr keys remove", "请移除一些：ivr keys remove"),
            )
        return found

    def identities(self) -> list[Identity]:
        """The private key in force, then those of before; empty on a machine that only seals.

        Raises:
            KeysError: if a file cannot be read, is open to others, or holds something else.
        """
        found: list[Identity] = []
        for path in (self.identity_file, self.retired_file):
            if not path.exists():
                continue
            check_private(path)
            for number, line in enumerate(_lines(path), 1):
                if not line.startswith("#"):
                    try:
                        found.append(Identity(line))
                    except UsageError as error:
                        raise KeysError(f"{path}:{number}: {error.message}", cure=error.cure) from error
        return found

    def write_recipients(self, recipients: Iterable[Recipient]) -> None:
        """Put these in place of those before, all at once."""
        lines = []
        for one in recipients:
            lines += [f"# {one.role} {clean_name(one.name) or '-'} {one.since}", one.key]
        self._make()
        _write(self.recipients_file, "\n".join(lines) + "\n", 0o644)

    def write_identity(self, identity: Identity, at: datetime) -> None:
        """Put it in force; the one before, if any, joins the retired."""
        before = [line for line in _lines(self.identity_file) if not line.startswith("#")]
        if before:
            retired = [*_lines(self.retired_file), f"# retired: {at:%Y-%m-%d}", *before]
            _write(self.retired_file, "\n".join(retired) + "\n", 0o600)
        self._make()
        _write(self.identity_file, identity_text(identity, at), 0o600)

    def forget_retired(self) -> int:
        """Remove the private keys of before; returns how many they were."""
        count = sum(not line.startswith("#") for line in _lines(self.retired_file))
        self.retired_file.unlink(missing_ok=True)
        return count

    def index_key(self) -> bytes:
        """The key words in the index are hashed with; made when there is none.

        Raises:
            KeysError: if it cannot be made or read, is open to others, or is no key.
        """
        try:
            if not self.index_file.exists():
                self._make()
                _write_new(self.index_file, os.urandom(INDEX_BYTES).hex() + "\n")
            check_private(self.index_file)
        except OSError as error:
            raise KeysError(
                Text(f"{self.index_file}: {error.strerror}", f"{self.index_file}：{error.strerror}"),
                cure=Text("make the folder of keys writable for this user", "请使当前用户对密钥目录有写权限"),
            ) from error
        lines = _lines(self.index_file)
        if len(lines) != 1 or not re.fullmatch(f"[0-9a-f]{{{2 * INDEX_BYTES}}}", lines[0]):
            raise KeysError(
                Text(f"{self.index_file}: not a key", f"{self.index_file}：不是密钥"),
                cure=Text(
                    "remove it, then: ivr calls index --rebuild", "请删除该文件，然后运行：ivr calls index --rebuild"
                ),
            )
        return bytes.fromhex(lines[0])

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)


def check_private(path: Path) -> None:
    """Refuse a private key, or a folder of them, that others on the machine can read.

    Raises:
        KeysError: if they can, or it belongs to somebody else.
        OSError: if it cannot be looked at.
    """
    found = path.stat()
    wanted = "700" if stat.S_ISDIR(found.st_mode) else "600"
    if found.st_mode & 0o077:
        raise KeysError(
            Text(
                f"{path}: others can read it (mode {stat.S_IMODE(found.st_mode):o})",
                f"{path}：其他用户可读取（权限 {stat.S_IMODE(found.st_mode):o}）",
            ),
            cure=Text(f"chmod {wanted} {path}", f"请执行：chmod {wanted} {path}"),
        )
    if found.st_uid not in (os.geteuid(), 0):
        raise KeysError(
            Text(f"{path}: belongs to another user", f"{path}：属于其他用户"),
            cure=Text("make it this user's own", "请将其归当前用户所有"),
        )


def identity_text(identity: Identity, at: datetime) -> str:
    """A private key as ``age-keygen`` writes it."""
    return f"# created: {at:%Y-%m-%dT%H:%M:%SZ}\n# public key: {identity.recipient}\n{identity.secret}\n"


def read_identity_file(path: Path) -> list[Identity]:
    """The private keys in a file that somebody hands in, e.g. the escrow's.

    Raises:
        UsageError: if there is none, or it cannot be read.
    """
    try:
        found = [Identity(line) for line in _lines(path) if not line.startswith("#")]
    except KeysError as error:
        raise UsageError(error.message, cure=error.cure) from error
    if not found:
        raise UsageError(
            Text(f"{path}: no identity in it", f"{path}：其中没有身份密钥"),
            cure=Text("name the file that was taken away at `ivr keys init`", "请指定 `ivr keys init` 时取走的文件"),
        )
    return found


def clean_name(name: str) -> str:
    """A name that stays on its line: letters, digits, blanks and ``@._-`` of any script, at most 60."""
    kept = "".join(char if char in "@._-" or unicodedata.category(char)[0] in "LN" else " " for char in name)
    return " ".join(kept.split())[:_LONGEST_NAME].strip()


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        return [line.strip() for line in content.decode().splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise KeysError(
            Text(f"{path}: {reason or 'not a file of keys'}", f"{path}：{reason or '不是密钥文件'}"),
            cure=Text("make it readable for this user", "请使当前用户可读取它"),
        ) from error


def _write(path: Path, text: str, mode: int) -> None:
    """Write all of it or nothing, never readable for more than ``mode`` says."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_new(path: Path, text: str) -> None:
    """Write a private file unless another process has just done so."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    _write(temporary, text, 0o600)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


__all__ = [
    "INDEX_BYTES", "ROLES", "KeyFolder", "Recipient", "check_private", "clean_name", "identity_text",
    "read_identity_file",
]  # fmt: skip
