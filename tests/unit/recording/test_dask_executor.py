"""Tasks on a Dask cluster of this machine, with worker processes that die on purpose."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.core.errors import SetupError
from recording.audio.wav import Sound
from recording.errors import ExecutorLost, PoisonFile, SoundError, TranscriptionError
from recording.transcription import Transcriber
from recording.transcription import dask_executor as module
from recording.transcription.dask_executor import DaskExecutor

pytest.importorskip("distributed")
pytestmark = [pytest.mark.timeout(120), pytest.mark.filterwarnings("default")]

FAKE = Path(__file__).parent / "fake_worker.py"
SOUND = Sound(np.zeros(8000, np.int16), 8000)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    import dask
    import distributed

    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.nanny.pre-spawn-environ": {}}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as running,
    ):
        yield running


@pytest.fixture
def executor(cluster: Any) -> Iterator[DaskExecutor]:
    running = DaskExecutor(cluster.scheduler_address)
    yield running
    running.close()


def transcriber(executor: DaskExecutor, tmp_path: Path, mode: str, **more: Any) -> Transcriber:
    command = [sys.executable, str(FAKE), mode, str(tmp_path / "starts")]
    made = Transcriber(tmp_path / "model", command=command, executor=executor, **more)
    made._folder = str(tmp_path / "model")  # the fake needs no model that could be found by its name
    return made


def starts(tmp_path: Path) -> int:
    return len((tmp_path / "starts").read_text())


def test_sound_goes_there_and_words_come_back(executor: DaskExecutor, tmp_path: Path) -> None:
    one = transcriber(executor, tmp_path, "works")
    assert executor.slots == 1
    assert [one.transcribe_sound(SOUND, "a.wav").text for _ in range(3)] == ["hello"] * 3
    assert starts(tmp_path) == 1, "the model is loaded once"


def test_what_the_worker_says_of_a_file_comes_back(executor: DaskExecutor, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="stereo"):
        transcriber(executor, tmp_path, "complains").transcribe_sound(SOUND, "a.wav")


def test_a_file_that_ends_two_processes_is_poison_there_too(executor: DaskExecutor, tmp_path: Path) -> None:
    with pytest.raises(PoisonFile, match=r"a\.wav.*ASSERTION_FAILED"):
        transcriber(executor, tmp_path, "always-dies").transcribe_sound(SOUND, "a.wav")
    assert starts(tmp_path) == 2


def test_a_file_that_ends_two_dask_workers_is_poison(executor: DaskExecutor, tmp_path: Path) -> None:
    with pytest.raises(PoisonFile, match=r"a\.wav.*workers died"):
        transcriber(executor, tmp_path, "kills-parent").transcribe_sound(SOUND, "a.wav")
    assert starts(tmp_path) == 2
    assert transcriber(executor, tmp_path, "works").transcribe_sound(SOUND, "b.wav").text == "hello"


def test_a_model_that_is_not_there_is_named_with_the_host(executor: DaskExecutor, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=f"no Vosk model vosk-model-none on {socket.gethostname()}"):
        Transcriber(tmp_path / "vosk-model-none", executor=executor).transcribe_sound(SOUND, "a.wav")


def test_close_gives_up_what_is_under_way(executor: DaskExecutor, tmp_path: Path) -> None:
    one = transcriber(executor, tmp_path, "hangs", time_limit=5.0)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            one.transcribe_sound(SOUND, "a.wav")
        except TranscriptionError as error:
            caught.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while not ((tmp_path / "starts").exists() and starts(tmp_path)):
        time.sleep(0.01)
    executor.close()
    asking.join(30)
    assert "stopped" in str(caught[0])
    with pytest.raises(TranscriptionError, match="stopped"):
        one.transcribe_sound(SOUND, "a.wav")


def test_nobody_at_that_address(unused_tcp_port: int) -> None:
    with pytest.raises(ExecutorLost, match=f"127.0.0.1:{unused_tcp_port}.*dask scheduler"):
        DaskExecutor(f"tcp://127.0.0.1:{unused_tcp_port}", connect_limit=1.0)


def test_without_dask_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SetupError, match="callwright\\[cluster\\]"):
        module.DaskExecutor("tcp://127.0.0.1:1")
