from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from ivr.core.errors import TelephonyError
from ivr.softphones import ports
from ivr.softphones.ports import free_block
from ivr.softphones.process import Child

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(grandchild.pid, flush=True)
time.sleep(60)
"""


async def test_a_stubborn_child_and_what_it_started_are_ended(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", STUBBORN]
    async with Child(argv, cwd=tmp_path, output=tmp_path / "out", patience=0.3) as child:
        while not child.printed():
            assert await child.wait(0.02) is None
        grandchild = int(child.printed())
    assert child.returncode == -9
    async with asyncio.timeout(5):  # the kernel takes a moment, and whoever adopted it another
        while is_running(grandchild):
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


async def test_what_it_printed_last_is_kept(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; print('a' * 5000, flush=True); sys.exit('the end')"]
    async with Child(argv, cwd=tmp_path, output=tmp_path / "out") as child:
        assert await child.wait(10) == 1
        assert len(child.printed()) <= 2000
        assert child.printed().endswith("the end")


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TelephonyError, match=r"cannot start .*nowhere: No such file"):
        await Child([str(tmp_path / "nowhere")], cwd=tmp_path, output=tmp_path / "out").__aenter__()


def test_a_block_of_ports_is_free_for_both_protocols() -> None:
    first = free_block(8)
    assert first % 2 == 0
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        for step in range(8):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
                probe.bind(("127.0.0.1", first + step))


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_port_is_never_in_the_block(kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_block(8)
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 9)
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", first + 3))
        with pytest.raises(TelephonyError, match="no 8 free ports"):
            free_block(8, tries=5)
