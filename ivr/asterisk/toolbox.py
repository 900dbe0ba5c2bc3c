"""Asterisk, the SIP test clients and ffmpeg: where each is and how it is started.

A tool comes from the host, or from a *rootfs*: a folder of unpacked distribution packages. What lies in a rootfs is run
through the rootfs' own dynamic loader with its own libraries, so that it needs no chroot and nothing from the host.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from ivr.asterisk.process import run
from ivr.core.errors import AsteriskError
from ivr.core.language import Text

Tool = Literal["asterisk", "sipp", "baresip", "ffmpeg", "ffprobe"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
MINIMUM = 20  # oldest Asterisk we run on

_DOCUMENTATION = Path("documentation") / "core-en_US.xml"
_EXTRA_LIBRARIES = ("pulseaudio", "blas", "lapack")  # below the libraries, and not on the loader's own path
_CURE = Text("run `ivr asterisk install`", "请运行 `ivr asterisk install`")


def host_tool(tool: Tool) -> Path | None:
    """The host's own ``tool``; sbin counts even when it is not on an ordinary user's PATH."""
    found = shutil.which(tool)
    for folder in ("/usr/sbin", "/usr/local/sbin"):
        found = found or shutil.which(tool, path=folder)
    return Path(found) if found else None


def parse_version(text: str) -> tuple[int, ...]:
    """``Asterisk 22.10.1~dfsg-1`` as ``(22, 10, 1)``; empty when there is no version in it.

    ``Asterisk certified/20.7-cert2`` and ``Asterisk GIT-20-abc`` count as 20 too.
    """
    match = re.search(r"Asterisk \D*(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match.group(1).split(".")) if match else ()


class Toolbox:
    """Commands of the tools, wherever they are.

    Args:
        root: the rootfs, or None when the host has everything that is wanted.
        host: tools to take from the host. When it holds no Asterisk, everything comes from the rootfs.
    """

    def __init__(self, root: Path | None, *, host: Mapping[Tool, Path] | None = None) -> None:
        self.root = root.absolute() if root is not None else None
        self.host: dict[Tool, Path] = dict(host or {})

    def __repr__(self) -> str:
        return f"Toolbox(root={self.root!r}, host={sorted(self.host)})"

    def has(self, tool: Tool) -> bool:
        """Whether ``tool`` can be had."""
        return tool in self.host or self._in_root(tool) is not None

    def command(self, tool: Tool) -> list[str]:
        """The words that start ``tool``; its arguments follow them.

        Raises:
            AsteriskError: if neither the host nor the rootfs has it.
        """
        if tool in self.host:
            return [str(self.host[tool])]
        program = self._in_root(tool)
        if program is None:
            raise AsteriskError(Text(f"{tool} is missing", f"缺少 {tool}"), cure=_CURE)
        return [*self._loader, str(program)]

    def version(self) -> str:
        """Asterisk's version, e.g. ``22.10.1``; asked of Asterisk itself, once.

        Raises:
            AsteriskError: if Asterisk is missing or does not answer.
        """
        return self._version

    @cached_property
    def _version(self) -> str:
        said = run([*self.command("asterisk"), "-V"], limit=10)
        version = parse_version(said.out)
        if not version:
            raise AsteriskError(
                Text(
                    f"Asterisk does not tell its version: {(said.err or said.out).strip()[-200:]!r}",
                    f"无法获知 Asterisk 的版本：{(said.err or said.out).strip()[-200:]!r}",
                ),
                cure=_CURE,
            )
        return ".".join(map(str, version))

    @property
    def asterisk_modules(self) -> Path:
        """Folder of Asterisk's modules (astmoddir)."""
        return self._folder(
            "asterisk",
            ("lib/asterisk/modules", "lib64/asterisk/modules"),
            "astmoddir",
            lambda p: (p / "chan_pjsip.so").is_file(),
        )

    @property
    def data_dir(self) -> Path:
        """Folder of Asterisk's data (astdatadir); holds documentation/core-en_US.xml, or Asterisk does not start."""
        return self._folder(
            "asterisk",
            ("share/asterisk",),
            "astdatadir",
            lambda p: (p / _DOCUMENTATION).is_file(),
            ("/var/lib/asterisk",),
        )

    @property
    def baresip_modules(self) -> Path:
        """Folder of baresip's modules (module_path)."""
        return self._folder(
            "baresip", ("lib/baresip/modules", "lib64/baresip/modules"), None, lambda p: (p / "account.so").is_file()
        )

    def _in_root(self, tool: Tool) -> Path | None:
        if self.root is None:
            return None
        places = (self.root / sub / tool for sub in ("usr/sbin", "usr/bin", "sbin", "bin"))
        return next((place for place in places if place.is_file()), None)

    @cached_property
    def _libraries(self) -> Path:
        """The folder of the rootfs that holds the dynamic loader: ``usr/lib/<triplet>``."""
        assert self.root is not None
        for base in ("usr/lib", "lib"):
            for folder in sorted((self.root / base).glob("*-linux-gnu*")):
                if self._loader_in(folder) is not None:
                    return folder
        raise AsteriskError(
            Text(f"no dynamic loader in {self.root}", f"{self.root} 中没有动态链接器"),
            cure=Text(f"delete that folder and {_CURE.en}", "请删除该目录，然后运行 `ivr asterisk install`"),
        )

    @staticmethod
    def _loader_in(folder: Path) -> Path | None:
        found = [path for pattern in ("ld-linux*.so.*", "ld64.so.*") for path in folder.glob(pattern) if path.is_file()]
        return min(found, default=None)

    @cached_property
    def _loader(self) -> list[str]:
        """``ld-linux.so --inhibit-cache --library-path ...``: the host's library cache must not mix in."""
        assert self.root is not None
        libraries = self._libraries
        homes = [self.root / base / libraries.name for base in ("usr/lib", "lib")]
        homes += [home / extra for home in homes for extra in _EXTRA_LIBRARIES]
        path = ":".join(str(home) for home in homes if home.is_dir())
        return [str(self._loader_in(libraries)), "--inhibit-cache", "--library-path", path]

    def _folder(
        self,
        tool: Tool,
        below: tuple[str, ...],
        directive: str | None,
        good: Callable[[Path], bool],
        more: tuple[str, ...] = (),
    ) -> Path:
        if tool in self.host:
            prefix = self.host[tool].resolve().parent.parent
            stated = [Path(value)] if directive and (value := _host_directories().get(directive)) else []
            roots = list(dict.fromkeys([prefix, Path("/usr"), Path("/usr/local")]))
        elif self.root is not None:
            stated, roots, more = [], [self.root / "usr", self.root], ()
        else:
            raise AsteriskError(Text(f"{tool} is missing", f"缺少 {tool}"), cure=_CURE)
        places = stated + [root / sub for root in roots for sub in below]
        for root in roots:
            for sub in below:
                head, _, rest = sub.partition("/")
                places += sorted((root / head).glob(f"*-linux-gnu*/{rest}")) if head == "lib" else []
        places += [Path(place) for place in more]
        found = next((place for place in places if good(place)), None)
        if found is None:
            raise AsteriskError(
                Text(f"{tool} is there, but not its folder {below[0]}", f"{tool} 存在，但缺少其目录 {below[0]}"),
                cure=Text(
                    f"install {tool} completely, or {_CURE.en}", f"请完整安装 {tool}，或运行 `ivr asterisk install`"
                ),
            )
        return found


def _host_directories(conf: Path = Path("/etc/asterisk/asterisk.conf")) -> dict[str, str]:
    """``[directories]`` of the host's asterisk.conf, where it may be read."""
    try:
        lines = conf.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (re.match(r"\s*(ast\w+)\s*=>?\s*([^;]+)", line) for line in lines)
    return {pair.group(1): pair.group(2).strip() for pair in pairs if pair}


__all__ = ["MINIMUM", "TOOLS", "Tool", "Toolbox", "host_tool", "parse_version"]
