"""Calls are judged while worker processes are killed again and again: ``scripts/drill workers [CALLS]``.

``ivr qa run`` works on real recordings with the real recogniser and a real database. After every so many calls a
process is killed with SIGKILL: in turn a transcription process, and ``ivr qa run`` itself, which is started again.
At the end every call must have been judged exactly once. With ``--dask`` the same calls are judged once more through
a Dask scheduler with two workers, one of which is killed now and then; the verdicts must be the same, row by row.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ivr.core.settings import Settings
from tests.drill._calls import prepare

LIMIT_S = 3600.0
LEASE_S = 20
IN_VAIN = 6  # starts of ``ivr qa run`` in a row that judge nothing
TRANSCRIBER = b"recording.transcription.worker"


def processes(root: int) -> dict[int, bytes]:
    """The living descendants of a process and their command lines."""
    found: dict[int, bytes] = {}
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{parent}/task").iterdir():
                for child in map(int, (thread / "children").read_text().split()):
                    if child not in found:
                        found[child] = Path(f"/proc/{child}/cmdline").read_bytes()
                        waiting.append(child)
    return {pid: command for pid, command in found.items() if command}


def started(pid: int) -> int:
    """When a process began, in clock ticks; 0 when it is gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    return 0


@dataclass(slots=True)
class Run:
    """One run over all calls.

    Args:
        home: of the installation.
        executor: where it transcribes.
        every: calls between two kills; 0 means none is killed.
        cluster: process ids of Dask workers' nannies, whose children may be killed.
    """

    home: Path
    executor: str
    every: int
    workers: int
    cluster: tuple[int, ...] = ()
    killed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.home}/ivr.db?mode=ro", uri=True, timeout=10)

    def count(self, *states: str) -> int:
        with contextlib.closing(self.database()) as database:
            marks = ",".join("?" * len(states))
            return int(database.execute(f"select count(*) from jobs where state in ({marks})", states).fetchone()[0])

    def start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "ivr.app", "qa", "run", "--json", "--executor", self.executor]
        with (self.home / "run.out").open("ab") as out:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment())

    def environment(self) -> dict[str, str]:
        own = {"HOME": self.home, "LEASE": LEASE_S, "WORKERS": self.workers, "THREADS": 1, "RECYCLE": 0}
        names = {"HOME": "IVR_HOME"}
        mine = {names.get(key, f"IVR_QA_{key}"): str(value) for key, value in own.items()}
        return {**{key: value for key, value in os.environ.items() if not key.startswith("IVR_")}, **mine}

    def go(self) -> None:
        """Judge all calls, killing on the way."""
        began = time.monotonic()
        process = self.start()
        next_kill = self.every
        in_vain, before = 0, 0
        try:
            while self.count("queued", "running") or process.poll() is None:
                if time.monotonic() - began > LIMIT_S:
                    raise TimeoutError(f"not done after {LIMIT_S:.0f} s: see {self.home}/run.out")
                done = self.count("done", "failed", "quarantined")
                if process.poll() is not None:  # it was killed, or a killed one's lease was still running
                    in_vain, before = (0 if done > before else in_vain + 1), done
                    if in_vain > IN_VAIN:
                        raise RuntimeError((self.home / "run.out").read_text(errors="replace")[-2000:])
                    time.sleep(0.5 * in_vain)
                    process = self.start()
                if self.every and done >= next_kill and self.kill(process):
                    next_kill += self.every
                time.sleep(0.1)
        finally:
            process.kill()
            process.wait()
        self.seconds = time.monotonic() - began

    def kill(self, process: subprocess.Popen[bytes]) -> bool:
        """Kill one process; False if the one whose turn it is does not run just now."""
        if len(self.killed) % 3 == 2:
            process.kill()
            process.wait()
            self.killed.append("qa run")
            return True
        nannies = self.cluster or (process.pid,)
        family = {pid: command for nanny in nannies for pid, command in processes(nanny).items()}
        recognisers = [pid for pid, command in family.items() if TRANSCRIBER in command]
        dask = [pid for pid, command in family.items() if b"spawn_main" in command] if self.cluster else []
        victims, name = (dask, "dask worker") if dask and len(self.killed) % 3 == 1 else (recognisers, "transcription")
        if not victims:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(min(victims, key=started), signal.SIGKILL)  # not the one that has just come in a killed one's place
        self.killed.append(name)
        return True

    def verdicts(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """What each rule came to in each call."""
        query = (
            "select c.linkedid, v.rule, v.value, v.passed, v.score, v.start_s, v.end_s "
            "from verdicts v join calls c on c.id = v.call_id order by 1, 2"
        )
        with contextlib.closing(self.database()) as database:
            return {(row[0], row[1]): tuple(row[2:]) for row in database.execute(query)}

    def faults(self, calls: int) -> list[str]:
        """What is not as it must be; nothing lost, nothing twice."""
        query = {
            "jobs that are not done": "select count(*) from jobs where state <> 'done'",
            "calls without a judging": "select count(*) from calls where id not in (select call_id from scores)",
            "calls judged twice": (
                "select count(*) from (select call_id from scores group by call_id having count(distinct run) > 1 "
                "union select call_id from verdicts group by call_id having count(distinct run) > 1)"
            ),
            "rules judged twice in a call": (
                "select count(*) from (select 1 from verdicts group by call_id, rule, recording_id having count(*) > 1)"
            ),
            "files with not exactly one transcript": (
                "select count(*) from recordings r where 1 <> "
                "(select count(*) from transcripts t where t.recording_id = r.id)"
            ),
        }
        with contextlib.closing(self.database()) as database:
            found = {name: database.execute(one).fetchone()[0] for name, one in query.items()}
            total = database.execute("select count(*) from jobs").fetchone()[0]
        return [f"{count} {name}" for name, count in found.items() if count] + (
            [f"{total} jobs, not {calls}"] if total != calls else []
        )

    def tried_again(self) -> int:
        with contextlib.closing(self.database()) as database:
            return int(database.execute("select count(*) from jobs where attempts > 1").fetchone()[0])


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A scheduler and its workers on loopback: the address and the nannies' process ids."""
    where = folder / "scheduler.json"
    common = ["--scheduler-file", str(where), "--no-dashboard"]
    started: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}

    def start(*words: str) -> subprocess.Popen[bytes]:
        with (folder / "dask.out").open("ab") as out:
            one = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, *common],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=Path.cwd(),
            )  # fmt: skip
        started.append(one)
        return one

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        deadline = time.monotonic() + 60
        while not where.exists() or not where.read_text().strip():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no Dask scheduler: see {folder}/dask.out")
            time.sleep(0.1)
        nannies = [
            start("worker", "--host", "127.0.0.1", "--nthreads", "1", "--local-directory", str(folder)).pid
            for _ in range(workers)
        ]
        import json

        yield json.loads(where.read_text())["address"], tuple(nannies)
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            try:
                one.wait(15)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


