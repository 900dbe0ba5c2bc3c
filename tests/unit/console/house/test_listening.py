"""Where the console listens, and what it says when it cannot."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ivr.console.serve import listening
from ivr.core.errors import SetupError
from ivr.core.settings import Settings
from tests.ports import free_port


def test_it_listens_where_it_is_told_and_on_loopback_by_itself(tmp_path: Path) -> None:
    port = free_port()
    with listening(Settings(home=tmp_path, console_port=port)) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


def test_a_port_in_use_and_an_address_of_another_machine_are_told_with_their_cure(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        settings = Settings(home=tmp_path, console_port=busy.getsockname()[1])
        with pytest.raises(SetupError, match=r"in use.*IVR_CONSOLE_PORT"), listening(settings):
            pass
    with (
        pytest.raises(SetupError, match="IVR_CONSOLE_HOST"),
        listening(Settings(home=tmp_path, console_host="192.0.2.1")),
    ):
        pass
