"""The demo's home: made anew, never anybody else's."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ivr.core.errors import SetupError, TelephonyError, UsageError
from ivr.core.settings import Settings
from ivr.demo.home import choose_ports, clear, demo_home


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a demo's folder"), demo_home(Settings(home=tmp_path)):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_demos_do_not_share_a_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "demo")
    with (
        demo_home(settings),
        pytest.raises(UsageError, match="another demo runs"),
        demo_home(settings),
    ):
        pass


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="file"), demo_home(Settings(home=tmp_path / "file" / "demo")):
        pass


def test_what_the_demo_before_has_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "demo")
    with demo_home(settings):
        settings.recordings.mkdir()
        (settings.recordings / "1.0-caller.wav").write_text("")
        (settings.home / "ivr.db").write_text("")
        (settings.home / "audit.head").write_text("")
        (settings.home / "notes.txt").write_text("kept")
        clear(settings)
        assert sorted(path.name for path in settings.home.iterdir()) == [".ivr-demo", ".lock", "notes.txt"]


def test_a_port_that_was_asked_for_and_is_in_use_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(TelephonyError, match=rf"port {port} is in use.*IVR_SIP_PORT"):
            choose_ports(Settings(sip_port=port))


def test_a_port_nobody_asked_for_is_replaced_by_a_free_one() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = Settings().model_copy(update={"sip_port": port})
        settings.model_fields_set.discard("sip_port")
        chosen = choose_ports(settings)
        assert chosen.sip_port != port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", chosen.sip_port))
