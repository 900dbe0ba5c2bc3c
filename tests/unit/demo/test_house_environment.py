"""The settings a child process gets are those of its parent, secrets too."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.core.settings import Settings
from ivr.demo.house import environment_of


def test_a_child_has_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.model_validate({"home": tmp_path, "alert_secret": "abc", "alert_begins": 3})
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    child = Settings()
    assert child == settings
    assert child.alert_secret.get_secret_value() == "abc"
