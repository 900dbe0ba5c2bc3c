"""The instance's folders, and the control socket's short path."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk.layout import ami_host, make_dirs
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder with a short path, wherever the tests' own folders are."""
    with tempfile.TemporaryDirectory(prefix="r", dir="/tmp") as folder:
        yield Path(folder)


def test_a_short_path_keeps_the_socket_at_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "h", cache=tmp_path)
    dirs = make_dirs(settings, tmp_path)
    assert dirs.run == settings.asterisk_dir / "run"
    assert dirs.base.stat().st_mode & 0o777 == 0o700


def test_a_long_path_moves_the_socket_to_a_private_short_folder_and_keeps_it_there(
    tmp_path: Path, runtime: Path
) -> None:
    settings = Settings(home=tmp_path / ("h" * 100), cache=tmp_path)
    dirs = make_dirs(settings, tmp_path, {"XDG_RUNTIME_DIR": str(runtime)})
    assert dirs.run.parent == runtime
    assert len(os.fsencode(dirs.run / "asterisk.ctl")) < 108
    assert dirs.run.stat().st_mode & 0o777 == 0o700
    assert make_dirs(settings, tmp_path, {}).run == dirs.run  # found again from another login


def test_a_short_folder_that_others_can_enter_is_refused(tmp_path: Path, runtime: Path) -> None:
    settings = Settings(home=tmp_path / ("h" * 100), cache=tmp_path)
    dirs = make_dirs(settings, tmp_path, {"XDG_RUNTIME_DIR": str(runtime)})
    dirs.run.chmod(0o755)
    with pytest.raises(AsteriskError, match="not a private folder"):
        make_dirs(settings, tmp_path, {"XDG_RUNTIME_DIR": str(runtime)})


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AsteriskError, match="IVR_HOME"):
        make_dirs(Settings(home=tmp_path / "file" / "home", cache=tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("host", "manager"),
    [("127.0.0.1", "127.0.0.1"), ("127.0.0.9", "127.0.0.9"), ("0.0.0.0", "127.0.0.1"), ("10.1.2.3", "127.0.0.1")],
)
def test_the_manager_never_leaves_loopback(host: str, manager: str) -> None:
    assert ami_host(Settings(host=host)) == manager
