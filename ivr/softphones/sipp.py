"""Many equal callers at once: sipp, for load and for callers who behave badly."""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import TelephonyError
from ivr.softphones.ports import free_block, stretch
from ivr.softphones.process import Child
from ivr.softphones.scenario import Ending, Plan, render_keys, render_scenario
from ivr.softphones.sounds import read_wav, write_mulaw

__all__ = ["Ending", "Plan", "SippCaller", "SippResult"]

#: Seconds sipp gets to end by itself after its own time limit.
_MARGIN = 5.0
#: Ports a call that sends sound takes, those that others may hold among them, and the most for all calls together.
_PORTS_EACH, _TAKEN, _MOST_PORTS = 4, 400, 4000


@dataclass(frozen=True, slots=True)
class SippResult:
    """How a load of calls went; ``reasons`` is what sipp says about the failed ones (at most 2,000 characters)."""

    successful: int
    failed: int
    reasons: str = ""


class SippCaller:
    """Runs sipp as callers from outside, who do not register.

    Args:
        command: how to start sipp, e.g. ``["sipp"]``.
        server_port: SIP port of the line, UDP.
        server_host: its address.
        host: our own address.
    """

    def __init__(
        self, command: Sequence[str], server_port: int, *, server_host: str = "127.0.0.1", host: str = "127.0.0.1"
    ) -> None:
        self._command = list(command)
        self._server = f"{server_host}:{server_port}"
        self._host = host

    async def run(self, plan: Plan, *, within: float = 60.0) -> SippResult:
        """Make the calls of ``plan`` and wait for their end.

        Args:
            within: seconds for all of them; sipp is ended then.

        Raises:
            TelephonyError: if sipp does not start, does not end in time or tells no counts, or the sound is no
                8,000 Hz WAV.
        """
        with tempfile.TemporaryDirectory(prefix="sipp-") as name:
            folder = Path(name)
            self._write(folder, plan)
            async with Child(self._arguments(plan, within), cwd=folder, output=folder / "output") as child:
                code = await child.wait(within + _MARGIN)
            counts = _read_counts(folder / "stat.csv")
            printed = _tail(folder / "errors.log") or child.printed()
        if code is None:
            raise TelephonyError(f"sipp did not end within {within:g} s: {counts}")
        if counts is None or sum(counts) < plan.calls:
            raise TelephonyError(f"sipp ended with {code} and made {counts or 'no calls'}: {printed[-600:]}")
        return SippResult(*counts, reasons=printed if counts[1] else "")

    def _write(self, folder: Path, plan: Plan) -> None:
        files = {}
        if plan.sound is not None:
            files["sound_file"] = "sound.ul"
            write_mulaw(folder / "sound.ul", read_wav(plan.sound))
        if plan.keys:
            files["keys_file"] = "keys.bin"
            (folder / "keys.bin").write_bytes(render_keys(plan))
        (folder / "scenario.xml").write_text(render_scenario(plan, **files))

    def _arguments(self, plan: Plan, within: float) -> list[str]:
        first = free_block(8, host=self._host)
        media, last = stretch(min(_PORTS_EACH * plan.at_once + _TAKEN, _MOST_PORTS))
        options: dict[str, object] = {
            "-sf": "scenario.xml",
            "-i": self._host,
            "-mi": self._host,
            "-p": first,
            "-cp": first + 1,
            "-min_rtp_port": media,
            "-max_rtp_port": last,
            "-m": plan.calls,
            "-r": max(1, round(plan.rate * 10)),
            "-rp": 10_000,
            "-l": plan.at_once,
            "-timeout": math.ceil(within),
            "-stf": "stat.csv",
            "-fd": 1,
            "-error_file": "errors.log",
        }
        flags = ["-nostdin", "-trace_stat", "-trace_err", "-timeout_error", "-bind_local"]
        return [*self._command, self._server, *(str(part) for pair in options.items() for part in pair), *flags]


def _read_counts(path: Path) -> tuple[int, int] | None:
    """Successful and failed calls from the last line of sipp's statistics, or None without any."""
    try:
        with path.open(newline="", encoding="utf-8", errors="replace") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return int(rows[-1]["SuccessfulCall(C)"]), int(rows[-1]["FailedCall(C)"])
    except (OSError, IndexError, KeyError, ValueError, TypeError):
        return None


def _tail(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
    except OSError:
        return ""
