"""The host's own apt sources: which mirror and which key it trusts, and the release that carries Asterisk.

Reads both shapes: deb822 (``*.sources``) and one-line (``*.list``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import AsteriskError
from ivr.core.language import Text

_LINE = re.compile(r"^\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<components>[^#]*)")
BY_HAND = Text(
    "install Asterisk 20 or later by the system's own means, or set IVR_ROOTFS to an unpacked one",
    "请用系统自带方式安装 Asterisk 20 或更新版本，或将 IVR_ROOTFS 设为已解包的目录",
)
_SCHEMES = ("http://", "https://", "mirror+", "mirror:", "file:", "copy:", "ftp://")


@dataclass(frozen=True, slots=True)
class Source:
    """One stanza of the host's sources: ``deb`` only."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""  # key file, fingerprint, or a key block with its own line breaks, as written


@dataclass(frozen=True, slots=True)
class Release:
    """Where Asterisk's packages come from."""

    name: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    uri: str
    signed_by: str

    def deb822(self, architecture: str) -> str:
        """The release as a stanza of a ``.sources`` file."""
        lines = ["Types: deb", f"URIs: {self.uri}", f"Suites: {' '.join(self.suites)}"]
        lines.append(f"Components: {' '.join(self.components)}")
        if architecture:
            lines.append(f"Architectures: {architecture}")
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def read_sources(etc: Path) -> list[Source]:
    """All binary sources of an apt configuration folder (``/etc/apt``); unreadable files are passed over."""
    found: list[Source] = []
    parts = etc / "sources.list.d"
    for path in [etc / "sources.list", *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]:
        try:
            text = path.read_text("utf-8", "replace")
        except OSError:
            continue
        found += _deb822(text) if path.suffix == ".sources" else _one_line(text)
    return found


def _one_line(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        options = dict(option.split("=", 1) for option in (match["options"] or "").split() if "=" in option)
        yield Source(
            (match["uri"],), (match["suite"],), tuple(match["components"].split()), options.get("signed-by", "")
        )


def _deb822(text: str) -> Iterator[Source]:
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n[ \t]*\n", kept):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in {" ", "\t"} and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
            continue
        yield Source(
            tuple(fields.get("uris", "").split()),
            tuple(fields.get("suites", "").split()),
            tuple(fields.get("components", "").split()),
            fields.get("signed-by", ""),
        )


def read_os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """``/etc/os-release`` as a dictionary; empty when there is none."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip().strip("'\"") for key, value in pairs}


def choose_release(os_release: Mapping[str, str], sources: list[Source], mirror: str = "") -> Release:
    """The release to take Asterisk from: sid on Debian, the host's own release on Ubuntu.

    Args:
        os_release: the host's os-release.
        sources: the host's apt sources.
        mirror: address to use in place of the host's mirror.

    Raises:
        AsteriskError: if the host is neither Debian nor Ubuntu, or names no mirror.
    """
    like = {os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()}
    if "ubuntu" in like:
        codename = os_release.get("UBUNTU_CODENAME") or os_release.get("VERSION_CODENAME", "")
    else:
        codename = os_release.get("VERSION_CODENAME", "")
    system = os_release.get("PRETTY_NAME", "")
    if not like & {"debian", "ubuntu"}:
        raise AsteriskError(
            Text(f"cannot fetch Asterisk on {system or 'this system'}", f"无法在{system or '此系统'}上获取 Asterisk"),
            cure=BY_HAND,
        )
    uri, signed_by = _mirror(sources, codename)
    uri = mirror or uri
    if not uri:
        raise AsteriskError(
            Text("the host's apt sources name no mirror", "本机 apt 源中没有镜像地址"),
            cure=Text("set IVR_MIRROR to the address of one", "请将 IVR_MIRROR 设为镜像地址"),
        )
    if "ubuntu" in like:
        suites = (codename, f"{codename}-updates")
        return Release(f"ubuntu {codename}", suites, ("main", "universe"), uri, signed_by)
    return Release("debian sid", ("sid",), ("main",), uri, signed_by)


def _mirror(sources: list[Source], codename: str) -> tuple[str, str]:
    """Address and key of the distribution's main mirror: not the security one, not a third party's."""
    names = {codename, "stable", "testing", "unstable", "sid", "oldstable"} - {""}
    updated = {uri for source in sources if f"{codename}-updates" in source.suites for uri in source.uris}
    best, chosen = -1, ("", "")
    for source in sources:
        if "main" not in source.components or not names & set(source.suites):
            continue
        for uri in source.uris:
            if "security" in uri or not uri.startswith(_SCHEMES):
                continue
            last = uri.rstrip("/").rsplit("/", 1)[-1]
            score = (
                4 * (last in {"debian", "ubuntu", "ubuntu-ports"}) + 2 * (uri in updated) + (codename in source.suites)
            )
            if score > best:
                best, chosen = score, (uri, source.signed_by)
    return chosen


__all__ = ["BY_HAND", "Release", "Source", "choose_release", "read_os_release", "read_sources"]
