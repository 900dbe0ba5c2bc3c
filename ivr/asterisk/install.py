"""Find an Asterisk to run, and fetch one when the machine has none: without root, without touching the host."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.asterisk.apt import CHECK_DISK, Apt
from ivr.asterisk.process import run
from ivr.asterisk.sources import choose_release, read_os_release, read_sources
from ivr.asterisk.toolbox import MINIMUM, TOOLS, Tool, Toolbox, host_tool, parse_version
from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.settings import Settings

Progress = Callable[[str, float], None]

PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "sip-tester", "baresip-core", "ffmpeg")
NEEDED_BYTES = 1_200_000_000  # packages and what is unpacked from them, at the same time
MANIFEST = "manifest.json"
_FORMAT = 1
_LOCK_LIMIT = 1800.0  # seconds to wait for another installation


def _silent(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""


def find_asterisk(
    settings: Settings,
    *,
    needs: Iterable[Tool] = TOOLS,
    install: bool = True,
    progress: Progress | None = None,
    env: Mapping[str, str] | None = None,
) -> Toolbox:
    """The tools to run with: the host's own Asterisk >= 20 first, else a rootfs in the cache.

    A rootfs is also fetched when the host has Asterisk but lacks another tool in ``needs``.

    Args:
        settings: ``cache`` holds the rootfs.
        needs: the tools wanted.
        install: whether a missing rootfs may be fetched (some 180 MB, a minute).
        progress: hears the stage and the fraction (0 to 1) of it that is done; what it raises ends the installation.
        env: the environment when None. ``IVR_ROOTFS`` names a rootfs to use before anything else, ``IVR_MIRROR`` a
            mirror to fetch from, ``IVR_APT_ETC`` a folder to read apt's sources from in place of /etc/apt.

    Raises:
        AsteriskError: if a tool is missing and cannot or may not be fetched.
    """
    env = os.environ if env is None else env
    given = env.get("IVR_ROOTFS", "")
    if given:
        return _given(Path(given))
    host = host_tools()
    if "asterisk" in host and not set(needs) - set(host):
        return Toolbox(None, host=host)
    root = rootfs(settings)
    if not is_complete(root):
        if not install:
            missing = ", ".join(sorted(set(needs) - set(host)))
            raise AsteriskError(
                Text(f"this machine lacks {missing}", f"本机缺少 {missing}"),
                cure=Text("run `ivr asterisk install`", "请运行 `ivr asterisk install`"),
            )
        build_rootfs(settings, progress=progress, env=env)
    return Toolbox(root, host=host)


def host_tools() -> dict[Tool, Path]:
    """The host's own tools, if it has an Asterisk that is new enough; else none of them."""
    asterisk = host_tool("asterisk")
    if asterisk is None:
        return {}
    try:
        said = run([str(asterisk), "-V"], limit=10).out
    except AsteriskError:
        return {}
    if parse_version(said)[:1] < (MINIMUM,):
        return {}
    return {tool: path for tool in TOOLS if (path := host_tool(tool)) is not None}


def rootfs(settings: Settings) -> Path:
    """Where the fetched rootfs is, or would be."""
    return settings.cache / "rootfs"


def is_complete(root: Path) -> bool:
    """Whether a rootfs was built to its end, by this version of the builder."""
    found = read_manifest(root)
    return found.get("format") == _FORMAT and Toolbox(root).has("asterisk")


