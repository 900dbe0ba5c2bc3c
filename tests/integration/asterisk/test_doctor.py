from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.asterisk.toolbox import Toolbox
from recording.models import find_models
from tests.ports import free_port

pytestmark = pytest.mark.integration


def test_doctor_on_a_machine_that_has_everything(toolbox: Toolbox, tmp_path: Path) -> None:
    from ivr.core.settings import Settings

    if not find_models(Settings()):
        pytest.skip("no Vosk model on this machine")
    environment = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "IVR_CACHE", "IVR_ROOTFS"}
    }
    environment |= {
        "IVR_HOME": str(tmp_path / "home"),
        "IVR_SIP_PORT": str(free_port()),
        "IVR_AMI_PORT": str(free_port()),
        "IVR_AGI_PORT": str(free_port()),
        "IVR_CONSOLE_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "ivr.app", "doctor", "--json"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    found = json.loads(done.stdout)
    assert [finding for finding in found["findings"] if not finding["ok"]] == []
    assert (done.returncode, done.stderr, found["ok"]) == (0, "", True)
    assert toolbox.version() in found["findings"][1]["detail"]
    assert not (tmp_path / "home").exists(), "looking changes nothing"
