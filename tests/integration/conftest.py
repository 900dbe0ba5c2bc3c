"""The real Asterisk for tests: found once, started as often as a test needs it, never left running."""

from __future__ import annotations

import itertools
import os
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialplan.model import Site
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.render import render
from ivr.asterisk.secrets import ensure_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import AsteriskError
from ivr.core.ports import TCP, UDP, is_free
from ivr.core.settings import Settings

StartAsterisk = Callable[..., Instance]


def _ports(process: str) -> Iterator[int]:
    """Ports round and round, from a random one on, others for each process of pytest-xdist; below those Linux hands out
    by itself (``ip_local_port_range`` begins at 32768), so that no connection takes one in between."""
    first = 22_000 + int(process.removeprefix("gw")) % 4 * 2_500
    begin = random.randrange(first, first + 2_500)
    return itertools.cycle([*range(begin, first + 2_500), *range(first, begin)])


_PORTS = _ports(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def free_port(kind: socket.SocketKind = TCP, *, neighbours: int = 0) -> int:
    """A port on loopback that is free now, with ``neighbours`` more free ones after it; nobody gets it twice."""
    while True:
        block = list(itertools.islice(_PORTS, 1 + neighbours))
        if block[-1] == block[0] + neighbours and all(is_free(kind, "127.0.0.1", port) for port in block):
            return block[0]


def settings_in(home: Path, *, rtp: int = 100, **more: object) -> Settings:
    """Settings of an installation in a folder of its own, on free ports, ``rtp`` of them for sound."""
    first = free_port(UDP, neighbours=rtp)
    first += first % 2  # RTP begins at an even one
    ports = {"sip_port": free_port(UDP), "rtp_start": first, "rtp_end": first + rtp - 1}
    ports |= {name: free_port() for name in ("sip_tls_port", "ami_port", "agi_port")}
    return Settings.model_validate({"home": home} | ports | more)


@pytest.fixture(scope="session")
def toolbox() -> Toolbox:
    """Asterisk and the SIP clients: ``IVR_ROOTFS``, the host's own, the cache; fetched where there is none."""
    try:
        return find_asterisk(Settings())
    except AsteriskError as error:
        if os.environ.get("IVR_REQUIRE_ASTERISK"):
            raise
        pytest.skip(f"no Asterisk to be had: {error}")


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's sound files, or silence where they have not been built."""
    import prompts

    built = Path(prompts.__file__).parent / "sounds"
    if (built / "moh").is_dir():
        return built
    bare = tmp_path_factory.mktemp("sounds")
    (bare / "moh").mkdir()
    (bare / "moh" / "silence.ulaw").write_bytes(b"\xff" * 8000)
    return bare


@pytest.fixture
def asterisk_settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a folder of its own, on free ports."""
    return settings_in(tmp_path / "home")


@pytest.fixture
def asterisk_instance(toolbox: Toolbox, sounds: Path, asterisk_settings: Settings) -> Iterator[StartAsterisk]:
    """Start a real Asterisk for a site: ``asterisk_instance(site)`` or ``asterisk_instance(site, settings)``."""
    started: list[Instance] = []

    def start(site: Site, settings: Settings | None = None) -> Instance:
        chosen = settings or asterisk_settings
        render(site, chosen, ensure_secrets(chosen, site.agents), toolbox, sounds)
        instance = Instance(chosen, toolbox)
        started.append(instance)
        instance.start()
        return instance

    yield start
    for instance in reversed(started):
        instance.stop()
