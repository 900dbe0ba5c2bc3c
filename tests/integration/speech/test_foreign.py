"""Files of other recorders through the real ffmpeg and the real recogniser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.asterisk.install import find_asterisk
from ivr.asterisk.toolbox import host_tool
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings
from recording.analytics.health import health
from recording.analytics.track import track
from recording.audio.decode import decode
from recording.audio.wav import Sound
from recording.errors import SoundError
from recording.rulebooks import grammar_of, pack
from recording.transcription import Transcriber
from tests.integration.speech.test_korean_speech import model, transcriber  # noqa: F401 - fixtures
from tests.unit.recording.test_analytics import placed, voice

pytestmark = [pytest.mark.speech, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def ffmpeg() -> list[str]:
    own = host_tool("ffmpeg")
    if own is not None:
        return [str(own)]
    try:
        return find_asterisk(Settings(), needs=("ffmpeg",), install=False).command("ffmpeg")
    except AsteriskError as error:
        pytest.skip(f"no ffmpeg to be had: {error}")


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Agent left, caller right: a greeting, a question, a hold, a farewell."""
    agent = placed(
        30,
        (0.5, voice("agent-1-greet")), (5.0, voice("agent-1-help")), (10.5, voice("agent-1-hold")),
        (22.0, voice("agent-1-back")), (25.5, voice("agent-1-thanks")), (27.5, voice("agent-1-bye")),
    )  # fmt: skip
    caller = placed(30, (7.5, voice("caller-1-card-lost")))
    path = tmp_path_factory.mktemp("foreign") / "call.wav"
    soundfile.write(str(path), np.stack([agent.samples, caller.samples], axis=1), 8000, subtype="PCM_16")
    return path


def convert(ffmpeg: list[str], source: Path, target: Path, *options: str) -> Path:
    command = [*ffmpeg, "-nostdin", "-v", "error", "-i", f"file:{source}", *options, f"file:{target}"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return target


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.m4a", ()),
        ("a.wma", ()),
        ("a.wav", ("-c:a", "g726")),
        ("a.mka", ("-c:a", "libopus")),
        ("a.3gp", ("-c:a", "aac")),
    ],
)
def test_what_soundfile_cannot_read_comes_through_ffmpeg(
    ffmpeg: list[str], call: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    mono = ("-ac", "1") if "g726" in options else ()
    found = decode(convert(ffmpeg, call, tmp_path / name, *mono, *options), ffmpeg)
    assert len(found.channels) == (1 if mono else 2)
    assert found.channels[0].duration == pytest.approx(30.0, abs=0.2)
    assert found.channels[0].samples.std() > 100


@pytest.fixture(scope="module")
def secret(ffmpeg: list[str], call: Path) -> Path:
    """A file that only a playlist would lead to."""
    return convert(ffmpeg, call, call.parent / "secret.ts", "-c:a", "aac")


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\n{other}\n#EXT-X-ENDLIST\n"),
        ("m4a", "#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\nfile://{other}\n#EXT-X-ENDLIST\n"),
        ("mp3", "#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"),
        ("wav", "ffconcat version 1.0\nfile '{other}'\n"),
    ],
)
def test_a_playlist_reads_no_other_file_and_no_network(
    ffmpeg: list[str], secret: Path, tmp_path: Path, ending: str, text: str
) -> None:
    trap = tmp_path / f"trap.{ending}"
    trap.write_text(text.format(other=secret))
    with pytest.raises(SoundError):
        decode(trap, ffmpeg, limit=30)


def test_the_trap_would_catch_an_ffmpeg_without_limits(ffmpeg: list[str], secret: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.m3u8"
    trap.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\n{secret}\n#EXT-X-ENDLIST\n")
    assert convert(ffmpeg, trap, tmp_path / "out.wav").stat().st_size > 100_000


def test_a_call_of_another_recorder_is_judged_by_the_command(call: Path, tmp_path: Path) -> None:
    env = os.environ | {"IVR_HOME": str(tmp_path / "home"), "IVR_LANG": "en"}
    env.pop("IVR_SITE", None)
    command = [
        sys.executable,
        "-c",
        "from ivr.app import main; main()",
        "qa",
        "judge",
        str(call),
        "--rulebook",
        "ko-KR",
        "--json",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, env=env, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    (found,) = json.loads(ran.stdout)["calls"]
    values = {one["rule"]: one["value"] for one in found["verdicts"]}
    assert values["opening"] == "said"
    assert values["hold-ask"] == "said"
    assert found["health"]["agent"]["score"] > 70
    assert found["features"]["announced"]  # the wait that the agent asked for
    assert not (tmp_path / "home" / "ivr.db").exists()


def test_noise_is_not_taken_for_understood_speech(transcriber: Transcriber) -> None:  # noqa: F811
    noise = Sound(np.random.default_rng(2).normal(0, 2500, 5 * 8000).astype(np.int16), 8000)
    found = health(transcriber.transcribe_sound(noise, "noise", grammar_of(pack("ko-KR"))), track(noise))
    assert found.poor
