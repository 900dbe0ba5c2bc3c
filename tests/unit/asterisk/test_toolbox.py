"""Where the tools are and how they are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.asterisk.toolbox import Toolbox, parse_version
from ivr.core.errors import AsteriskError
from tests.unit.asterisk.conftest import script


def rootfs(
    folder: Path, triplet: str = "aarch64-linux-gnu", loader: str = "ld-linux-aarch64.so.1", lib: str = "usr/lib"
) -> Path:
    libraries = folder / lib / triplet
    for extra in ("pulseaudio", "blas", "asterisk/modules"):
        (libraries / extra).mkdir(parents=True)
    (libraries / loader).touch()
    (libraries / "asterisk/modules/chan_pjsip.so").touch()
    for program in ("usr/sbin/asterisk", "usr/bin/sipp", "usr/bin/ffmpeg"):
        script(folder / program, "exit 0\n")
    return folder


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1~dfsg+~cs6.16-1", (22, 10, 1)),
        ("Asterisk certified/20.7-cert2", (20, 7)),
        ("Asterisk GIT-20-0a1b2c", (20,)),
        ("Asterisk 18.10.0~dfsg-1", (18, 10, 0)),
        ("bash: asterisk: command not found", ()),
    ],
)
def test_versions_of_all_builds_are_read(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("triplet", "loader", "lib"),
    [
        ("x86_64-linux-gnu", "ld-linux-x86-64.so.2", "usr/lib"),
        ("aarch64-linux-gnu", "ld-linux-aarch64.so.1", "usr/lib"),
        ("s390x-linux-gnu", "ld64.so.1", "usr/lib"),
        ("x86_64-linux-gnu", "ld-linux-x86-64.so.2", "lib"),
    ],
)
def test_a_tool_of_the_rootfs_runs_through_its_own_loader(tmp_path: Path, triplet: str, loader: str, lib: str) -> None:
    root = rootfs(tmp_path, triplet, loader, lib)
    libraries = root / lib / triplet
    command = Toolbox(root).command("ffmpeg")
    assert command == [
        str(libraries / loader),
        "--inhibit-cache",
        "--library-path",
        f"{libraries}:{libraries}/pulseaudio:{libraries}/blas",
        str(root / "usr/bin/ffmpeg"),
    ]
    assert Toolbox(root).asterisk_modules == libraries / "asterisk/modules"


def test_a_tool_of_the_host_needs_no_loader_and_the_rootfs_brings_what_it_lacks(tmp_path: Path) -> None:
    asterisk = script(tmp_path / "host/usr/sbin/asterisk", 'echo "Asterisk 20.6.0"\n')
    toolbox = Toolbox(rootfs(tmp_path / "root"), host={"asterisk": asterisk})
    assert toolbox.command("asterisk") == [str(asterisk)]
    assert toolbox.version() == "20.6.0"
    assert toolbox.command("sipp")[-1] == str(tmp_path / "root/usr/bin/sipp")


def test_a_missing_tool_is_named(tmp_path: Path) -> None:
    toolbox = Toolbox(rootfs(tmp_path))
    assert not toolbox.has("baresip")
    with pytest.raises(AsteriskError, match="baresip is missing"):
        toolbox.command("baresip")


def test_a_data_folder_without_documentation_is_refused(tmp_path: Path) -> None:
    root = rootfs(tmp_path)
    (root / "usr/share/asterisk").mkdir(parents=True)
    with pytest.raises(AsteriskError, match="share/asterisk"):
        _ = Toolbox(root).data_dir
    documentation = root / "usr/share/asterisk/documentation"
    documentation.mkdir()
    (documentation / "core-en_US.xml").touch()
    assert Toolbox(root).data_dir == root / "usr/share/asterisk"
