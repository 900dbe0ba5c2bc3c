from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import typer
from click.testing import Result
from typer.testing import CliRunner

from ivr.cli.main import build
from ivr.core.settings import Settings

Ivr = Callable[..., Result]


class FakeRuntime:
    """Notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def serve(self, settings: Settings) -> None:
        self.asked.append(f"serve {settings.agi_port}")

    async def up(self, settings: Settings) -> None:
        self.asked.append("up")


@pytest.fixture
def runtime() -> FakeRuntime:
    return FakeRuntime()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own: no variable of ours, no host tools, nothing in the cache."""
    for name in os.environ:
        if name.startswith("IVR_") or name.startswith("LC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("IVR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IVR_CACHE", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    yield tmp_path / "home"
    structlog.reset_defaults()


@pytest.fixture
def no_asterisk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without Asterisk."""
    monkeypatch.setattr("ivr.asterisk.install.host_tools", dict)


@pytest.fixture
def ivr(home: Path, runtime: FakeRuntime) -> Ivr:
    """Run the command: ``ivr("db", "upgrade", "--json")``."""
    app: typer.Typer = build(runtime)

    def run(*args: str) -> Result:
        result = CliRunner().invoke(app, list(args))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
