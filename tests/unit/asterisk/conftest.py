"""Stand-ins for the machine: a rootfs without programs' insides, apt-get and dpkg-deb as shell scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.asterisk.modules import OPTIONAL, REQUIRED
from ivr.asterisk.toolbox import Toolbox
from ivr.core.settings import Settings


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text, "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in a folder of its own."""
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", sip_port=15060, ami_port=15038, agi_port=14573)


@pytest.fixture
def host(tmp_path: Path) -> Toolbox:
    """A host's own Asterisk 22.10.1 with all modules, of which only ``-V`` works."""
    usr = tmp_path / "host" / "usr"
    asterisk = script(usr / "sbin" / "asterisk", 'echo "Asterisk 22.10.1~fake"\n')
    modules = usr / "lib" / "x86_64-linux-gnu" / "asterisk" / "modules"
    modules.mkdir(parents=True)
    for name in (*REQUIRED, *OPTIONAL):
        (modules / f"{name}.so").touch()
    documentation = usr / "share" / "asterisk" / "documentation"
    documentation.mkdir(parents=True)
    (documentation / "core-en_US.xml").write_text("<docs/>", "utf-8")
    return Toolbox(None, host={"asterisk": asterisk})