def report(name: str, run: Run, calls: int) -> list[str]:
    faults = run.faults(calls)
    kills = ", ".join(f"{run.killed.count(kind)} x {kind}" for kind in sorted(set(run.killed))) or "none"
    print(
        f"{name}: {calls} calls, {len(run.verdicts())} verdicts in {run.seconds:.0f} s; killed: {kills}; "
        f"calls tried again: {run.tried_again()}; faults: {'; '.join(faults) or 'none'}",
        flush=True,
    )
    return faults


def compare(here: Run, there: Run) -> list[str]:
    """Rows that differ; times and scores only counted, since the recogniser adds a little noise (dither)."""
    left, right = here.verdicts(), there.verdicts()
    other = [key for key in left.keys() | right.keys() if left.get(key, ())[:2] != right.get(key, ())[:2]]
    same = sum(left[key] == right.get(key) for key in left)
    print(f"verdicts the same: {len(left) - len(other)} of {len(left)}; scores and times as well: {same}", flush=True)
    return [f"{call} {rule}: {left.get((call, rule))} here, {right.get((call, rule))} there" for call, rule in other]


def main() -> int:
    """Run the drill; 1 when something was lost, done twice or differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=int, nargs="?", default=200, metavar="CALLS")
    parser.add_argument("--every", type=int, default=20, help="calls between two kills (default 20)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--dask", action="store_true", help="once more through a Dask scheduler; compare verdicts")
    options = parser.parse_args()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ivr-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        local = Run(folder / "local", "local", options.every, options.workers)
        prepare(Settings(home=local.home, database_url=""), options.calls)
        local.go()
        faults += report("local pool", local, options.calls)
        if options.dask:
            with dask_cluster(folder, options.workers) as (address, nannies):
                far = Run(folder / "dask", address, options.every, options.workers, nannies)
                prepare(Settings(home=far.home, database_url=""), options.calls)
                far.go()
            faults += report("Dask", far, options.calls)
            faults += compare(local, far)
    for fault in faults:
        print(f"DRILL FAILED: {fault}", file=sys.stderr)
    if not faults:
        print(f"DRILL PASSED: {options.calls} calls, none lost, none judged twice")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
