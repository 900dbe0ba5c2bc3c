"""The real Asterisk for tests: found once, started as often as a test needs it, never left running."""

from __future__ import annotations

import os
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
from ivr.core.settings import Settings

StartAsterisk = Callable[..., Instance]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, *, neighbours: int = 0) -> int:
    """A port on loopback that is free now, with ``neighbours`` more free ones after it."""
    while True:
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port + neighbours > 65000:
            continue
        try:
            for offset in range(1, neighbours + 1):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        return port


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
    rtp = free_port(socket.SOCK_DGRAM, neighbours=99)
    return Settings(
        home=tmp_path / "home",
        sip_port=free_port(socket.SOCK_DGRAM),
        ami_port=free_port(),
        agi_port=free_port(),
        ops_port=free_port(),
        rtp_start=rtp,
        rtp_end=rtp + 99,
    )


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
