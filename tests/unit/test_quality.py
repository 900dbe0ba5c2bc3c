from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.quality import HOST_LENGTH, Transcription, may_live, worker_name
from recording.transcription.executors import LocalExecutor, check_address, open_executor

HOST = socket.gethostname()[:HOST_LENGTH]


def test_a_worker_is_dead_when_its_process_is_gone_or_has_a_new_name() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not may_live(f"{HOST}:{gone.pid}:abc/0")
    assert not may_live(f"{HOST}:{os.getpid()}:abc/0"), "the process id is ours now"
    assert may_live(f"{HOST}:{os.getppid()}:abc/0")
    assert may_live("another-host:1:abc/0"), "nothing is known of it: its lease decides"
    assert may_live("nonsense")


def test_a_worker_has_a_name_of_its_own_that_fits() -> None:
    assert worker_name() != worker_name()
    assert len(worker_name()) <= 58


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("", "local"),
        ("local", "local"),
        ("dask://10.0.0.5:8786", "tcp://10.0.0.5:8786"),
        ("tcp://scheduler.lan:8786", "tcp://scheduler.lan:8786"),
        ("tls://[::1]:8786", "tls://[::1]:8786"),
    ],
)
def test_addresses_of_executors(address: str, meant: str) -> None:
    assert check_address(address) == meant


@pytest.mark.parametrize(
    "address", ["dask", "dask://host", "http://h:1", "tcp://h:0", "tcp://h:99999", "tcp://h:1/x", "tcp://a b:1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="not an executor"):
        check_address(address)


def test_nothing_is_started_before_it_is_needed(tmp_path: Path) -> None:
    works = Transcription(Settings(home=tmp_path, qa_workers=3), "local")
    assert works.slots() == 3
    works.close()
    works.close()


def test_the_local_executor_starts_no_process_by_itself() -> None:
    executor = open_executor("local", workers=2)
    assert isinstance(executor, LocalExecutor)
    assert (executor.slots, executor.far, executor.pool.pids) == (2, False, [])
    executor.close()
