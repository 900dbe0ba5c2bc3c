from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from ivr.cli.common import load_settings
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.storage.migrations import current, upgrade


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours, no file but what the test writes."""
    for name in os.environ:
        if name.startswith("IVR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_environment_over_file_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().sip_port == 5060
    Path(".ivr.env").write_text("IVR_SIP_PORT=6060\nIVR_AMI_PORT=6038\nSOMETHING_ELSE=1\nIVR_UNKNOWN=2\n")
    monkeypatch.setenv("IVR_SIP_PORT", "7060")
    settings = load_settings()
    assert (settings.sip_port, settings.ami_port, settings.agi_port) == (7060, 6038, 4573)
    assert Settings(sip_port=8060).sip_port == 8060


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    default = load_settings()
    for name in ("HOME", "CACHE", "SITE", "VOSK_MODEL", "SIP_PORT", "LOG_LEVEL"):
        monkeypatch.setenv(f"IVR_{name}", "")
    assert load_settings() == default
    assert default.home != Path.cwd(), "an empty IVR_HOME must not fill the folder one stands in"


def test_homes_follow_the_desktop_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert load_settings().home == tmp_path / "me" / ".local" / "share" / "ivr"
    assert load_settings().cache == tmp_path / "me" / ".cache" / "ivr"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert load_settings().home == tmp_path / "data" / "ivr"
    monkeypatch.setenv("IVR_HOME", "~/line")
    assert load_settings().home == tmp_path / "me" / "line"


def test_a_relative_home_means_the_same_to_processes_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_HOME", "var/demo")
    assert load_settings().home == tmp_path / "var" / "demo"
    assert str(tmp_path / "var" / "demo" / "ivr.db") in load_settings().database


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_SIP_PORT", "abc"),
        ("IVR_SIP_PORT", "0"),
        ("IVR_AGI_PORT", "65536"),
        ("IVR_AMI_PORT", "-1"),
        ("IVR_RTP_START", "80"),
        ("IVR_QA_WORKERS", "0"),
        ("IVR_QA_THREADS", "1000"),
        ("IVR_LOG_LEVEL", "LOUD"),
        ("IVR_HOME", "~nobody-of-this-name/x"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert str(caught.value).startswith(name)
    assert caught.value.exit_code == 2


def test_a_wrong_value_in_the_file_names_its_variable_too() -> None:
    Path(".ivr.env").write_text("IVR_SIP_PORT=abc\n")
    with pytest.raises(UsageError, match="IVR_SIP_PORT"):
        load_settings()


def test_a_file_that_is_no_text() -> None:
    Path(".ivr.env").write_bytes(b"IVR_SIP_PORT=\xff\xfe")
    with pytest.raises(UsageError, match=r"\.ivr\.env: not UTF-8"):
        load_settings()


def test_levels_are_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LOG_LEVEL", "debug")
    assert load_settings().log_level == "DEBUG"
    with pytest.raises(ValidationError):
        Settings(log_level=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["with space", "客服 中心", "100%41", "a?b=c", "a#b", "it's"])
def test_any_folder_can_hold_the_database(tmp_path: Path, name: str) -> None:
    settings = Settings(home=tmp_path / name)
    assert current(settings.database) is None
    upgrade(settings.database)
    assert (tmp_path / name / "ivr.db").is_file()
    assert current(settings.database)
    assert [path.name for path in tmp_path.iterdir()] == [name]
