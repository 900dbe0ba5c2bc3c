"""apt-get and dpkg-deb as an ordinary user, in a folder of their own: nothing on the host is changed."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ivr.asterisk.process import Finished, run
from ivr.asterisk.sources import BY_HAND, Release
from ivr.asterisk.toolbox import MINIMUM
from ivr.core.errors import AsteriskError
from ivr.core.language import Text

Fraction = Callable[[float], None]

CHECK_DISK = Text("check the disk; try again", "请检查磁盘后重试")

_UPDATE_LIMIT = 300.0  # seconds
_PLAN_LIMIT = 120.0
_DOWNLOAD_LIMIT = 1800.0
_UNPACK_LIMIT = 120.0  # each package

# Read after the host's own configuration, so that a proxy stays in force and hooks, pins and extra lists do not.
_CONFIG = """\
Dir::State "{a}";
Dir::State::Lists "{a}/lists";
Dir::State::status "{a}/status";
Dir::Cache "{a}/cache";
Dir::Log "{a}/log";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{a}/sources.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Debug::NoLocking "true";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Default-Release "";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
APT::Get::Assume-Yes "true";
APT::Color "false";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large;
#clear Acquire::IndexTargets::deb::CNF;
#clear Acquire::IndexTargets::deb::Contents-deb;
#clear Acquire::IndexTargets::deb::Contents-all;
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a download will fetch: file names and sizes in bytes."""

    files: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(self.files.values())

    def version(self, package: str) -> str:
        """Version of ``package`` as its file name tells it; empty when it is not in the plan."""
        for file in self.files:
            name, _, rest = file.partition("_")
            if name == package:
                return unquote(rest.rpartition("_")[0]).partition(":")[2] or unquote(rest.rpartition("_")[0])
        return ""


class Apt:
    """One private apt, living in ``folder``."""

    def __init__(self, folder: Path, release: Release) -> None:
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise AsteriskError(
                    Text(f"{tool} is missing, so Asterisk cannot be fetched", f"缺少 {tool}，无法获取 Asterisk"),
                    cure=BY_HAND,
                )
        self.folder = folder
        self.release = release
        self.archives = folder / "cache" / "archives"
        for sub in ("lists/partial", "cache/archives/partial", "sources.d", "log"):
            (folder / sub).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "apt.conf").write_text(_CONFIG.format(a=folder), "utf-8")
        (folder / "sources.d" / "asterisk.sources").write_text(release.deb822(_architecture()), "utf-8")

    def _apt_get(self, *words: str, limit: float, tick: Callable[[], None] | None = None) -> Finished:
        return run(["apt-get", "-c", str(self.folder / "apt.conf"), *words], limit=limit, tick=tick)

    def update(self, tick: Callable[[], None] | None = None) -> None:
        """Fetch the release's package lists; ``tick`` is called about twice a second."""
        done = self._apt_get("-q", "update", limit=_UPDATE_LIMIT, tick=tick)
        if done.code != 0:
            raise AsteriskError(
                Text(
                    f"the package lists of {self.release.name} cannot be fetched: {_reason(done)}",
                    f"无法获取 {self.release.name} 的软件包列表：{_reason(done)}",
                ),
                cure=Text(
                    "check the network and the proxy, or set IVR_MIRROR to a mirror that can be reached",
                    "请检查网络与代理，或将 IVR_MIRROR 设为可访问的镜像",
                ),
            )

    def plan(self, packages: tuple[str, ...], tick: Callable[[], None] | None = None) -> Plan:
        """What installing ``packages`` with all they depend on would fetch.

        Raises:
            AsteriskError: if the release lacks a package, or its Asterisk is too old.
        """
        done = self._apt_get("-q", "install", "--print-uris", *packages, limit=_PLAN_LIMIT, tick=tick)
        found = re.findall(r"^'[^']+' (\S+\.deb) (\d+)", done.out, re.MULTILINE)
        if done.code != 0 or not found:
            raise AsteriskError(
                Text(
                    f"{self.release.name} cannot give {' '.join(packages)}: {_reason(done)}",
                    f"{self.release.name} 无法提供 {' '.join(packages)}：{_reason(done)}",
                ),
                cure=BY_HAND,
            )
        plan = Plan({name: int(size) for name, size in found})
        version = plan.version("asterisk")
        major = re.match(r"\d+", version)
        if "asterisk" in packages and (major is None or int(major.group()) < MINIMUM):
            raise AsteriskError(
                Text(
                    f"{self.release.name} has Asterisk {version or '(version unknown)'}, {MINIMUM} or later is needed",
                    f"{self.release.name} 的 Asterisk 版本为 {version or '未知'}，需要 {MINIMUM} 或更新版本",
                ),
                cure=BY_HAND,
            )
        return plan

    def download(self, packages: tuple[str, ...], plan: Plan, progress: Fraction) -> list[Path]:
        """Fetch the packages; ``progress`` hears the fraction of bytes that have arrived."""

        def tick() -> None:
            have = _size(self.archives)
            progress(min(have / max(plan.size, 1), 1.0))

        done = self._apt_get("-q", "install", "--download-only", *packages, limit=_DOWNLOAD_LIMIT, tick=tick)
        fetched = [self.archives / name for name in plan.files]
        missing = [path.name for path in fetched if not path.is_file()]
        if done.code != 0 or missing:
            reason = _reason(done) if done.code else ", ".join(missing[:3])
            raise AsteriskError(
                Text(f"packages could not be fetched: {reason}", f"无法下载软件包：{reason}"),
                cure=Text("check the network and try again", "请检查网络后重试"),
            )
        return fetched

    def unpack(self, archives: list[Path], root: Path, progress: Fraction) -> None:
        """Unpack packages into ``root``; ``progress`` hears the fraction of packages done."""
        root.mkdir(parents=True, exist_ok=True)
        for number, archive in enumerate(archives):
            progress(number / len(archives))
            done = run(["dpkg-deb", "-x", str(archive), str(root)], limit=_UNPACK_LIMIT)
            if done.code != 0:
                raise AsteriskError(
                    Text(
                        f"{archive.name} cannot be unpacked: {_reason(done)}",
                        f"无法解包 {archive.name}：{_reason(done)}",
                    ),
                    cure=CHECK_DISK,
                )


def _size(folder: Path) -> int:
    """Bytes of all archives, those under way included; apt moves them while we look."""
    size = 0
    for path in (*folder.glob("*.deb"), *folder.glob("partial/*")):
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size


def _architecture() -> str:
    """The host's Debian architecture (amd64, arm64 ...): foreign ones are of no use to us."""
    if shutil.which("dpkg") is None:
        return ""
    done = run(["dpkg", "--print-architecture"], limit=10)
    return done.out.strip() if done.code == 0 else ""


def _reason(done: Finished) -> str:
    """The first complaint of a failed command, in one printable line."""
    lines = [line.strip() for line in (done.err + "\n" + done.out).splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("E:", "Err:", "dpkg-deb: error"))]
    text = (complaints or lines or [f"exit code {done.code}"])[0]
    return "".join(char if char.isprintable() else " " for char in text)[:300]


__all__ = ["CHECK_DISK", "Apt", "Plan"]
