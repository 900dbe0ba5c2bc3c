"""The pool of workers, with workers that die, hang and complain on purpose."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import SetupError
from recording.errors import OutOfTime, PoisonFile, SoundError, TranscriptionError
from recording.transcription import Transcriber
from recording.transcription.executors import LocalExecutor
from recording.transcription.pool import KEPT

FAKE = Path(__file__).parent / "fake_worker.py"
Make = Callable[..., Transcriber]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Transcriber] = []

    def build(mode: str, **options: float) -> Transcriber:
        command = [sys.executable, str(FAKE), mode, str(tmp_path / "starts")]
        transcriber = Transcriber(tmp_path / "model", command=command, **options)  # type: ignore[arg-type]
        made.append(transcriber)
        return transcriber

    yield build
    for transcriber in made:
        transcriber.close()


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "party.wav"
    soundfile.write(str(path), np.zeros(8000, np.int16), 8000, subtype="PCM_16")
    return path


def states(tmp_path: Path) -> str:
    return (tmp_path / "starts").read_text()


def starts(tmp_path: Path) -> int:
    return len(states(tmp_path))


def test_a_file_is_transcribed_and_progress_is_told(make: Make, wav: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    transcriber = make("works")
    assert transcriber.transcribe(wav, progress=shares.append).text == "hello"
    assert transcriber.transcribe(wav).duration == 1.5
    assert shares == [0.5]
    assert starts(tmp_path) == 1, "the model is loaded once"


def test_a_worker_that_dies_is_replaced_and_the_file_tried_again(make: Make, wav: Path, tmp_path: Path) -> None:
    assert make("dies-once").transcribe(wav).text == "hello"
    assert starts(tmp_path) == 2


def test_a_file_that_ends_two_workers_is_poison_and_the_pool_lives(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("always-dies")
    with pytest.raises(PoisonFile, match=r"party\.wav.*ASSERTION_FAILED") as caught:
        transcriber.transcribe(wav)
    assert caught.value.path == "party.wav"
    assert not caught.value.retryable
    assert starts(tmp_path) == 2
    with pytest.raises(PoisonFile):
        transcriber.transcribe(wav)
    assert starts(tmp_path) == 4


def test_a_file_over_its_time_limit_ends_its_worker_only(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("hangs", time_limit=0.3)
    with pytest.raises(OutOfTime, match=r"party\.wav"):
        transcriber.transcribe(wav)
    with pytest.raises(OutOfTime):
        transcriber.transcribe(wav)
    assert starts(tmp_path) == 2


def test_an_unusable_file_is_told_apart_and_costs_no_worker(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("complains")
    for _ in range(2):
        with pytest.raises(SoundError, match="stereo"):
            transcriber.transcribe(wav)
    assert starts(tmp_path) == 1


def test_a_missing_file_needs_no_worker(make: Make, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"gone\.wav"):
        make("works").transcribe(tmp_path / "gone.wav")
    assert not (tmp_path / "starts").exists()


def test_a_worker_that_cannot_start_says_why(make: Make, wav: Path) -> None:
    with pytest.raises(SetupError, match="no such model"):
        make("dead").transcribe(wav)


def test_a_worker_killed_while_it_loads_is_no_fault_of_file_or_model(make: Make, wav: Path, tmp_path: Path) -> None:
    assert make("killed-loading-once").transcribe(wav).text == "hello"
    assert starts(tmp_path) == 2
    with pytest.raises(TranscriptionError, match="killed while they load") as caught:
        make("killed-loading").transcribe(wav)
    assert caught.value.retryable
    assert not isinstance(caught.value, PoisonFile)


def test_unknown_words_are_asked_of_the_model(make: Make) -> None:
    assert make("works").unknown_words(["zzz"]) == ["zzz"]


def test_close_gives_up_the_file_under_way(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("hangs")
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(transcriber.transcribe, wav) for _ in range(2)]
        while not ((tmp_path / "starts").exists() and starts(tmp_path)):
            time.sleep(0.01)
        transcriber.close()
        for waiting in under_way:
            assert isinstance(waiting.exception(timeout=30), TranscriptionError)
    assert starts(tmp_path) == 1
    with pytest.raises(TranscriptionError, match="stopped"):
        transcriber.transcribe(wav)


def test_close_ends_the_workers(make: Make, wav: Path) -> None:
    transcriber = make("works")
    transcriber.transcribe(wav)
    (worker,) = transcriber.pids
    transcriber.close()
    assert transcriber.pids == []
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_worker_that_died_while_it_had_nothing_to_do_is_no_files_fault(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("works")
    for _ in range(3):
        assert transcriber.transcribe(wav).text == "hello"
        (worker,) = transcriber.pids
        os.kill(worker, signal.SIGKILL)
        while (Path("/proc") / str(worker) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
            time.sleep(0.01)
    assert starts(tmp_path) == 3


def test_a_worker_that_does_not_even_read_is_ended_in_time(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(str(path), np.zeros(8000 * 60, np.int16), 8000, subtype="PCM_16")
    with pytest.raises(OutOfTime):
        make("deaf", time_limit=0.3).transcribe(path)


@pytest.mark.parametrize(("recycle", "started"), [(2, 3), (0, 1)])
def test_workers_are_replaced_after_so_many_files_or_never(
    make: Make, wav: Path, tmp_path: Path, recycle: int, started: int
) -> None:
    transcriber = make("works", recycle=recycle)
    for _ in range(5):
        transcriber.transcribe(wav)
    assert starts(tmp_path) == started


def test_several_threads_have_a_worker_each_and_no_more(make: Make, wav: Path, tmp_path: Path) -> None:
    transcriber = make("works", workers=2)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: transcriber.transcribe(wav).text, range(30)))
    assert found == ["hello"] * 30
    assert len(transcriber.pids) <= 2
    assert len(states(tmp_path)) <= 2


def test_idle_workers_of_other_models_make_room(tmp_path: Path, wav: Path) -> None:
    executor = LocalExecutor(1)
    try:
        for number in range(KEPT + 2):
            command = [sys.executable, str(FAKE), "works", str(tmp_path / f"starts-{number}")]
            Transcriber(tmp_path / "model", command=command, executor=executor).transcribe(wav)
        assert len(executor.pool.pids) == KEPT
    finally:
        executor.close()
