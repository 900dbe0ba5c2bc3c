"""The real Asterisk for tests: found once, started as often as a test needs it, never left running."""

from __future__ import annotations

import os
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
from tests.ports import free_port

StartAsterisk = Callable[..., Instance]


def settings_in(home: Path, *, rtp: int = 100, **more: object) -> Settings:
    """Settings of an installation in a folder of its own, on free ports, ``rtp`` of them for sound."""
    first = free_port(neighbours=rtp)
    first += first % 2  # RTP begins at an even one
    ports = {name: free_port() for name in ("sip_port", "sip_tls_port", "ami_port", "agi_port", "console_port")}
    ports |= {"rtp_start": first, "rtp_end": first + rtp - 1}
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
