"""The host's apt sources: both shapes, and which mirror is taken from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.asterisk.sources import choose_release, read_sources
from ivr.core.errors import AsteriskError

DEBIAN = {"ID": "debian", "VERSION_CODENAME": "bookworm", "PRETTY_NAME": "Debian 12"}
UBUNTU = {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_CODENAME": "noble", "UBUNTU_CODENAME": "noble"}
MINT = {"ID": "linuxmint", "ID_LIKE": "ubuntu debian", "VERSION_CODENAME": "wilma", "UBUNTU_CODENAME": "noble"}


def etc(folder: Path, **files: str) -> Path:
    (folder / "sources.list.d").mkdir()
    for name, text in files.items():
        stem, _, kind = name.rpartition("_")
        where = folder / "sources.list" if stem == "main" else folder / "sources.list.d" / f"{stem}.{kind}"
        where.write_text(text, "utf-8")
    return folder


def test_deb822_sources_give_mirror_and_key_not_the_security_mirror(tmp_path: Path) -> None:
    text = """\
Types: deb deb-src
# http://example.net/snapshot
URIs: http://security.example.net/debian-security
Suites: bookworm-security
Components: main
Signed-By: /keys/debian.gpg

Types: deb
URIs: http://mirror.example.net/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/debian.gpg
"""
    release = choose_release(DEBIAN, read_sources(etc(tmp_path, debian_sources=text)))
    assert release.uri == "http://mirror.example.net/debian"
    assert release.suites == ("sid",)
    assert release.deb822("amd64") == (
        "Types: deb\nURIs: http://mirror.example.net/debian\nSuites: sid\nComponents: main\n"
        "Architectures: amd64\nSigned-By: /keys/debian.gpg\n"
    )


def test_one_line_sources_on_ubuntu_give_its_own_release_with_universe(tmp_path: Path) -> None:
    text = """\
# deb http://old.example.net/ubuntu noble main
deb [arch=amd64 signed-by=/keys/ubuntu.gpg] http://cn.example.net/ubuntu/ noble main restricted
deb http://cn.example.net/ubuntu/ noble-updates main
deb http://security.example.net/ubuntu noble-security main
deb-src http://src.example.net/ubuntu noble main
"""
    release = choose_release(UBUNTU, read_sources(etc(tmp_path, main_list=text)))
    assert release.uri == "http://cn.example.net/ubuntu/"
    assert release.suites == ("noble", "noble-updates")
    assert release.components == ("main", "universe")
    assert release.signed_by == "/keys/ubuntu.gpg"


def test_a_third_partys_packages_are_not_taken_for_the_distribution(tmp_path: Path) -> None:
    third = "deb http://packages.example.com/php bookworm main\ndeb http://chrome.example.com/deb stable main\n"
    own = "deb http://mirror.example.net/debian bookworm main\n"
    sources = read_sources(etc(tmp_path, a_list=third, z_list=own))
    assert choose_release(DEBIAN, sources).uri == "http://mirror.example.net/debian"


def test_a_derivative_of_ubuntu_uses_the_release_it_stands_on(tmp_path: Path) -> None:
    text = "deb http://mint.example.net wilma main\ndeb http://mirror.example.net/ubuntu noble main universe\n"
    release = choose_release(MINT, read_sources(etc(tmp_path, official_list=text)))
    assert (release.uri, release.suites[0]) == ("http://mirror.example.net/ubuntu", "noble")


def test_an_inline_key_is_carried_over_as_written(tmp_path: Path) -> None:
    key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
    text = f"Types: deb\nURIs: https://m.example.net/debian\nSuites: bookworm\nComponents: main\nSigned-By:{key}\n"
    release = choose_release(DEBIAN, read_sources(etc(tmp_path, debian_sources=text)))
    assert release.deb822("").endswith(f"Signed-By: {key}\n")


def test_a_disabled_stanza_does_not_count_and_a_missing_mirror_is_told(tmp_path: Path) -> None:
    text = "Enabled: no\nTypes: deb\nURIs: http://m.example.net/debian\nSuites: bookworm\nComponents: main\n"
    sources = read_sources(etc(tmp_path, debian_sources=text))
    with pytest.raises(AsteriskError, match="IVR_MIRROR"):
        choose_release(DEBIAN, sources)
    assert choose_release(DEBIAN, sources, "http://given.example.net/debian").uri == "http://given.example.net/debian"


def test_another_distribution_is_told_what_to_do() -> None:
    with pytest.raises(AsteriskError, match=r"Fedora.*IVR_ROOTFS"):
        choose_release({"ID": "fedora", "PRETTY_NAME": "Fedora Linux 42"}, [])
