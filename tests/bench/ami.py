"""Manager events at full speed through client and journal into SQLite: ``scripts/bench ami``.

Recorded dialogues of real calls are sent over loopback by a process of their own, as fast as they are read: to
panoramisk alone, which only parses, and to our client with the journal behind it, in turns. Every story in the database
must then be that of the same call journalled by itself, field by field. Then the whole engine (``ivr serve``) gets 500
events a second, and marks among them tell how old the live state is that a watcher on the control socket sees.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import panoramisk

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.ami.client import AmiClient
from ivr.asterisk.layout import control_socket
from ivr.asterisk.secrets import AMI_USER, Secrets, secrets_file
from ivr.core.clock import SystemClock
from ivr.core.log import configure_logging
from ivr.core.settings import Settings
from ivr.demo.house import EngineProcess
from ivr.journal import Journal
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Call
from tests.bench._ami_traffic import SECRET
from tests.drill._named import named
from tests.ports import free_port

WITHIN = 300.0  # seconds for one run
LATE = 2.0  # seconds that the last marks get to be seen


class Traffic:
    """The process that sends."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.port = port
        self._process = process

    @classmethod
    @asynccontextmanager
    async def begun(cls, *arguments: object) -> AsyncIterator[Traffic]:
        """Listening, with everything prepared; ended at the end."""
        words = ["-m", "tests.bench._ami_traffic", *map(str, arguments)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe)
        try:
            assert process.stdout is not None
            yield cls(process, int(await process.stdout.readline()))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()

    async def send(self) -> tuple[int, list[float]]:
        """Let it send; how many events it sent, and when it sent the marks among them by the monotonic clock."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"go\n")
        events, marks = json.loads(await self._process.stdout.readline())
        return events, marks


async def parsed_only(arguments: list[object]) -> dict[str, float]:
    """Events per second that panoramisk parses and hands to one callback."""
    async with Traffic.begun(*arguments) as traffic:
        manager = panoramisk.Manager(host="127.0.0.1", port=traffic.port, username=AMI_USER, secret=SECRET)
        seen = 0

        def count(_: object, __: object) -> None:
            nonlocal seen
            seen += 1

        await manager.connect()
        await asyncio.sleep(0.5)
        manager.register_event("*", count)
        cpu, began = time.process_time(), time.perf_counter()
        sent, _ = await traffic.send()
        while seen < sent and time.perf_counter() - began < WITHIN:
            await asyncio.sleep(0.001)
        seconds = time.perf_counter() - began
        manager.close()
        if seen < sent:
            raise SystemExit(f"panoramisk gave {seen} of {sent} events")
    return {"events": sent, "per_s": sent / seconds, "cpu_us": (time.process_time() - cpu) / sent * 1e6}


async def journalled(folder: Path, arguments: list[object]) -> tuple[dict[str, float], list[Call]]:
    """Events per second until the last story is in the database; the stories."""
    url = f"sqlite+aiosqlite:///{folder}/ivr.db"
    await asyncio.to_thread(upgrade, url)
    clock = SystemClock()
    async with Traffic.begun(*arguments) as traffic, Database(url) as database, Journal(database, clock) as journal:
        client = AmiClient("127.0.0.1", traffic.port, AMI_USER, SECRET, clock=clock)
        with client.events() as events:
            await client.connect()

            async def feed() -> None:
                async for event in events:
                    journal.put(event)

            feeding = asyncio.create_task(feed())
            cpu, began = time.process_time(), time.perf_counter()
            sent, _ = await traffic.send()
            while client.counters.events + client.counters.unknown < sent + 1:  # and FullyBooted
                await asyncio.sleep(0.01)
            await asyncio.sleep(0)
            while len(events):
                await asyncio.sleep(0.001)
            await journal.flush(WITHIN)
            seconds = time.perf_counter() - began
            used = time.process_time() - cpu
            await client.close()
            await feeding
        stats = journal.stats
        async with database.read() as session:
            stories = list(await calls.list_calls(session, limit=100_000))
            for call in stories:
                named(call)
    found = {
        "events": sent, "per_s": sent / seconds, "cpu_us": used / sent * 1e6, "facts": stats.written,
        "dropped": stats.dropped, "failed": stats.failed, "overflowed": client.counters.overflowed,
    }  # fmt: skip
    return found, stories


async def throughput(rounds: int, count: int, *, filtered: bool) -> dict[str, Any]:
    """Both in turn, and whether the stories are complete."""
    more: list[object] = ["--filtered"] if filtered else []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        (Path(name) / "alone").mkdir()
        _, wanted = await journalled(Path(name) / "alone", ["--calls", 3, "--at-once", 1, *more])
        raw, ours = [], []
        for number in range(rounds):
            folder = Path(name) / str(number)
            folder.mkdir()
            raw.append(await parsed_only(["--calls", count, *more]))
            found, stories = await journalled(folder, ["--calls", count, *more])
            ours.append(found)
            good = Counter(repr(named(call)) for call in wanted * (count // 3))
            wrong = sum((good - Counter(repr(named(call)) for call in stories)).values())
            print(
                f"round {number + 1}: {found['events']:.0f} events, panoramisk parses {raw[-1]['per_s']:.0f}/s, "
                f"client + journal + SQLite {found['per_s']:.0f}/s; {len(stories)} stories, {wrong} not complete; "
                f"{found['dropped']:.0f} facts dropped",
                file=sys.stderr, flush=True,
            )  # fmt: skip
            ours[-1]["incomplete"] = wrong + abs(len(stories) - count)
    ratios = [one["per_s"] / two["per_s"] for one, two in zip(ours, raw, strict=True)]
    return {
        "filtered": filtered,
        "events_per_s": round(statistics.median(one["per_s"] for one in ours)),
        "panoramisk_per_s": round(statistics.median(one["per_s"] for one in raw)),
        "ratio": round(statistics.median(ratios), 3),
        "incomplete": sum(one["incomplete"] for one in ours),
        "rounds": ours,
    }


async def live_age(rate: int, seconds: int) -> dict[str, Any]:
    """How old what a watcher sees is, in milliseconds, at ``rate`` events a second through the whole engine."""
    count = rate * seconds // 114 * 3  # the three calls have 114 events when filtered
    seen: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        async with Traffic.begun("--calls", count, "--filtered", "--rate", rate) as traffic:
            settings = Settings(
                home=Path(name) / "home", site=demo_site(), ami_port=traffic.port, agi_port=free_port(),
                database_url="", keys=None,
            )  # fmt: skip
            settings.home.mkdir()
            passwords = Secrets(ami=SECRET, agents=dict.fromkeys(load_site(demo_site()).agents, SECRET))
            secrets_file(settings).write_text(passwords.model_dump_json())
            engine = EngineProcess(settings)
            await engine.start()
            try:
                watcher = asyncio.create_task(watch(control_socket(settings), seen))
                await asyncio.sleep(1.0)
                began = time.perf_counter()
                sent, marks = await traffic.send()
                took = time.perf_counter() - began
                await asyncio.sleep(LATE)
                watcher.cancel()
                await asyncio.gather(watcher, return_exceptions=True)
            finally:
                await engine.stop()
    if not seen or seen[-1][0] < len(marks):
        raise SystemExit(f"only {seen[-1:]} of {len(marks)} marks were seen")
    ages = [
        (next(at for number, at in seen if number >= wanted) - sent_at) * 1000
        for wanted, sent_at in enumerate(marks, start=1)
    ]
    cuts = [round(cut, 1) for cut in statistics.quantiles(ages, n=100)]
    return {
        "events_per_s": round(sent / took), "marks": len(marks), "p50_ms": cuts[49], "p95_ms": cuts[94],
        "max_ms": round(max(ages), 1),
    }  # fmt: skip


async def watch(socket: Path, seen: list[tuple[int, float]]) -> None:
    """Follow the changes; the number of each mark that shows, and when by the monotonic clock."""
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with (
        httpx.AsyncClient(transport=transport, timeout=30) as client,
        client.stream("GET", "http://engine/changes") as answer,
    ):
        async for line in answer.aiter_lines():
            state = (json.loads(line).get("state") if line else None) or {}
            if str(state.get("reason", "")).isdecimal():
                seen.append((int(state["reason"]), time.monotonic()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=300, help="calls of a round, 3 kinds in turn")
    parser.add_argument("--seconds", type=int, default=30, help="of 500 events each, for the age of the live state")
    options = parser.parse_args()
    if options.calls % 3:
        parser.error("--calls: a multiple of 3")
    configure_logging(level="ERROR")
    found = [asyncio.run(throughput(options.rounds, options.calls, filtered=filtered)) for filtered in (False, True)]
    for one in found:
        what = "as our manager user gets them" if one["filtered"] else "all that Asterisk has"
        print(
            f"{what}: {one['events_per_s']} events/s (target at least 3000), {one['ratio']} of panoramisk parsing "
            f"only; {one['incomplete']} stories not complete",
            file=sys.stderr,
        )
    age = asyncio.run(live_age(500, options.seconds))
    print(
        f"age of the live state: p50 {age['p50_ms']} ms, p95 {age['p95_ms']} ms (target at most 200)", file=sys.stderr
    )
    print(json.dumps({"command": "scripts/bench ami", "throughput": found, "age": age}))


if __name__ == "__main__":
    main()