def read_manifest(root: Path) -> dict[str, Any]:
    """What a rootfs was built from: release and package versions; empty when it is unfinished."""
    try:
        found = json.loads((root / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def build_rootfs(settings: Settings, *, progress: Progress | None = None, env: Mapping[str, str] | None = None) -> Path:
    """Fetch and unpack the rootfs, whole or not at all; a second caller waits for the first.

    Raises:
        AsteriskError: no space, no apt-get, no network, a package that is missing or too old.
    """
    env = os.environ if env is None else env
    tell = progress or _silent
    cache = settings.cache
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AsteriskError(
            Text(f"cannot create {cache}: {error.strerror}", f"无法创建 {cache}：{error.strerror}"),
            cure=Text("set IVR_CACHE to a folder of yours", "请将 IVR_CACHE 设为可写目录"),
        ) from error
    root = rootfs(settings)
    with _lock(cache / "rootfs.lock", tell):
        if is_complete(root):
            return root
        for left in cache.glob("rootfs.new-*"):  # of a build that was killed; we hold the lock
            _remove(left)
        free = shutil.disk_usage(cache).free
        if free < NEEDED_BYTES:
            raise AsteriskError(
                Text(
                    f"{cache} has {free / 1e9:.1f} GB free, fetching Asterisk needs {NEEDED_BYTES / 1e9:.1f} GB",
                    f"{cache} 剩余 {free / 1e9:.1f} GB，获取 Asterisk 需要 {NEEDED_BYTES / 1e9:.1f} GB",
                ),
                cure=Text(
                    "free some space, or set IVR_CACHE to a folder on a larger disk",
                    "请腾出空间，或将 IVR_CACHE 设到更大的磁盘",
                ),
            )
        sources = read_sources(Path(env.get("IVR_APT_ETC") or "/etc/apt"))
        release = choose_release(read_os_release(), sources, env.get("IVR_MIRROR", ""))
        work = Path(tempfile.mkdtemp(prefix="rootfs.new-", dir=cache))
        try:
            apt = Apt(work / "apt", release)
            tell("package lists", 0.0)
            apt.update(lambda: tell("package lists", 0.0))
            tell("package lists", 1.0)
            plan = apt.plan(PACKAGES, lambda: tell("package lists", 1.0))
            archives = apt.download(PACKAGES, plan, lambda done: tell("download", done))
            tell("download", 1.0)
            new = work / "root"
            apt.unpack(archives, new, lambda done: tell("unpack", done))
            version = Toolbox(new).version()  # a rootfs that does not run is not complete
            manifest = {
                "format": _FORMAT,
                "release": release.name,
                "built": datetime.now(UTC).isoformat(timespec="seconds"),
                "asterisk": version,
                "packages": sorted(plan.files),
            }
            (new / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
            new.chmod(0o755)
            _remove(root)
            new.rename(root)
            tell("unpack", 1.0)
        except OSError as error:
            raise AsteriskError(f"{error.filename or work}: {error.strerror}", cure=CHECK_DISK) from error
        finally:
            _remove(work)
    return root


def _given(root: Path) -> Toolbox:
    toolbox = Toolbox(root)
    if not toolbox.has("asterisk"):
        raise AsteriskError(
            Text(f"IVR_ROOTFS: no Asterisk in {root}", f"IVR_ROOTFS：{root} 中没有 Asterisk"),
            cure=Text("name a folder of unpacked packages, or unset it", "请指定已解包的目录，或取消设置"),
        )
    return toolbox


def _remove(folder: Path) -> None:
    """Delete a folder; packages may hold folders that their owner cannot write to."""

    def unlock(function: Callable[[str], object], path: str, _error: object) -> None:
        with contextlib.suppress(OSError):
            Path(path).parent.chmod(0o700)
            if Path(path).is_dir() and not Path(path).is_symlink():
                Path(path).chmod(0o700)
            function(path)

    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=unlock)
    else:
        shutil.rmtree(folder, onerror=unlock)


@contextlib.contextmanager
def _lock(path: Path, tell: Progress) -> Iterator[None]:
    with path.open("w") as handle:
        end = time.monotonic() + _LOCK_LIMIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise AsteriskError(
                        Text("another installation has been running for half an hour", "另一个安装过程已持续半小时"),
                        cure=Text("end it, then try again", "请先结束它，再重试"),
                    ) from None
                tell("waiting for another installation", 0.0)
                time.sleep(0.5)
        yield


__all__ = [
    "PACKAGES",
    "Progress",
    "build_rootfs",
    "find_asterisk",
    "host_tools",
    "is_complete",
    "read_manifest",
    "rootfs",
]
