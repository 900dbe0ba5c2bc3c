"""The files of a site, read without trusting them: ordinary, inside the folder, bounded in size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dialplan.codes import known, problem, shown
from dialplan.tree import Loc, Node, Place, TreeError, decode, parse, silent_hashes
from ivr.core.language import Text
from ivr.core.problems import Problem

MAX_BYTES = 1_000_000
MAX_FLOWS = 200

REQUIRED = ("site", "numbers", "queues")
OPTIONAL = ("agents", "hours", "callers", "staffing", "trunks", "alerts")


_LEADS_OUT = Text("it is a link that leads out of the folder", "它是指向文件夹之外的链接")
_NOT_A_FILE = Text("it is not an ordinary file", "它不是普通文件")
_LOOP = Text("its links lead in a circle", "其符号链接形成循环")
_REFUSALS: dict[type[OSError], Text] = {
    FileNotFoundError: Text("it is not there", "它不存在"),
    NotADirectoryError: Text("it is not a folder", "它不是文件夹"),
    PermissionError: Text("this user may not read it", "当前用户没有读取权限"),
}


class UnreadableError(Exception):
    """A file that is not read, and why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def reason(error: OSError | RuntimeError | ValueError | UnreadableError) -> Text:
    """Why a file was not read."""
    match error:
        case UnreadableError():
            return error.why
        case OSError():
            return _REFUSALS.get(type(error)) or Text(error.strerror or "unknown", error.strerror or "未知原因")
        case RuntimeError():  # Path.resolve before Python 3.13
            return _LOOP
        case _:
            return Text(shown(error), shown(error))


def _inside(root: Path, path: Path) -> Path:
    real = path.resolve(strict=True)
    if not real.is_relative_to(root):
        raise UnreadableError(_LEADS_OUT)
    return real


def read_bytes(root: Path, path: Path) -> bytes:
    """At most ``MAX_BYTES`` of an ordinary file inside ``root``.

    Links are followed only within ``root``; devices and pipes are never opened for reading.

    Raises:
        TreeError: DP011 if the file is larger.
        UnreadableError, OSError, RuntimeError, ValueError: if it cannot be read.
    """
    real = _inside(root, path)
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableError(_NOT_A_FILE)
        with os.fdopen(os.dup(handle), "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise TreeError("DP011", Place(shown(path.name)), limit=f"{MAX_BYTES} bytes")
    return data


class SiteFiles:
    """The trees of a site's files and the problems met while reading them."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self.parts: dict[str, Node] = {}
        self.flows: dict[str, Node] = {}
        self.complete = True  # whether every file that is there or must be there was read
        self.lost: set[str] = set()
        """Files that are not read, or not to their end: nothing can be said about what they lack."""
        try:
            self.root = folder.resolve(strict=True)
            names = sorted(os.listdir(self.root))  # noqa: PTH208 - names, as bytes may not decode
        except (OSError, RuntimeError, ValueError) as error:
            self._lost("DP002", shown(folder, 4096), what=reason(error))
            return
        for part in (*REQUIRED, *OPTIONAL):
            if f"{part}.yaml" in names:
                node = self._read(Path(f"{part}.yaml"), () if part == "site" else (part,))
                if node is not None:
                    self.parts[part] = node
            elif part in REQUIRED:
                self._lost("DP001", f"{part}.yaml:1:1", what=f"{part}.yaml")
        self._flows(names)
        self._strangers(names)

    def _lost(self, code: str, where: object, **fields: object) -> None:
        self.complete = False
        self.lost.add(str(where).split(":", 1)[0])
        self.problems.append(problem(code, where, **fields))

    def _flows(self, names: list[str]) -> None:
        stems: list[str] = []
        if "flows" in names:
            try:
                folder = _inside(self.root, self.root / "flows")
                for name in sorted(os.listdir(folder)):  # noqa: PTH208
                    if name.endswith(".yaml"):
                        stems.append(name.removesuffix(".yaml"))
                    elif not name.startswith("."):
                        self._stranger(f"flows/{name}", ["*.yaml"])
            except (OSError, RuntimeError, UnreadableError) as error:
                self._lost("DP002", "flows:1:1", what=reason(error))
                return
        if not stems:
            self._lost("DP001", "flows:1:1", what="flows/*.yaml")
        if len(stems) > MAX_FLOWS:
            self._lost("DP011", "flows:1:1", limit=f"{MAX_FLOWS} flows")
        for stem in stems[:MAX_FLOWS]:
            node = self._read(Path("flows") / f"{stem}.yaml", ("flows", stem))
            if node is not None:
                self.flows[stem] = node

    def _strangers(self, names: list[str]) -> None:
        expected = [f"{part}.yaml" for part in (*REQUIRED, *OPTIONAL)]
        for name in names:
            if name not in expected and name.lower().endswith((".yaml", ".yml")):
                self._stranger(name, expected)

    def _stranger(self, name: str, expected: list[str]) -> None:
        self.problems.append(problem("DP015", f"{shown(name)}:1:1", what=name, known=known(name, expected)))

    def _read(self, relative: Path, at: Loc) -> Node | None:
        file = shown(relative.as_posix())

        def report(code: str, place: Place, path: Loc, **fields: object) -> None:
            self.problems.append(problem(_duplicate_code(code, at + path), place, **fields))

        try:
            text = decode(read_bytes(self.root, self.root / relative), file)
            for place in silent_hashes(text, file):
                self.problems.append(problem("DP014", place))
            return parse(text, file, report)
        except TreeError as error:
            place = Place(file, error.place.line, error.place.column)
            self._lost(error.code, place, **error.fields)
        except (OSError, RuntimeError, ValueError, UnreadableError) as error:
            self._lost("DP002", Place(file), what=reason(error))
        return None


def _duplicate_code(code: str, path: Loc) -> str:
    """Duplicate keys have a name of their own where they are numbers or keys of a menu."""
    if code == "DP006" and len(path) == 2 and path[0] == "numbers":
        return "DP212"
    if code == "DP006" and len(path) == 6 and path[0] == "flows" and path[2] == "steps" and path[4] == "choices":
        return "DP221"
    return code


__all__ = ["MAX_BYTES", "MAX_FLOWS", "OPTIONAL", "REQUIRED", "SiteFiles", "UnreadableError", "read_bytes", "reason"]
