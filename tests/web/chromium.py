"""A Chromium for the web tests: the host's own, else Debian's package, unpacked without root into the cache.

``python -m tests.web.chromium`` finds or fetches it; ``scripts/test`` calls that.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from ivr.asterisk.apt import Apt
from ivr.asterisk.process import run
from ivr.asterisk.sources import choose_release, read_os_release, read_sources
from ivr.core.errors import IvrError
from ivr.core.settings import Settings

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-droid-fallback")
DONE = "chromium.complete"


def chromium(settings: Settings | None = None, *, fetch: bool = True) -> tuple[Path, dict[str, str]]:
    """The program, and what its environment needs.

    Args:
        fetch: whether a missing one may be fetched (some 150 MB).

    Raises:
        IvrError: if there is none and none may or can be fetched.
    """
    given = os.environ.get("IVR_CHROMIUM")
    if given:
        return Path(given), {}
    if not os.environ.get("IVR_CHROMIUM_FETCH"):
        for name in NAMES:
            found = shutil.which(name)
            if found:
                return Path(found), {}
    root = (settings or Settings()).cache / "chromium"
    if not (root / DONE).is_file():
        if not fetch:
            raise IvrError("no Chromium on this machine", cure="run: python -m tests.web.chromium")
        _fetch(root)
    return root / "usr" / "lib" / "chromium" / "chromium", _environment(root)


def _environment(root: Path) -> dict[str, str]:
    folders = {path.parent for path in root.glob("**/*.so*") if path.is_file()} - {root / "usr" / "lib" / "chromium"}
    flat = [one for one in sorted(folders) if "linux-gnu" in one.name or "linux-gnu" in one.parent.name]
    fonts = root / "fonts.conf"
    if not fonts.exists():
        fonts.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{root / 'usr' / 'share' / 'fonts'}</dir><dir>/usr/share/fonts</dir>"
            f"<cachedir>{root / 'fontcache'}</cachedir></fontconfig>",
            "utf-8",
        )
    return {
        "LD_LIBRARY_PATH": ":".join(str(folder) for folder in flat),
        "FONTCONFIG_FILE": str(fonts),
    }


def _fetch(root: Path) -> None:
    etc = Path(os.environ.get("IVR_APT_ETC") or "/etc/apt")
    host = read_os_release()
    release = choose_release(host, read_sources(etc), os.environ.get("IVR_MIRROR", ""))
    if release.name.startswith("ubuntu"):
        raise IvrError("Ubuntu has no package of Chromium", cure="install a Chrome, or set IVR_CHROMIUM to a program")
    codename = host.get("VERSION_CODENAME", "sid")  # the host's C library is used: no newer release would fit
    release = replace(release, name=f"debian {codename}", suites=(codename,))
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chromium.new-", dir=root.parent) as folder:
        new = Path(folder) / "root"
        apt = Apt(Path(folder) / "apt", release)
        apt.update()
        plan = apt.plan(PACKAGES)
        print(f"chromium {plan.version('chromium')}: {plan.size / 1e6:.0f} MB", flush=True)
        apt.unpack(apt.download(PACKAGES, plan, _say), new, _silent)
        # The C library is the host's, and so is its loader: a second one beside it would not fit.
        for name in ("libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2"):
            for path in new.glob(f"**/{name}"):
                path.unlink()
        (new / DONE).touch()
        if root.exists():
            shutil.rmtree(root)
        new.rename(root)


def _silent(_: float) -> None:
    """Progress that nobody watches."""


def _say(done: float) -> None:
    if sys.stderr.isatty():
        print(f"\rchromium {done:4.0%}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Find or fetch it, and say what it is."""
    program, environment = chromium()
    done = run([str(program), "--version", "--no-sandbox"], limit=30, env=os.environ | environment)
    if done.code != 0:
        raise IvrError(f"{program} does not run: {done.err.strip()[:300]}")
    print(done.out.strip())


if __name__ == "__main__":
    try:
        main()
    except IvrError as error:
        sys.exit(str(error))
