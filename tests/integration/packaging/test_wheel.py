"""The wheel, installed somewhere else: everything the code needs travels with it, and nothing more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import ivr
from ivr.asterisk.toolbox import Toolbox
from ivr.core.settings import Settings
from ivr.demo.house import environment_of
from recording.models import find_models
from tests.ports import free_port

PROJECT = Path(ivr.__file__).resolve().parent.parent
PACKAGES = ("ivr", "dialplan", "prompts", "recording")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not (PROJECT / "pyproject.toml").is_file(), reason="not a checkout: there is nothing to build"),
]


@dataclass(frozen=True)
class Built:
    """A source distribution, and the wheel made from it."""

    sdist: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(PROJECT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(*out.glob("*.tar.gz"), *out.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment with the wheel; what it depends on is borrowed from ours, the checkout is not."""
    root = tmp_path_factory.mktemp("else where")
    venv = root / "venv"
    python = venv / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], timeout=60, check=True)
    installed = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "-q", "install"]
    subprocess.run([*installed, "--no-deps", "--no-index", "--no-compile", str(built.wheel)], timeout=60, check=True)
    (site,) = (venv / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return venv / "bin"


Ivr = Callable[..., tuple[int, Any]]


@pytest.fixture
def ran(elsewhere: Path, asterisk_settings: Settings, toolbox: Toolbox, tmp_path: Path) -> Iterator[Ivr]:
    """Run the installed ``ivr`` in a folder that has nothing of ours; its exit code and what it printed as JSON."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment_of(asterisk_settings)}
    if toolbox.root is not None:
        environment["IVR_ROOTFS"] = str(toolbox.root)

    def run(*words: str, code: int = 0) -> Any:
        command = [str(elsewhere / "ivr"), *words]
        done = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, f"{words}: {done.stdout} {done.stderr}"
        assert done.stderr == ""
        return json.loads(done.stdout) if "--json" in words else done.stdout

    yield run
    run("asterisk", "stop")
    assert list(cwd.iterdir()) == []


def in_checkout(*folders: str) -> set[str]:
    """Every file of these folders that belongs to the project."""
    return {
        path.relative_to(PROJECT).as_posix()
        for folder in folders
        for path in (PROJECT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    data = "ivr/_data/"
    assert {name.removeprefix(data) for name in names if name.startswith(data)} == in_checkout("asterisk-conf")
    assert {name for name in names if not name.startswith(data)} == in_checkout(*PACKAGES)
    assert not [name for name in names if Path(name).name.startswith(("test_", "conftest"))]
    size = built.wheel.stat().st_size
    print(f"wheel: {size / 1e6:.1f} MB, {len(names)} files")
    assert size < 80e6  # indexes take 100 MB; almost all of it is sound


def test_the_wheel_names_nobody_and_no_place(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        (entries,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        text = archive.read(metadata).decode()
        assert "ivr = ivr.app:main" in archive.read(entries).decode()
    assert "Requires-Python: >=3.11" in text
    assert str(PROJECT) not in text
    assert "file://" not in text


def test_the_source_distribution_holds_what_tests_and_commands_need(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "README.zh-CN.md",
        "scripts/test",
        "scripts/common.sh",
    }
    assert wanted <= names
    assert in_checkout(*PACKAGES, "asterisk-conf", "tests") <= names
    assert not [name for name in names if name.startswith((".venv", "var", ".git/"))]


def test_it_is_the_wheel_that_runs(elsewhere: Path, tmp_path: Path) -> None:
    code = f"import json, {', '.join(PACKAGES)}; print(json.dumps([one.__file__ for one in ({', '.join(PACKAGES)})]))"
    said = subprocess.run(
        [str(elsewhere / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
    )
    places = json.loads(said.stdout)
    assert all(Path(place).is_relative_to(elsewhere.parent) for place in places), places


def test_the_commands_work_from_the_wheel_alone(ran: Ivr, asterisk_settings: Settings) -> None:
    assert ran("--version") == "0.1.0\n"
    checked = ran("dialplan", "check", "--json")
    assert checked["ok"] is True
    assert ran("db", "upgrade", "--json")["version"]
    assert ran("calls", "list", "--json") == []
    folder = Path(ran("asterisk", "render", "--json")["folder"])
    assert {"asterisk.conf", "extensions.conf", "pjsip.conf", "queues.conf"} <= {path.name for path in folder.iterdir()}
    started = ran("asterisk", "start", "--json")
    assert started["running"] is True
    assert ran("asterisk", "status", "--json")["pid"] == started["pid"]
    assert ran("asterisk", "stop", "--json") == {"stopped": True}
    assert ran("asterisk", "status", "--json", code=1)["running"] is False


def test_the_console_answers_from_the_wheel_alone(elsewhere: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "IVR_HOME": str(tmp_path / "home")}
    environment |= {"IVR_CONSOLE_PORT": str(port), "IVR_LANG": "en"}
    upgraded = [str(elsewhere / "ivr"), "db", "upgrade"]
    subprocess.run(upgraded, env=environment, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    log = tmp_path / "console.out"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(elsewhere / "ivr"), "console"], env=environment, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + 60
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            while not (tmp_path / "home" / "run" / "console.ready").exists():
                assert process.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            while True:
                try:
                    assert client.get("/healthz").text == "ok\n"
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < until
                    time.sleep(0.1)
            for path in ("/login", "/static/console.css", "/static/console.js", "/static/flows.css"):
                answer = client.get(path)
                assert answer.status_code == 200, path
                assert answer.content, path
            assert client.get("/api/v1/flows").status_code == 401
    finally:
        process.terminate()
        assert process.wait(20) == 0
    said = log.read_text("utf-8")
    assert f"console: http://127.0.0.1:{port}\n" in said
    assert f"http://127.0.0.1:{port}/welcome#" in said
    assert not (tmp_path / "home" / "run" / "console.ready").exists()


def test_doctor_finds_nothing_missing(ran: Ivr, asterisk_settings: Settings) -> None:
    models = ran("model", "list", "--json")
    if not find_models(asterisk_settings):
        pytest.skip("no Vosk model on this machine")
    assert "ko-KR" in {model["language"] for model in models}
    assert [found for found in ran("doctor", "--json")["findings"] if not found["ok"]] == []


DATA = """
from datetime import UTC
from pathlib import Path
import wave
from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.core.resources import asterisk_conf
from ivr.demo.parts import PARTS
from ivr.demo.speech import load_lines
from prompts.sounds import folder, moh_folder
from recording.rulebooks.load import pack, pack_names
site = load_site(demo_site())
assert site.queues and site.flows
for line in load_lines().values():
    wave.open(str(line.path)).close()
assert {"zh", "en", "ko"} <= {path.name for path in folder().iterdir()}
assert list(moh_folder().iterdir())
assert {pack(name).language for name in pack_names()} >= {"zh-CN", "en-US", "ko-KR"}
assert list(asterisk_conf().glob("*.j2"))
print(len(PARTS))
"""


def test_prompts_rulebooks_site_and_the_demos_speech_are_inside(elsewhere: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(elsewhere / "python"), "-c", DATA], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr
