"""From the files somebody names to calls with an agent and a caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.audio.decode import SUFFIXES, Decoded, shown
from recording.audio.wav import Sound
from recording.errors import SoundError

Side = Literal["left", "right"]
MOST_FILES = 10_000
SAME = 0.98  # correlation of two channels that hold one mix
_ROLES = {
    "agent": "agent",
    "坐席": "agent",
    "客服": "agent",
    "caller": "caller",
    "customer": "caller",
    "客户": "caller",
}
_TAIL = re.compile(r"(?:^|[-_. ])(" + "|".join(_ROLES) + r")$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as it was named.

    Args:
        path: of the file.
        role: agent or caller; None when nobody said so.
        group: files of the same group are one call; "" for a file that stands for itself.
    """

    path: Path
    role: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class ForeignCall:
    """One call in memory.

    Args:
        name: of its files, for people.
        files: their names.
        agent: his sound; None when there is no file of him.
        caller: the same.
        warnings: what is odd about the files.
    """

    name: str
    files: tuple[str, ...]
    agent: Sound | None
    caller: Sound | None
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Files that are no call."""

    files: tuple[str, ...]
    error: SoundError


def gather(names: Sequence[str]) -> list[Piece]:
    """The files that were named: plain, as ``agent=FILE`` and ``caller=FILE``, or all sound files of a folder.

    In a folder, ``NAME-agent.EXT`` and ``NAME-caller.EXT`` are one call; folders and links inside it are not followed.

    Raises:
        UsageError: if there is none, there are too many, or a role is named twice for one call.
    """
    found: list[Piece] = []
    pair, roles = 0, set[str]()
    for name in names:
        role, marked, rest = name.partition("=")
        if marked and role in {"agent", "caller"}:
            if role in roles:
                pair, roles = pair + 1, set()
            roles.add(role)
            found.append(Piece(Path(rest), role, f"={pair}"))
        elif Path(name).is_dir():
            found += _folder(Path(name))
        else:
            found.append(Piece(Path(name)))
        if len(found) > MOST_FILES:
            raise UsageError(
                Text(f"more than {MOST_FILES} files", f"文件超过 {MOST_FILES} 个"),
                cure=Text("give them in several runs", "请分批处理"),
            )
    if not found:
        raise UsageError(
            Text("no sound files there", "没有音频文件"),
            cure=Text(f"known endings: {' '.join(sorted(SUFFIXES))}", f"支持的扩展名：{' '.join(sorted(SUFFIXES))}"),
        )
    return found


def calls(
    pieces: Sequence[Piece], decode: Callable[[Path], Decoded], agent: Side = "left"
) -> Iterator[ForeignCall | Refused]:
    """Calls, one after the other, decoded when their turn comes.

    A stereo file is a call. Mono files without a role are taken in pairs, the agent's first.

    Args:
        pieces: files as ``gather`` gives them.
        decode: reads a file; raises SoundError.
        agent: the channel of the agent in stereo files.
    """
    waiting: list[tuple[Piece, Decoded]] = []
    for group in _groups(pieces):
        if group[0].role is not None:
            yield _paired(group, decode)
            continue
        (piece,) = group
        try:
            sound = decode(piece.path)
            if len(sound.channels) == 2:
                _apart(piece.path, *sound.channels)
        except SoundError as error:
            yield Refused((shown(piece.path),), error)
            continue
        if len(sound.channels) == 2:
            left, right = sound.channels
            one, other = (left, right) if agent == "left" else (right, left)
            name = shown(piece.path)
            yield ForeignCall(name, (name,), one, other, sound.warnings)
            continue
        waiting.append((piece, sound))
        if len(waiting) == 2:
            (first, own), (second, theirs) = waiting
            files = (shown(first.path), shown(second.path))
            yield ForeignCall(files[0], files, own.channels[0], theirs.channels[0], (*own.warnings, *theirs.warnings))
            waiting = []
    for piece, _ in waiting:
        yield Refused(
            (shown(piece.path),),
            SoundError(
                Text(f"{shown(piece.path)}: one channel, and no second file to go with it",
                     f"{shown(piece.path)}：只有一个声道，且没有与之配对的文件"),
                cure=Text("name both parties' files, agent first; agent=FILE alone if only the agent is on it",
                          "请先后给出坐席与来电者的文件；若只含坐席，请写 agent=文件"),
            ),
        )  # fmt: skip


def _folder(folder: Path) -> list[Piece]:
    try:
        known = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        files = [path for path in known if path.is_file() and not path.is_symlink()]  # a link may lead anywhere
    except OSError as error:
        raise UsageError(
            Text(f"{shown(folder)}: {error.strerror}", f"{shown(folder)}：{error.strerror}"),
            cure=Text("check the folder's permissions", "请检查目录权限"),
        ) from error
    found: list[Piece] = []
    taken: dict[tuple[str, str], Path] = {}
    for path in files:
        tail = _TAIL.search(path.stem)
        if tail is None:
            found.append(Piece(path, group=""))
            continue
        role, stem = _ROLES[tail.group(1).casefold()], path.stem[: tail.start()]
        if (stem, role) in taken:  # the same recording in two formats
            continue
        taken[stem, role] = path
        found.append(Piece(path, role, f"{folder}/{stem}"))
    return found


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of one call together, in the order in which the first of each was named."""
    found: dict[tuple[str, int], list[Piece]] = {}
    for number, piece in enumerate(pieces):
        found.setdefault((piece.group, -1 if piece.group else number), []).append(piece)
    return list(found.values())


def _paired(group: Sequence[Piece], decode: Callable[[Path], Decoded]) -> ForeignCall | Refused:
    """The call of files that were given roles."""
    sounds: dict[str, Sound] = {}
    warnings: list[Text] = []
    files = tuple(shown(piece.path) for piece in group)
    for piece in group:
        try:
            found = _of_one(piece.path, decode)
        except SoundError as error:
            return Refused(files, error)
        warnings += found.warnings
        sounds[piece.role or ""] = found.channels[0]
    return ForeignCall(files[0], files, sounds.get("agent"), sounds.get("caller"), tuple(warnings))


def _of_one(path: Path, decode: Callable[[Path], Decoded]) -> Decoded:
    """A file that is said to hold one party."""
    found = decode(path)
    if len(found.channels) != 1:
        raise SoundError(
            Text(
                f"{shown(path)}: {len(found.channels)} channels, but it is said to hold one party",
                f"{shown(path)}：有 {len(found.channels)} 声道，但被指定为单方录音",
            ),
            cure=Text("name it without agent= or caller=", "请去掉 agent= 或 caller="),
        )
    return found


def _apart(path: Path, left: Sound, right: Sound) -> None:
    """Refuse a stereo file whose channels are the same mix of both: nobody could tell who said what."""
    one, other = left.samples.astype(np.float32), right.samples.astype(np.float32)
    power = float(np.dot(one, one)) * float(np.dot(other, other))
    if power > 0 and float(np.dot(one, other)) >= SAME * power**0.5:
        raise SoundError(
            Text(
                f"{shown(path)}: both channels hold the same sound, so nobody can tell who spoke",
                f"{shown(path)}：左右声道内容相同，无法区分说话人",
            ),
            cure=Text("record each party on a channel or in a file of its own", "请将双方分别录到各自的声道或文件"),
        )
